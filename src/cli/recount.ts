import { Command } from "commander";

import { forAllTenants } from "./all-tenants.js";
import { counted } from "./numbers.js";
import { withStores } from "./with-stores.js";

/** `marquee recount`. */
export function recountCommand(): Command {
  return new Command("recount")
    .description(
      "Count the watch time that players told anew, by the rule of today. For what was told to an earlier version; charts follow with the next learn.",
    )
    .option("--tenant <slug>", "only this tenant (default: all)")
    .addHelpText(
      "after",
      "\nExamples:\n  marquee recount --tenant meridian\n  marquee learn --tenant meridian",
    )
    .action(async ({ tenant }: { tenant?: string }) => {
      await withStores((stores) =>
        forAllTenants(stores, tenant, async (each) => {
          const changed = await stores.viewingIngest.recount(each);
          process.stdout.write(`${each.slug}: ${counted(changed)} reports stand for something else now.\n`);
        }),
      );
    });
}
