import { setTimeout as sleep } from "node:timers/promises";

import { ask, type Asked } from "../../scripts/abuse/ask.js";
import { type Marquee } from "../../scripts/abuse/ground.js";
import { ACTS, type Act, type Asking } from "./acts.js";
import { median } from "./generators.js";
import { type TenantsGround } from "./ground.js";
import { finding, type Finding } from "../findings.js";

const TIMES = 20;
const WITHIN_MS = 5_000;
/** Time between two looks, how many in a row have to be refused, and how long is looked at most. Milliseconds. */
const LOOK_MS = 5;
const IN_A_ROW = 10;
const PATIENCE_MS = 20_000;

/** How soon what one gateway is told to end is refused by that gateway, and by another. */
export async function revocation(ground: TenantsGround): Promise<Finding> {
  const gateways = [await ground.start(), await ground.start()] as const;
  const asking = gateways.map((gateway) => asker(gateway, ground.guessed.slug)) as [Asking, Asking];
  try {
    const rows: (string | number)[][] = [];
    const missed: string[] = [];
    for (const [at, act] of ACTS.entries()) {
      const [here, there]: [number[], number[]] = [[], []];
      for (let n = 0; n < TIMES; n += 1) {
        const [own, other] = await measured(act, asking, 920 + at * TIMES + n);
        here.push(own);
        there.push(other);
      }
      const worst = Math.max(...here, ...there);
      rows.push([act.name, act.probed, median(here), Math.max(...here), median(there), Math.max(...there)]);
      if (worst > WITHIN_MS) missed.push(`${act.name}: ${worst.toFixed(0)} ms`);
    }
    return finding({
      heading: "How soon it is over",
      note: `Two gateways. Each act is carried out at one of them, ${TIMES} times, for another account each time, whose token has been used at both until then. From the act's answer until the first of ${IN_A_ROW} refusals in a row was read, at that gateway and at the other; each is asked again ${LOOK_MS} ms after it answered, so that a figure has the time of an answer in it. Goal: ${WITHIN_MS} ms.`,
      columns: [
        "act",
        "what is refused",
        "same gateway, median ms",
        "worst of 20",
        "other gateway, median ms",
        "worst of 20",
      ],
      rows,
      missed,
    });
  } finally {
    for (const gateway of gateways) await gateway.close();
  }
}

/** What it took to be over at both. Milliseconds. */
async function measured(act: Act, gateways: [Asking, Asking], n: number): Promise<[number, number]> {
  const { perform, probe } = await act.prepare(gateways[0], n);
  for (const gateway of gateways)
    if (!accepts(await probe(gateway))) throw new Error(`${act.name}: refused before anything was done`);
  const looking = gateways.map((gateway) => refusedAt(() => probe(gateway)));
  await sleep(10 * LOOK_MS);
  await perform();
  const done = performance.now();
  const [one = NaN, other = NaN] = await Promise.all(looking);
  return [Math.max(0, one - done), Math.max(0, other - done)];
}

/** When the first of several refusals in a row was read. */
async function refusedAt(probe: () => Promise<Asked>): Promise<number> {
  let [refusals, first] = [0, NaN];
  for (const until = performance.now() + PATIENCE_MS; refusals < IN_A_ROW; await sleep(LOOK_MS)) {
    if (performance.now() > until) return Infinity;
    refusals = accepts(await probe()) ? 0 : refusals + 1;
    if (refusals === 1) first = performance.now();
  }
  return first;
}

/** Whether everything that was asked for was answered. */
function accepts({ data, errors }: Asked): boolean {
  if (data === null || errors.length > 0) return false;
  return Object.values(data).every(
    (answer) => answer !== null && ((answer as { errors?: unknown[] }).errors ?? []).length === 0,
  );
}

function asker(gateway: Marquee, tenant: string): Asking {
  return (query, { token, apiKey, variables } = {}) =>
    ask(gateway, query, {
      ...(variables && { variables }),
      headers: {
        "x-marquee-tenant": tenant,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(apiKey !== undefined && { "x-api-key": apiKey }),
      },
    });
}
