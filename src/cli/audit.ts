import { Command, InvalidArgumentError, Option } from "commander";

import { type AuditLine } from "../../datasources/audit/audit.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { forTenants, LeftTenants } from "./all-tenants.js";
import { counted } from "./numbers.js";
import { withStores } from "./with-stores.js";

const EXAMPLES = `
Examples:
  marquee audit verify
  marquee audit verify --tenant meridian --head 9f2c…
  marquee audit export --tenant meridian > meridian-audit.ndjson
  marquee audit export --deployment > deployment-audit.ndjson`;

/** What a log is called that is no tenant's. */
const DEPLOYMENT = "the deployment";

interface AuditFlags {
  tenant?: string;
  deployment?: boolean;
}

/** A log, and what it is called. */
interface NamedLog {
  name: string;
  lines: AsyncIterable<readonly AuditLine[]>;
}

/** `marquee audit`. */
export function auditCommand(): Command {
  const verify = new Command("verify")
    .description(
      "Follow the log of who did what from its beginning; the exit code is 1 where an entry was changed or taken out.",
    )
    .option("--tenant <slug>", "only this tenant (default: all)")
    .addOption(deploymentOption())
    .option("--head <hash>", "a hash that was noted before: the log has to lead past it", hash)
    .action((flags: AuditFlags & { head?: string }) => withStores((stores) => verifyAll(stores, flags)));
  const exported = new Command("export")
    .description("Print the log of who did what, one JSON object a line: the entry, and its hash.")
    .option("--tenant <slug>", "whose")
    .addOption(deploymentOption())
    .action((flags: AuditFlags) => {
      if (flags.tenant === undefined && !flags.deployment)
        throw new StartupError("Say whose log: --tenant <slug>, or --deployment.");
      return withStores((stores) => print(stores, flags));
    });
  return new Command("audit")
    .description("Prove and export the log of who did what.")
    .addHelpText("after", EXAMPLES)
    .addCommand(verify)
    .addCommand(exported);
}

function deploymentOption(): Option {
  const what = "the deployment's own: what was done to tenants, also to those that are gone, and to keys";
  return new Option("--deployment", what).conflicts("tenant");
}

/**
 * Does something with the logs that the flags name.
 *
 * @returns the tenants whose logs were not read to their end.
 */
async function forLogs(
  stores: Stores,
  { tenant, deployment }: AuditFlags,
  work: (log: NamedLog) => Promise<void>,
): Promise<LeftTenants> {
  const left = new LeftTenants();
  if (deployment) await work({ name: DEPLOYMENT, lines: stores.deploymentAudit.lines() });
  else
    await forTenants(
      stores,
      tenant,
      (each) => work({ name: each.slug, lines: stores.audit.lines(each) }),
      left,
    );
  return left;
}

async function verifyAll(stores: Stores, { head, ...which }: AuditFlags & { head?: string }): Promise<void> {
  const { verifyAudit } = await import("../../datasources/audit/verify-audit.js");
  const broken: string[] = [];
  let passed = head === undefined;
  let cut = false;
  const left = await forLogs(stores, which, async ({ name, lines }) => {
    const seen = (hash: string) => (passed ||= hash === head);
    const { entries, cutAt, head: last, brokenAt } = await verifyAudit(lines, seen);
    const found =
      brokenAt === null ? `all of them follow; the last hash is ${last ?? "none"}` : `broken at ${brokenAt}`;
    const before = cutAt === null ? "" : `those up to ${counted(cutAt)} were cut off, `;
    process.stdout.write(`${name}: ${counted(entries)} entries, ${before}${found}\n`);
    cut ||= cutAt !== null;
    if (brokenAt !== null) broken.push(name);
  });
  if (broken.length > 0)
    throw new StartupError(`The log was changed: ${broken.join(", ")}. ${left.told()}`.trim());
  // The hash may be in a log that could not be read.
  left.check();
  if (!passed)
    throw new StartupError(
      `No entry has the hash ${head}: entries were taken off the end of the log${cut ? ", or it was of one that was cut off" : ""}.`,
    );
}

async function print(stores: Stores, flags: AuditFlags): Promise<void> {
  await forLogs(stores, flags, async (log) => {
    for await (const lines of log.lines)
      process.stdout.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  });
}

function hash(value: string): string {
  if (/^[0-9a-f]{64}$/.test(value)) return value;
  throw new InvalidArgumentError("Accepted: 64 hexadecimal digits, as verify prints them.");
}
