import { Command } from "commander";

import { LeftTenants } from "./all-tenants.js";
import { tenantOf, withStores } from "./with-stores.js";

const EXAMPLES = `
Examples:
  marquee erasures list --tenant meridian
  marquee erasures replay
  marquee erasures replay --from /backup/erasures.ndjson`;

/** `marquee erasures`. */
export function erasuresCommand(): Command {
  const list = new Command("list")
    .description(
      "Print the erasures of a tenant with their receipts, the latest first, one JSON object a line.",
    )
    .requiredOption("--tenant <slug>", "whose")
    .action((flags: { tenant: string }) =>
      withStores(async (stores) => {
        const erasures = await stores.privacy.erasures(await tenantOf(stores, flags.tenant));
        for (const erasure of erasures) process.stdout.write(`${JSON.stringify(erasure)}\n`);
      }),
    );
  const replay = new Command("replay")
    .description(
      "After a backup was restored: have everybody who had been erased erased again. A gateway does so by itself when it starts.",
    )
    .option("--from <file>", "the file in which erasures are noted (default: as configured)")
    .action((flags: { from?: string }) =>
      withStores(async (stores, config) => {
        const { notingReplay, replayErasures } = await import("../privacy/tombstone-file.js");
        const file = flags.from ?? config.privacy.erasuresFile;
        const left = new LeftTenants();
        const returned = await replayErasures(stores, file, {
          onLooked: notingReplay(stores, "command"),
          onFailed: left.note,
        });
        process.stdout.write(`${returned} were there again; the gateways erase them.\n`);
        left.check();
      }),
    );
  return new Command("erasures")
    .description("See who was erased, and keep it so after a backup was restored.")
    .addHelpText("after", EXAMPLES)
    .addCommand(list)
    .addCommand(replay);
}
