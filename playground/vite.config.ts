import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  // Relative: a proxy may serve the page below a path.
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../dist/playground",
    emptyOutDir: true,
    target: "es2022",
    // The editor alone is above Vite's default warning limit; it is one file by nature.
    chunkSizeWarningLimit: 6_000,
    reportCompressedSize: false,
    // Dependencies carry "use no memo" for a compiler that has already run.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  worker: { format: "es" },
  server: {
    host: "127.0.0.1",
    proxy: { "/graphql": "http://127.0.0.1:4000" },
  },
});
