import { type Tenant } from "../../datasources/core/tenant.js";
import { capacityOf, startGenerator, type Generator } from "./generators.js";
import { type TenantsGround } from "./ground.js";
import { inPairs, pooled } from "./pooled.js";
import { finding, type Finding } from "../findings.js";

export interface FairnessOptions {
  rounds: number;
  /** Of all slices of a kind of a round. */
  seconds: number;
}

/** Slices of a kind in a round. */
const SLICES = 4;

/** What others may be slowed down to, as a factor. */
const MOST = 1.2;
const TIMES = 20;

/** Who asks, and how much of what the gateway can answer they ask for together: one of them in turn twenty times as much. */
interface Case {
  name: string;
  tenants: readonly Tenant[];
  load: number;
  /** Whether the goal is to be met. */
  isGoal: boolean;
}

/** One slice of a round. */
interface Slice {
  /** How long each of the others' requests took that was answered. Milliseconds. */
  each: number[];
  /** Of the others' requests, those that were not answered; of the one's, those that were turned away. */
  lost: number;
  refused: number;
}

/** Asks for a slice, the first tenant so many times as much as each other. */
type Ask = (times: number) => Promise<Slice>;

/** One tenant at twenty times its share, and how long the others wait. */
export async function fairness(ground: TenantsGround, options: FairnessOptions): Promise<Finding> {
  const gateway = await ground.start();
  const generators = [startGenerator(), startGenerator({ behind: true })] as const;
  try {
    const all = [...ground.shared, ...ground.dedicated];
    const capacity = await capacityOf(
      generators[0],
      gateway.url,
      all.map(({ slug }) => slug),
    );
    const rows: (string | number)[][] = [];
    const cases = casesOf(ground);
    for (const each of cases) {
      const share = (capacity * each.load) / each.tenants.length;
      const ask = asking(generators, gateway.url, each.tenants, share, options.seconds / SLICES);
      rows.push([each.name, share, ...(await measured(ask, options.rounds))]);
      console.error(rows.at(-1)?.join(" "));
    }
    const goals = cases.filter(({ isGoal }) => isGoal).map(({ name }) => name);
    return described(rows, goals, capacity, options);
  } finally {
    for (const generator of generators) generator.end();
    await gateway.close();
  }
}

function casesOf({ shared, dedicated }: TenantsGround): Case[] {
  const all = [...shared, ...dedicated];
  return [
    // Requests that come one by one take more of the processor than those that come in a crowd: it is half busy by that.
    { name: `${all.length} tenants, three tenths of the capacity`, tenants: all, load: 0.3, isGoal: true },
    // With more, the one at 20 times its share would ask for all that there is.
    { name: "20 dedicated tenants, a fifth", tenants: dedicated.slice(0, 20), load: 0.2, isGoal: false },
    { name: "20 tenants, a fifth", tenants: shared.slice(0, 20), load: 0.2, isGoal: false },
  ];
}

function asking(
  [others, one]: readonly [Generator, Generator],
  url: string,
  tenants: readonly Tenant[],
  share: number,
  seconds: number,
): Ask {
  const [greedy = "", ...quiet] = tenants.map(({ slug }) => slug);
  return async (times) => {
    const [seen, taken] = await Promise.all([
      others.ask({ url, tenants: quiet, seconds, rate: share * quiet.length, each: true }),
      one.ask({ url, tenants: [greedy], seconds, rate: share * times }),
    ]);
    const { each, refused, failed, other } = seen;
    return { each, lost: refused + failed + other, refused: taken.refused };
  };
}

/** What some rounds come to, as cells. */
async function measured(ask: Ask, rounds: number): Promise<(string | number)[]> {
  const sum = { lost: { calm: 0, during: 0 }, refused: 0 };
  await ask(1);
  const pairs = await inPairs(rounds * SLICES, async (_, kind) => {
    const { each, lost, refused } = await ask(kind === "calm" ? 1 : TIMES);
    sum.lost[kind] += lost;
    if (kind === "during") sum.refused += refused;
    return each;
  });
  const { calm, during, ratio, low, high } = pooled(pairs);
  const bounds = `${low.toFixed(2)} to ${high.toFixed(2)}`;
  const lost = `${sum.lost.calm}, ${sum.lost.during}`;
  return [calm.p50, calm.p99, during.p50, during.p99, ratio, bounds, lost, sum.refused];
}

const COLUMNS = [
  "asked by",
  "share, 1/s",
  "others' p50, ms",
  "p99, ms",
  "p50 with one at 20 ×, ms",
  "p99, ms",
  "ratio of p99",
  "95 % interval",
  "others lost, without and with it",
  "refused of the one",
];

function described(
  rows: (string | number)[][],
  goals: readonly string[],
  capacity: number,
  { rounds, seconds }: FairnessOptions,
): Finding {
  return finding({
    heading: "One tenant at twenty times its share",
    note: `The gateway can answer ${capacity.toFixed(0)} such lists a second when it is asked without a pause; three tenths of that, asked for one by one, keep its processor busy half of the time. The tenants of a line ask for a part of that at a rate that does not wait for answers, each for as much; then one of them for ${TIMES} times its share. ${rounds * SLICES} slices of ${seconds / SLICES} s each way, in turn; quantiles of all requests of a way, and of the ratio the 95 % interval by bootstrap over the slices. Goal, with all tenants: the others' p99 rises to at most ${MOST} ×. Of 20 tenants, one at 20 times its share doubles what is asked for: from a fifth to two fifths of the capacity the p99 of any queue with one server grows by about a half (M/D/1: from 2.4 to 3.6 times what one request takes); that is shown, and no goal.`,
    columns: COLUMNS,
    rows,
    missed: rows.flatMap(([name, ...figures]) => {
      const ratio = Number(figures[COLUMNS.indexOf("ratio of p99") - 1]);
      return ratio > MOST && goals.includes(String(name))
        ? [`${name}: the others' p99 is ${ratio.toFixed(2)} ×`]
        : [];
    }),
  });
}
