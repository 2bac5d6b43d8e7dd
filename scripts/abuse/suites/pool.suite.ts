import { setTimeout as sleep } from "node:timers/promises";

import { ask, type Asked } from "../ask.js";
import { addressOf } from "../exchange.js";
import { layFaultProxy } from "../fault-proxy.js";
import { startMarquee, type Ground, type Marquee } from "../ground.js";
import { figure, type Finding } from "../report.js";

/** Who comes, a hundred at a time: for longer than a call may take, so that the store is known not to answer. */
const CROWD = 1_300;
const AT_ONCE = 100;
const EVERY_MS = 250;
/** For whoever waits. Milliseconds. */
const PATIENCE_MS = 10_000;
const SINGLE = 10;
const MAX_REFUSED_MS = 100;
const MAX_RECOVERED_MS = 500;

const QUERY = "{ titles(first: 1) { edges { node { id } } } }";

/** Every connection to PostgreSQL taken, and every place to wait for one: who comes then, and who comes after. */
export async function exhaustedPool(ground: Ground): Promise<Finding[]> {
  const proxy = await layFaultProxy(ground.postgresUrl);
  const gateway = await startMarquee(
    { ...ground, postgresUrl: proxy.url },
    // Its crowd is what is looked at: who may wait, and for how long, is as it comes.
    { MARQUEE_QUEUE_MS: undefined },
  );
  try {
    const calm = Math.max(...(await single(gateway)).map(({ ms }) => ms));
    proxy.inflict("hold");
    const crowd: Promise<Asked>[] = [];
    while (crowd.length < CROWD) {
      for (let n = 0; n < AT_ONCE; n += 1) crowd.push(ask(gateway, QUERY, { from: addressOf(crowd.length) }));
      await sleep(EVERY_MS);
    }
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
        note: `PostgreSQL keeps its answers to itself while ${CROWD} requests arrive, ${AT_ONCE} every ${EVERY_MS} ms; then ${SINGLE} single ones, one after the other. It speaks again, and single requests are sent until one is answered in full. Of the crowd: ${others.join(", ")}.`,
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
  for (let n = 0; n < SINGLE; n += 1) answers.push(await ask(gateway, QUERY, { patienceMs: PATIENCE_MS }));
  return answers;
}

async function recovery(gateway: Marquee): Promise<number> {
  const begun = performance.now();
  while ((await ask(gateway, QUERY)).said !== "answered") await sleep(5);
  return performance.now() - begun;
}
