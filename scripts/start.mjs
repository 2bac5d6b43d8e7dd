// What `npm start` runs: builds when sources changed, then serves in this same process, so that signals reach the
// gateway without a process in between.
import { requireNode } from "../bin/node-version.js";

requireNode();

import("./build.mjs")
  .then(function (builder) {
    return builder.build();
  })
  .then(function (built) {
    if (!built) {
      process.exitCode = 1;
      return;
    }
    process.argv = [process.argv[0], "marquee", "serve"].concat(process.argv.slice(2));
    return import("../bin/marquee.js");
  })
  .catch(function (error) {
    console.error(error);
    process.exitCode = 1;
  });
