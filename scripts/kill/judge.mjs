import { checkProjections, compareFacts } from "./verify.mjs";

/**
 * Compares everything that was acknowledged with the facts, and these with the projections, and prints what it found.
 * Where anything is not as it has to be, the process ends with 1.
 *
 * @param {object} run its options, a client of the database, the ledger and the worlds, the environment of commands, what
 *   was seen of the order, kills by name, seconds of writing, and milliseconds until everything was followed, after the
 *   last fault and after writing.
 */
export async function judge({
  options,
  client,
  ledger,
  worlds,
  env,
  order,
  kills,
  seconds,
  caughtUpMs,
  followedMs,
}) {
  const differences = await compareFacts(
    client,
    ledger,
    worlds.map(({ tenant }) => tenant),
  );
  const checks = [];
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
    Math.max(caughtUpMs, followedMs) <= options.converge * 1_000 &&
    checks.every(({ same }) => same);
  console.log(
    right
      ? "Nothing lost, nothing twice, every projection equals its source, converged in time."
      : "NOT in order.",
  );
  console.log(`Seed ${options.seed}`);
  if (!right) process.exitCode = 1;
}

function report(what, list) {
  console.log(`${what}: ${list.length}`);
  for (const line of list.slice(0, 10)) console.log(`  ${line}`);
}
