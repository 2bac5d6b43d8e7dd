import { setTimeout as sleep } from "node:timers/promises";

import { BalancedLoad } from "../../scripts/pressure/balanced-load.js";
import { makeGround, type Gateway } from "../../scripts/pressure/ground.js";
import { quantile } from "../../scripts/pressure/phase.js";
import { finding, type Finding } from "../findings.js";
import { DOCUMENTS, messageOf, TENANT } from "./documents.js";

const CLIENTS = 16;
/** About a hundred requests a second of all clients. */
const PAUSE_MS = 150;
const WARM_MS = 20_000;
const CALM_MS = 30_000;
const GOAL = 1.5;

/** Two gateways behind a balancer, under a load that they can well take, one after the other replaced by a new one. */
export async function rolling(times: number): Promise<Finding> {
  const ground = await makeGround([TENANT]);
  const start = () => ground.start({ MARQUEE_NOTICE_SECONDS: "1" });
  const load = new BalancedLoad([await start(), await start()], messageOf(DOCUMENTS["50 titles"]!), PAUSE_MS);
  const during = async (act: () => Promise<unknown>): Promise<number[]> => {
    const before = load.times.length;
    await act();
    return load.times.slice(before);
  };
  try {
    load.begin(CLIENTS);
    await sleep(WARM_MS);
    const calm = await during(() => sleep(CALM_MS));
    const replaced = await during(async () => {
      for (let n = 0; n < times; n += 1) {
        const [old] = load.gateways as [Gateway];
        load.gateways.push(await start());
        await old.stop();
        load.gateways.shift();
      }
    });
    return found(times, { calm, replaced, failures: load.failures });
  } finally {
    await load.end();
    for (const gateway of load.gateways) await gateway.stop();
    await ground.close();
  }
}

function found(
  times: number,
  { calm, replaced, failures }: Record<"calm" | "replaced", number[]> & { failures: readonly string[] },
): Finding {
  const of = (answers: readonly number[], share: number) =>
    quantile(
      [...answers].sort((a, b) => a - b),
      share,
    );
  const factor = of(replaced, 0.99) / of(calm, 0.99);
  const missed = failures.slice(0, 5).map((failure) => `failed: ${failure}`);
  if (factor > GOAL) missed.push(`p99 ${factor.toFixed(2)} × that of before`);
  return finding({
    heading: "Rolling restarts",
    note: `Two gateways behind a balancer that looks at \`/readyz\` ten times a second, ${CLIENTS} clients with pauses of ${PAUSE_MS} ms on average; ${times} times one is replaced: a new one is started, the old one has SIGTERM once that is ready. The new one starts on the processors that the others answer on. Goals: none failed, p99 within ${GOAL} × that of before.`,
    columns: ["when", "answers", "failed", "p50, ms", "p99, ms", "p99 / before"],
    rows: [
      ["before", calm.length, "", of(calm, 0.5), of(calm, 0.99), ""],
      ["while replaced", replaced.length, failures.length, of(replaced, 0.5), of(replaced, 0.99), factor],
    ],
    missed,
  });
}
