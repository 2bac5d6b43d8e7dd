import { Command, Option } from "commander";

import { Refusal } from "../../datasources/core/refusal.js";
import { type Tenant, type TenantServers, type TenantTier } from "../../datasources/core/tenant.js";
import { notedMoves } from "../../datasources/stores/noted-moves.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type MovedTenant } from "../../datasources/stores/tenant-moves.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { createProgress } from "./progress.js";
import { addServerOptions, serversOf } from "./server-options.js";
import { tenantOf, withStores } from "./with-stores.js";

interface MoveFlags extends Partial<TenantServers> {
  slug: string;
  tier?: TenantTier;
  undo?: boolean;
}

const EXAMPLES = `
Examples:
  marquee tenant promote --slug corner          into a schema, database and indexes of its own
  marquee tenant promote --slug corner --undo   back, with what was written since
  marquee tenant confirm --slug corner          gives up the way back
  marquee tenant promote --slug corner --postgres 'postgres://marquee:$CORNER@db.corner.example/marquee'
                                                onto servers of its own
  marquee tenant demote --slug corner --tier ISOLATED`;

/** `marquee tenant promote`, `demote` and `confirm`. */
export function moveCommands(): Command[] {
  const promote = moveCommand(
    "promote",
    "Move a tenant out of the shared tables, while it is read and written.",
  )
    .addOption(
      new Option(
        "--tier <tier>",
        "a schema of its own, or servers of its own: that where --postgres is given unless said",
      ).choices(["ISOLATED", "DEDICATED"] satisfies TenantTier[]),
    )
    .action((flags: MoveFlags) =>
      act({ ...flags, tier: flags.tier ?? (flags.postgres ? "DEDICATED" : "ISOLATED") }),
    );
  const demote = moveCommand("demote", "Move a tenant into the shared tables, while it is read and written.")
    .addOption(
      new Option("--tier <tier>", "the shared tables, or a schema of its own")
        .choices(["SHARED", "ISOLATED"] satisfies TenantTier[])
        .default("SHARED"),
    )
    .action(act);
  const confirm = new Command("confirm")
    .description("Give up the way back of a tenant that was moved, and remove what is left there.")
    .requiredOption("--slug <slug>", "which tenant")
    .action((flags: MoveFlags) =>
      onTenant(flags, async (stores, tenant) => {
        await notedMoves(stores, "command").confirm(tenant);
        return `${tenant.slug} stays ${tenant.tier}.`;
      }),
    );
  return [addServerOptions(promote), demote, confirm];
}

function moveCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .requiredOption("--slug <slug>", "which tenant")
    .option("--undo", "take the last move back, as long as it has not been confirmed")
    .addHelpText("after", EXAMPLES);
}

function act(flags: MoveFlags): Promise<void> {
  return onTenant(flags, (stores, tenant) => move(stores, tenant, flags));
}

async function move(stores: Stores, tenant: Tenant, flags: MoveFlags): Promise<string> {
  const { tier = "SHARED", undo = false } = flags;
  const moves = notedMoves(stores, "command");
  if (undo) return describe(await moves.undo(tenant), "It is where it was.");
  const progress = createProgress();
  const onProgress = (done: number, total: number) => progress.show(`${tenant.slug} rows`, done / total);
  const moved = moves.move(tenant, { tier, servers: serversOf(flags) }, { onProgress });
  return describe(
    await moved.finally(() => progress.end()),
    `Until "marquee tenant confirm" it can be undone with --undo.`,
  );
}

function describe({ tenant, rows, pauseMs }: MovedTenant, then: string): string {
  const copied = rows === 0 ? "" : ` ${rows.toLocaleString("en")} rows were copied;`;
  return `${tenant.slug} is ${tenant.tier};${copied} writes waited ${Math.ceil(pauseMs)} ms. ${then}`;
}

async function onTenant(
  { slug }: MoveFlags,
  work: (stores: Stores, tenant: Tenant) => Promise<string>,
): Promise<void> {
  try {
    process.stdout.write(
      `${await withStores(async (stores) => work(stores, await tenantOf(stores, slug)))}\n`,
    );
  } catch (error) {
    throw error instanceof Refusal ? new StartupError(error.message) : error;
  }
}
