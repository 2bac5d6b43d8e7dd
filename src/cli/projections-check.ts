import { type ProjectionTarget } from "../../datasources/projection/targets/projection-target.js";
import {
  faultsOf,
  type CheckReport,
  type Difference,
} from "../../datasources/projection/check/check-sections.js";
import { FAULTS } from "../../datasources/projection/check/section.js";
import { shareOf } from "../../datasources/projection/jobs/progress.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { checkProjection } from "../../datasources/projection/check/check-projection.js";
import { startProjector } from "../../datasources/projection/following/projector.js";
import { createProgress } from "./progress.js";

export interface CheckFlags {
  repair?: boolean;
  /** List every difference. */
  all?: boolean;
}

/** Projections of tenants, to be worked on. */
export interface ChosenProjections {
  /** Those of one tenant after the other; their servers stay open until the work on them has ended. */
  each(work: (tenant: Tenant, targets: readonly ProjectionTarget[]) => Promise<void>): Promise<void>;
}

/** Differences of one kind that are listed unless all are asked for. */
const LISTED = 20;

/**
 * Compares projections with their source, one after the other, and says what differs; mends it where that is asked for.
 * The process ends with 1 where differences are left.
 */
export async function checkAll(stores: Stores, chosen: ChosenProjections, flags: CheckFlags): Promise<void> {
  const progress = createProgress();
  // Where no gateway runs, nobody else carries what has been written.
  const projector = await stores.attend((own) => startProjector({ ...own, tenants: own.residents }));
  try {
    await chosen.each(async (tenant, targets) => {
      for (const target of targets) await check(stores, target, tenant, flags, progress);
    });
  } finally {
    progress.end();
    await projector.stop();
  }
}

async function check(
  stores: Stores,
  target: ProjectionTarget,
  tenant: Tenant,
  { repair = false, all = false }: CheckFlags,
  progress: ReturnType<typeof createProgress>,
): Promise<void> {
  const listed = new Listing(all ? Infinity : LISTED);
  const started = performance.now();
  const { found, left } = await checkProjection(stores, target, tenant, {
    repair,
    onProgress: (done, total) => {
      const of = total === null ? "" : ` of ${total.toLocaleString("en")}`;
      const note = `${done.toLocaleString("en")}${of}`;
      progress.show(`${tenant.slug} ${target.name}`, shareOf(done, total), note);
    },
    onDifference: (difference) => listed.add(difference),
  });
  progress.end();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${target.name} of ${tenant.slug}: ${describe(found)} (${seconds} s)`);
  for (const line of listed.lines) console.log(`  ${line}`);
  if (repair && faultsOf(found) > 0) console.log(`  after the repair: ${describe(left)}`);
  if (faultsOf(left) > 0) process.exitCode = 1;
}

/** The counts in words. */
export function describe(report: CheckReport): string {
  const counts = FAULTS.map((fault) => `${report[fault].toLocaleString("en")} ${fault}`).join(", ");
  return `${report.entries.toLocaleString("en")} entries compared, ${counts}`;
}

class Listing {
  readonly lines: string[] = [];
  readonly #counts = new Map<string, number>();

  constructor(private readonly most: number) {}

  add({ fault, kind, key }: Difference): void {
    const sort = `${fault} ${kind}`;
    const count = (this.#counts.get(sort) ?? 0) + 1;
    this.#counts.set(sort, count);
    if (count <= this.most) this.lines.push(`${sort} ${key}`);
    else if (count === this.most + 1) this.lines.push(`${sort}: and more (--all lists them)`);
  }
}
