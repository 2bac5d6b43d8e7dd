#!/usr/bin/env node
import { withBoundedHeap } from "./bounded-heap.js";
import { requireNode } from "./node-version.js";

requireNode();

// graphql-js checks every value twice outside production, which costs a third of the CPU time.
if (!process.env.NODE_ENV) process.env.NODE_ENV = "production";

var program = new URL("../dist/src/cli.js", import.meta.url);

import("node:fs").then(function (fs) {
  if (fs.existsSync(program)) return run();
  console.error('Marquee is not built yet. Run "npm run build" first ("npm start" builds and serves).');
  process.exitCode = 1;
});

function run() {
  if (process.argv[2] === "serve") withBoundedHeap(new URL(import.meta.url));
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
