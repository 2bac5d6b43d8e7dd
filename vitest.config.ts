import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

import { TEST_ACCOUNT_KEY } from "./scripts/test-keys.js";
import { mutants } from "./tests/support/mutants/plugin.js";

export default defineConfig({
  resolve: {
    // Vite would load graphql's ESM build beside the CommonJS one that Apollo loads: two realms, "Duplicate graphql modules".
    alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve("graphql/index.js")) }],
  },
  test: {
    // For every process of a test: they share databases.
    env: { MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY, MARQUEE_LEARN_AT: "none", MARQUEE_CHARTS_AT: "none" },
    // For tests that hang. How long something may take is measured where it matters; a busy machine is no failure.
    testTimeout: 120_000,
    hookTimeout: 240_000,
    // One more than there are cores: tests of processes, leases and deadlines mostly wait.
    maxWorkers: 3,
    // A worker loads the product once for all of its files, which keep nothing in its modules; most of what a file took
    // was loading it.
    isolate: false,
    projects: [
      {
        extends: true,
        test: { name: "unit", include: ["tests/unit/**/*.test.ts"] },
      },
      {
        extends: true,
        test: {
          name: "stores",
          include: ["tests/{contract,integration,e2e,clients,search}/**/*.test.ts"],
          globalSetup: ["tests/support/global-setup.ts"],
        },
      },
      {
        // Run by `npm run test:isolation -- --mutants`.
        extends: true,
        plugins: [mutants()],
        test: {
          name: "mutants",
          setupFiles: ["tests/support/mutants/switch.ts"],
          include: ["tests/mutants/{isolation,moves,sealing}.test.ts"],
          globalSetup: ["tests/support/global-setup.ts"],
          maxWorkers: 1,
        },
      },
      {
        // The same for what is sent to engines; a short form is run by `npm run test:engines`.
        extends: true,
        plugins: [mutants()],
        test: {
          name: "engine-mutants",
          setupFiles: ["tests/support/mutants/switch.ts"],
          include: ["tests/mutants/engines.test.ts"],
          globalSetup: ["tests/support/ledger-setup.ts"],
          maxWorkers: 1,
        },
      },
      {
        // Run by `npm run test:engines`: needs engines, and says which it did not find.
        extends: true,
        test: {
          name: "engines",
          include: ["tests/engines/**/*.test.ts"],
          globalSetup: ["tests/support/ledger-setup.ts"],
          maxWorkers: 1,
        },
      },
    ],
  },
});
