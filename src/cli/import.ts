import { Command } from "commander";

import { StartupError } from "../../packages/process/startup-error.js";
import { type ImportFlags } from "./import-files.js";
import { tenantOf, withStores } from "./with-stores.js";

const EXAMPLES = `
A line of titles: {"id":"tt0112641","kind":"MOVIE","name":"Casino","releaseYear":1995,"genres":["Crime"]}
A line of events: {"id":"e1","profile":"u1","title":"tt0112641","at":"2026-05-01T20:11:00Z","seconds":5400}

Examples:
  marquee import --tenant meridian --titles titles.ndjson
  marquee import --tenant meridian --titles titles.ndjson --events events.ndjson --errors bad.ndjson

What a line of titles does not say stays as it is, and so does what an editor has set and not given back. A new title
without licences may be shown in the tenant's own country.
Bad lines are reported and left out, good ones imported; the exit code is 1 where there was a bad line.`;

/** `marquee import`. */
export function importCommand(): Command {
  return new Command("import")
    .description(
      "Import titles and viewing events of your own, one JSON object a line. Can be run again: it upserts.",
    )
    .requiredOption("--tenant <slug>", "tenant that the lines are for")
    .option("--titles <file>", "titles, imported first")
    .option("--events <file>", "viewing events; profiles are made as needed")
    .option(
      "--errors <file>",
      "write every bad line's number and problems to this file, one JSON object a line",
    )
    .option(
      "--replace",
      "empty the descriptive fields of titles that their lines do not state; rating, licences and state stay",
    )
    .option("--no-learn", "leave recommendations and charts as they are after importing events")
    .addHelpText("after", EXAMPLES)
    .action(async (flags: ImportFlags) => {
      if (!flags.titles && !flags.events) {
        throw new StartupError("There is nothing to import: name a file with --titles, --events or both.");
      }
      const { importFiles } = await import("./import-files.js");
      const good = await withStores(async (stores) =>
        importFiles(stores, await tenantOf(stores, flags.tenant), flags),
      );
      if (!good) process.exitCode = 1;
    });
}
