#!/usr/bin/env node
import module from "node:module";
import { fileURLToPath } from "node:url";

import { withBoundedHeap } from "./bounded-heap.js";
import { requireNode } from "./node-version.js";

requireNode();

// graphql-js checks every value twice outside production, which costs a third of the CPU time.
if (!process.env.NODE_ENV) process.env.NODE_ENV = "production";

/** In few files, or, while `npm run dev` compiles them one by one, as they are. */
var programs = [
  new URL("../dist/program/cli.js", import.meta.url),
  new URL("../dist/src/cli.js", import.meta.url),
];

import("node:fs").then(function (fs) {
  var program = programs.find(function (file) {
    return fs.existsSync(file);
  });
  if (program) return run(program);
  console.error('Marquee is not built yet. Run "npm run build" first ("npm start" builds and serves).');
  process.exitCode = 1;
});

function run(program) {
  if (process.argv[2] === "serve") withBoundedHeap(new URL(import.meta.url));
  keepCompiled();
  return import(program.href)
    .then(function (cli) {
      return cli.main(process.argv);
    })
    .catch(function (error) {
      // A StartupError is one line for people; anything else is a fault of ours and needs its stack.
      console.error(error && error.name === "StartupError" ? error.message : error);
      process.exitCode = 1;
    });
}

/** V8 takes a third of a start to compile. Kept beside the code, by whom that may be written; Node.js before 22.8 cannot. */
function keepCompiled() {
  if (typeof module.enableCompileCache !== "function") return;
  module.enableCompileCache(
    process.env.NODE_COMPILE_CACHE || fileURLToPath(new URL("../dist/.compile-cache", import.meta.url)),
  );
}
