import { Command } from "commander";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type RetentionKind } from "../../datasources/retention/retention.js";
import { enforceNoted, enforceOnDeployment } from "../../datasources/stores/noted-retention.js";
import { forTenants, LeftTenants } from "./all-tenants.js";
import { tenantOf, withStores } from "./with-stores.js";

const EXAMPLES = `
Examples:
  marquee retention show --tenant meridian
  marquee retention enforce`;

/** `marquee retention`. */
export function retentionCommand(): Command {
  const show = new Command("show")
    .description(
      "Print for how long each kind of data is kept and what is held of it, one JSON object a line.",
    )
    .requiredOption("--tenant <slug>", "whose")
    .action((flags: { tenant: string }) =>
      withStores(async (stores, config) => {
        const { days } = config.privacy.retention;
        for (const held of await stores.retention.held(await tenantOf(stores, flags.tenant)))
          process.stdout.write(`${JSON.stringify({ ...held, days: days[held.kind] })}\n`);
      }),
    );
  const enforce = new Command("enforce")
    .description(
      "Take away now what is older than it may be. A gateway does so by itself, when it is set to.",
    )
    .option("--tenant <slug>", "only this tenant (default: all)")
    .action(({ tenant }: { tenant?: string }) =>
      withStores(async (stores, config) => {
        const { days } = config.privacy.retention;
        const left = new LeftTenants();
        const enforceOn = async (each: Tenant) =>
          tell(each.slug, await enforceNoted(stores, each, days, "command"));
        await forTenants(stores, tenant, enforceOn, left);
        const cut = tenant === undefined ? await enforceOnDeployment(stores, days) : 0;
        if (cut > 0) tell("the deployment", { audit: cut });
        left.check();
      }),
    );
  return new Command("retention")
    .description("See and enforce for how long data is kept.")
    .addHelpText("after", EXAMPLES)
    .addCommand(show)
    .addCommand(enforce);
}

function tell(slug: string, removed: Partial<Record<RetentionKind, number>>): void {
  const gone = Object.entries(removed).filter(([, entries]) => entries > 0);
  const told = gone.map(([kind, entries]) => `${kind} ${entries}`).join(", ");
  process.stdout.write(`${slug}: ${told === "" ? "nothing was too old" : told}\n`);
}
