import { type Client } from "pg";

import { type Environment } from "../environment.js";
import { type Ledger } from "./ledger.js";
import { type OrderWatch } from "./order.js";
import { checkProjections, compareFacts } from "./verify.js";
import { type World } from "./worlds.js";

/** A run that is over. */
export interface Run {
  /** Seconds that projections may have taken to follow. */
  converge: number;
  seed: number;
  /** Of the run's database. */
  client: Client;
  ledger: Ledger;
  worlds: readonly World[];
  /** Of commands. */
  env: Environment;
  order: OrderWatch;
  /** By name. */
  kills: Record<string, number>;
  /** Of writing. */
  seconds: number;
  /** Until everything was followed: after the last fault, and after writing. Milliseconds. */
  caughtUpMs: number;
  followedMs: number;
}

/**
 * Compares everything that was acknowledged with the facts, and these with the projections, and prints what it found.
 * Where anything is not as it has to be, the process ends with 1.
 */
export async function judge({
  converge,
  seed,
  client,
  ledger,
  worlds,
  env,
  order,
  kills,
  seconds,
  caughtUpMs,
  followedMs,
}: Run): Promise<void> {
  const differences = await compareFacts(
    client,
    ledger,
    worlds.map(({ tenant }) => tenant),
  );
  const checks: { same: boolean; output: string }[] = [];
  for (const { tenant } of worlds) checks.push(await checkProjections(env, tenant.slug));
  const { rows: dead } = await client.query(
    "select target, entity, reason from marquee.outbox_parked where dead",
  );
  const total = Object.values(kills).reduce((sum, count) => sum + count, 0);
  console.log(
    `\nKills: ${total} (${Object.entries(kills)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ")})`,
  );
  console.log(
    `Writes acknowledged: ${ledger.writes} in ${seconds.toFixed(0)} s (${(ledger.writes / seconds).toFixed(0)}/s), ${ledger.retries} tries repeated, ${ledger.refused} refused; slowest ${ledger.slowest.toFixed(0)} ms`,
  );
  console.log(
    `Followed what was written until then ${caughtUpMs} ms after the last fault was over, and everything ${followedMs} ms after writing ended`,
  );
  console.log(
    `Order: ${order.looks} looks at projections, ${order.advances} newer states, ${order.backwards.length} older after newer`,
  );
  for (const [kind, list] of Object.entries(differences)) report(`Facts, ${kind}`, list);
  report(
    "Dead letters",
    dead.map((row) => JSON.stringify(row)),
  );
  report("Order, backwards", order.backwards);
  report("Answers that no fault explains", ledger.unexplained);
  for (const { output } of checks) console.log(output);
  const right =
    Object.values(differences).every((list) => list.length === 0) &&
    order.backwards.length === 0 &&
    ledger.unexplained.length === 0 &&
    dead.length === 0 &&
    Math.max(caughtUpMs, followedMs) <= converge * 1_000 &&
    checks.every(({ same }) => same);
  console.log(
    right
      ? "Nothing lost, nothing twice, every projection equals its source, converged in time."
      : "NOT in order.",
  );
  console.log(`Seed ${seed}`);
  if (!right) process.exitCode = 1;
}

function report(what: string, list: readonly string[]): void {
  console.log(`${what}: ${list.length}`);
  for (const line of list.slice(0, 10)) console.log(`  ${line}`);
}
