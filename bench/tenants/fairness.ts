import { type Tenant } from "../../datasources/core/tenant.js";
import { capacityOf, median, startGenerator, type Generator } from "./generators.js";
import { type TenantsGround } from "./ground.js";
import { finding, type Finding } from "./report.js";

export interface FairnessOptions {
  rounds: number;
  /** Of each half of a round. */
  seconds: number;
}

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

/** One half of a round. */
interface Half {
  p50: number;
  p99: number;
  /** Of the others' requests, those that were not answered; of the one's, those that were turned away. */
  lost: number;
  refused: number;
}

/** Asks for so many seconds, the first tenant so many times as much as each other. */
type Ask = (times: number) => Promise<Half>;

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
      const ask = asking(generators, gateway.url, each.tenants, share, options.seconds);
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
    { name: `${all.length} tenants, half of the capacity`, tenants: all, load: 0.5, isGoal: true },
    // A fifth: with half of it, the one at 20 times its share would ask for all that there is.
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
      others.ask({ url, tenants: quiet, seconds, rate: share * quiet.length }),
      one.ask({ url, tenants: [greedy], seconds, rate: share * times }),
    ]);
    const { p50, p99, refused, failed, other } = seen;
    return { p50, p99, lost: refused + failed + other, refused: taken.refused };
  };
}

/** The medians of some rounds, as cells. */
async function measured(ask: Ask, rounds: number): Promise<number[]> {
  const [before, during]: [Half[], Half[]] = [[], []];
  await ask(1);
  for (let round = 0; round < rounds; round += 1) {
    before.push(await ask(1));
    during.push(await ask(TIMES));
  }
  const of = (halves: readonly Half[], name: keyof Half) => median(halves.map((half) => half[name]));
  const ratio = median(during.map(({ p99 }, n) => p99 / (before[n]?.p99 ?? NaN)));
  const lost = Math.max(...during.map((half) => half.lost));
  const figures = [before, during].flatMap((halves) => [of(halves, "p50"), of(halves, "p99")]);
  return [...figures, ratio, lost, of(during, "refused")];
}

const COLUMNS = [
  "asked by",
  "share, 1/s",
  "others' p50, ms",
  "p99, ms",
  "p50 with one at 20 ×, ms",
  "p99, ms",
  "ratio of p99",
  "others lost",
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
    note: `The gateway can answer ${capacity.toFixed(0)} such lists a second. The tenants of a line ask for a part of that at a rate that does not wait for answers, each for as much; then one of them for ${TIMES} times its share. ${rounds} rounds of ${seconds} s each way, one after the other; medians of the rounds. Goal, with all tenants: the others' p99 rises to at most ${MOST} ×. Of 20 tenants, one at 20 times its share doubles what is asked for: from a fifth to two fifths of the capacity the p99 of any queue with one server grows by about a half (M/D/1: from 2.4 to 3.6 times what one request takes); that is shown, and no goal.`,
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
