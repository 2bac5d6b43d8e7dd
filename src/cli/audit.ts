import { Command, InvalidArgumentError } from "commander";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { counted } from "./numbers.js";
import { tenantOf, withStores } from "./with-stores.js";

const EXAMPLES = `
Examples:
  marquee audit verify
  marquee audit verify --tenant meridian --head 9f2c…
  marquee audit export --tenant meridian > meridian-audit.ndjson`;

/** `marquee audit`. */
export function auditCommand(): Command {
  const verify = new Command("verify")
    .description(
      "Follow the log of who did what from its beginning; the exit code is 1 where an entry was changed or taken out.",
    )
    .option("--tenant <slug>", "only this tenant (default: all)")
    .option("--head <hash>", "a hash that was noted before: the log has to lead past it", hash)
    .action((flags: { tenant?: string; head?: string }) => withStores((stores) => verifyAll(stores, flags)));
  const exported = new Command("export")
    .description("Print the log of who did what, one JSON object a line: the entry, and its hash.")
    .requiredOption("--tenant <slug>", "whose")
    .action((flags: { tenant: string }) =>
      withStores(async (stores) => print(stores, await tenantOf(stores, flags.tenant))),
    );
  return new Command("audit")
    .description("Prove and export the log of who did what.")
    .addHelpText("after", EXAMPLES)
    .addCommand(verify)
    .addCommand(exported);
}

async function verifyAll(
  stores: Stores,
  { tenant, head }: { tenant?: string; head?: string },
): Promise<void> {
  const { verifyAudit } = await import("../../datasources/audit/verify-audit.js");
  const tenants = tenant === undefined ? await stores.tenants.list() : [await tenantOf(stores, tenant)];
  const broken: string[] = [];
  let passed = head === undefined;
  let cut = false;
  for (const each of tenants) {
    const seen = (hash: string) => (passed ||= hash === head);
    const { entries, cutAt, head: last, brokenAt } = await verifyAudit(stores.audit.lines(each), seen);
    const found =
      brokenAt === null ? `all of them follow; the last hash is ${last ?? "none"}` : `broken at ${brokenAt}`;
    const before = cutAt === null ? "" : `those up to ${counted(cutAt)} were cut off, `;
    process.stdout.write(`${each.slug}: ${counted(entries)} entries, ${before}${found}\n`);
    cut ||= cutAt !== null;
    if (brokenAt !== null) broken.push(each.slug);
  }
  if (broken.length > 0) throw new StartupError(`The log was changed: ${broken.join(", ")}.`);
  if (!passed)
    throw new StartupError(
      `No entry has the hash ${head}: entries were taken off the end of the log${cut ? ", or it was of one that was cut off" : ""}.`,
    );
}

async function print(stores: Stores, tenant: Tenant): Promise<void> {
  for await (const lines of stores.audit.lines(tenant)) {
    process.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }
}

function hash(value: string): string {
  if (/^[0-9a-f]{64}$/.test(value)) return value;
  throw new InvalidArgumentError("Accepted: 64 hexadecimal digits, as verify prints them.");
}
