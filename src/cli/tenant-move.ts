import { Command } from "commander";

import { Refusal } from "../../datasources/core/refusal.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { notedMoves } from "../../datasources/stores/noted-moves.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type MovedTenant } from "../../datasources/stores/tenant-moves.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { createProgress } from "./progress.js";
import { tenantOf, withStores } from "./with-stores.js";

interface MoveFlags {
  slug: string;
  undo?: boolean;
}

const EXAMPLES = `
Examples:
  marquee tenant promote --slug corner          into a schema, database and indexes of its own
  marquee tenant promote --slug corner --undo   back, with what was written since
  marquee tenant confirm --slug corner          gives up the way back`;

/** `marquee tenant promote`, `demote` and `confirm`. */
export function moveCommands(): Command[] {
  const ways = [
    ["promote", "ISOLATED", "Move a tenant out of the shared tables, while it is read and written."],
    ["demote", "SHARED", "Move a tenant into the shared tables, while it is read and written."],
  ] as const;
  const moves = ways.map(([name, tier, description]) =>
    new Command(name)
      .description(description)
      .requiredOption("--slug <slug>", "which tenant")
      .option("--undo", "take the last move back, as long as it has not been confirmed")
      .addHelpText("after", EXAMPLES)
      .action((flags: MoveFlags) => onTenant(flags, (stores, tenant) => move(stores, tenant, tier, flags))),
  );
  const confirm = new Command("confirm")
    .description("Give up the way back of a tenant that was moved, and remove what is left there.")
    .requiredOption("--slug <slug>", "which tenant")
    .action((flags: MoveFlags) =>
      onTenant(flags, async (stores, tenant) => {
        await notedMoves(stores, "command").confirm(tenant);
        return `${tenant.slug} stays ${tenant.tier}.`;
      }),
    );
  return [...moves, confirm];
}

async function move(
  stores: Stores,
  tenant: Tenant,
  tier: "SHARED" | "ISOLATED",
  { undo = false }: MoveFlags,
): Promise<string> {
  const moves = notedMoves(stores, "command");
  if (undo) return describe(await moves.undo(tenant), "It is where it was.");
  const progress = createProgress();
  const moved = moves.move(tenant, tier, (done, total) => progress.show(`${tenant.slug} rows`, done / total));
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
