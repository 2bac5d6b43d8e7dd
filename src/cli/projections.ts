import { Command } from "commander";

import { type ProjectionTarget } from "../../datasources/projection/targets/projection-target.js";
import { type TargetLag } from "../../datasources/projection/outbox/outbox.js";
import { shareOf } from "../../datasources/projection/jobs/progress.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { createProgress } from "./progress.js";
import { checkAll, describe, type CheckFlags, type ChosenProjections } from "./projections-check.js";
import { tenantOf, withStores } from "./with-stores.js";

interface Flags extends CheckFlags {
  tenant?: string;
  store?: string;
  target?: string;
}

/** `marquee projections`. */
export function projectionsCommand(): Command {
  const command = new Command("projections").description(
    "See, rebuild and prove what is kept of the facts for answering: in MongoDB, OpenSearch, Neo4j and PostgreSQL's own tables.",
  );
  const part = (name: string, description: string, run: (stores: Stores, flags: Flags) => Promise<void>) =>
    command
      .command(name)
      .description(description)
      .option("--tenant <slug>", "only this tenant")
      .option("--store <name>", "only this store: POSTGRES, MONGODB, OPENSEARCH or NEO4J")
      .option("--target <name>", "only this projection: catalog.postgres, search.opensearch …")
      .addHelpText("after", `\nExample:\n  marquee projections ${name} --tenant meridian --store OPENSEARCH`)
      .action((flags: Flags) => withStores((stores) => run(stores, flags)));
  part("status", "Say for each tenant and store what is live and how much it holds.", showStatus);
  part(
    "check",
    "Compare everything with the facts; the exit code is 1 where something differs.",
    async (stores, flags) => checkAll(stores, await chosen(stores, flags), flags),
  )
    .option("--repair", "mend what differs, then compare again")
    .option("--all", "list every difference, not the first 20 of each kind");
  command
    .command("retry")
    .description("Put dead letters, which a projection refused too often, back among the events to be tried.")
    .option("--tenant <slug>", "only this tenant")
    .option("--target <name>", "only this projection: search.opensearch, catalog.postgres, …")
    .addHelpText("after", "\nExample:\n  marquee projections retry --target search.opensearch")
    .action((flags: { tenant?: string; target?: string }) =>
      withStores((stores) => retryDeadLetters(stores, flags)),
    );
  part("rebuild", "Fill a fresh target beside the live one and switch to it, while reads go on.", rebuildAll);
  return command;
}

async function showStatus(stores: Stores, flags: Flags): Promise<void> {
  await (
    await chosen(stores, flags)
  ).each(async (tenant, targets) => {
    for (const target of targets) {
      const { entries, live } = await target.status(tenant);
      const lacks = target.needsRebuild(tenant) ? ", lacks a write that it missed" : "";
      const holds =
        live === null ? "not filled yet" : `${live}, ${entries.toLocaleString("en")} entries${lacks}`;
      const behind = describeLag(await lagOf(stores, target, tenant));
      const checked = await lastCheckOf(stores, target, tenant);
      console.log(`${target.name.padEnd(22)} ${tenant.slug.padEnd(20)} ${holds}${behind}${checked}`);
    }
  });
}

async function lagOf(
  stores: Stores,
  { name }: ProjectionTarget,
  tenant: Tenant,
): Promise<TargetLag | undefined> {
  return (await stores.outbox.lag(tenant)).find(({ target }) => target === name);
}

async function lastCheckOf(stores: Stores, { name }: ProjectionTarget, tenant: Tenant): Promise<string> {
  const checks = await stores.operations.checks({ tenant, calls: new CallLog() });
  const check = checks.find(({ target }) => target === name);
  return check ? `; checked ${check.at}: ${describe(check)}` : "; never checked";
}

function describeLag(lag: TargetLag | undefined): string {
  const counts = [
    [lag?.lagEvents, "events behind"],
    [lag?.parked, "parked"],
    [lag?.deadLetters, "dead letters"],
  ] as const;
  return counts.map(([count, what]) => (count ? `, ${count.toLocaleString("en")} ${what}` : "")).join("");
}

async function retryDeadLetters(
  stores: Stores,
  { tenant: slug, target }: { tenant?: string; target?: string },
): Promise<void> {
  const known = stores.projections.map(({ name }) => name);
  if (target !== undefined && !known.includes(target)) {
    throw new StartupError(`--target ${target} is no projection. Accepted: ${known.join(", ")}.`);
  }
  const tenant = slug === undefined ? undefined : await tenantOf(stores, slug);
  const count = await stores.outbox.retry({ target, tenant });
  console.log(`${count.toLocaleString("en")} dead letters are tried again.`);
}

/**
 * Those of a tenant at once: each waits in the end until nobody can be reading what it replaces, which takes longer than
 * filling a small one.
 */
async function rebuildAll(stores: Stores, flags: Flags): Promise<void> {
  const progress = createProgress();
  const all = await chosen(stores, flags);
  try {
    await all.each(async (tenant, targets) => {
      const done = new Map<ProjectionTarget, number>();
      const onProgress = (target: ProjectionTarget, fraction: number) => {
        const sum = [...done.set(target, fraction).values()].reduce((a, b) => a + b, 0);
        progress.show(`${tenant.slug} projections`, sum / targets.length);
      };
      const lines = await Promise.all(targets.map((target) => rebuild(target, tenant, onProgress)));
      progress.end();
      for (const line of lines) console.log(line);
    });
  } finally {
    progress.end();
  }
}

/** @returns what is printed of it. */
async function rebuild(
  target: ProjectionTarget,
  tenant: Tenant,
  onProgress: (target: ProjectionTarget, fraction: number) => void,
): Promise<string> {
  const started = performance.now();
  const entries = await target.rebuild(tenant, (done, total) => onProgress(target, shareOf(done, total)));
  const seconds = (performance.now() - started) / 1000;
  const rate = Math.round(entries / seconds).toLocaleString("en");
  return `${target.store} ${target.domain} of ${tenant.slug}: ${entries.toLocaleString("en")} entries in ${seconds.toFixed(1)} s (${rate}/s)`;
}

/** The projections that the flags name, of one tenant after the other. @throws StartupError when there are none, or a name is unknown. */
async function chosen(stores: Stores, flags: Flags): Promise<ChosenProjections> {
  const named = flags.store?.toUpperCase();
  const wanted = (targets: readonly ProjectionTarget[]) =>
    targets.filter(
      ({ store, name }) =>
        (named === undefined || store === named) && (flags.target === undefined || name === flags.target),
    );
  if (wanted(stores.projections).length === 0) {
    const known = stores.projections.map(({ name, store }) => `${name} (${store})`).join(", ");
    const asked = [flags.store && `--store ${flags.store}`, flags.target && `--target ${flags.target}`];
    throw new StartupError(
      `${asked.filter(Boolean).join(" ")} names no projection that is set. There are: ${known}.`,
    );
  }
  const tenants = flags.tenant ? [await tenantOf(stores, flags.tenant)] : await stores.tenants.list();
  return {
    // Servers of tenants' own are open while their turn lasts: all of them together may be more than may be open.
    each: async (work) => {
      for (const tenant of tenants)
        await stores.use(tenant, ({ projections }) => work(tenant, wanted(projections)));
    },
  };
}
