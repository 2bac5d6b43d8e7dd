import { setTimeout as sleep } from "node:timers/promises";

import { ask, type Asked } from "../ask.js";
import { addressOf } from "../exchange.js";
import { layFaultProxy } from "../fault-proxy.js";
import { startMarquee, type Ground, type Marquee } from "../ground.js";
import { figure, type Finding } from "../report.js";

/** Longer than it takes to fill the pool on a busy machine. Milliseconds. */
const DEADLINE_MS = 10_000;
/** More than there are places, of those who may wait included. */
const CROWD = 1_300;
const SINGLE = 10;
const MAX_REFUSED_MS = 100;
const MAX_RECOVERED_MS = 500;
const FILL_MS = 5_000;

const QUERY = "{ titles(first: 1) { edges { node { id } } } }";

/** Every connection to PostgreSQL taken, and every place to wait for one: who comes then, and who comes after. */
export async function exhaustedPool(ground: Ground): Promise<Finding[]> {
  const proxy = await layFaultProxy(ground.postgresUrl);
  const gateway = await startMarquee(
    { ...ground, postgresUrl: proxy.url },
    { MARQUEE_STORE_DEADLINE_MS: String(DEADLINE_MS) },
  );
  try {
    const calm = Math.max(...(await single(gateway)).map(({ ms }) => ms));
    proxy.inflict("hold");
    const crowd = Array.from({ length: CROWD }, (_, n) => ask(gateway, QUERY, { from: addressOf(n) }));
    // With the first answer there is no place left.
    await Promise.race([...crowd, sleep(FILL_MS)]);
    const refused = await single(gateway);
    proxy.inflict(null);
    const recoveredMs = await recovery(gateway);
    const answers = await Promise.all(crowd);
    const slowest = Math.max(...refused.map(({ ms }) => ms));
    const count = (said: string) => answers.filter((answer) => answer.said === said).length;
    const others = [...new Set(answers.map(({ said }) => said))].map((said) => `${count(said)} × ${said}`);
    return [
      {
        heading: "Exhausted pool",
        note: `PostgreSQL keeps its answers to itself while ${CROWD} requests arrive; then ${SINGLE} single ones, one after the other. It speaks again, and single requests are sent until one is answered in full. Of the crowd: ${others.join(", ")}.`,
        columns: ["what", "ms"],
        rows: [
          ["slowest answer before", figure(calm)],
          ["slowest refusal of a single request", figure(slowest)],
          ["first answer after it speaks again", figure(recoveredMs)],
        ],
        broken: [
          ...refused
            .filter(({ said }) => said === "answered" || said === "hung")
            .map(({ said }) => `not refused: ${said}`),
          ...(slowest > MAX_REFUSED_MS + calm ? [`a refusal took ${figure(slowest)} ms`] : []),
          ...(recoveredMs > MAX_RECOVERED_MS + calm ? [`recovered after ${figure(recoveredMs)} ms`] : []),
        ],
      },
    ];
  } finally {
    await gateway.close();
    await proxy.close();
  }
}

/** Requests one after the other. */
async function single(gateway: Marquee): Promise<Asked[]> {
  const answers: Asked[] = [];
  for (let n = 0; n < SINGLE; n += 1) answers.push(await ask(gateway, QUERY, { patienceMs: DEADLINE_MS }));
  return answers;
}

async function recovery(gateway: Marquee): Promise<number> {
  const begun = performance.now();
  while ((await ask(gateway, QUERY)).said !== "answered") await sleep(5);
  return performance.now() - begun;
}
