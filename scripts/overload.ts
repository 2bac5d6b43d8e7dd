// What `npm run test:overload` runs: a gateway is asked for three and for ten times of what it can answer, by another
// process and whatever becomes of the requests before (open loop). It has to go on answering about as much as it can, in
// about the time that it takes when it is asked for little, and be itself again within a second. Ends with 1 otherwise.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";

import { makeGround } from "./pressure/ground.js";
import { type Phase, type Summary } from "./pressure/phase.js";
import { placeOn } from "./pressure/processors.js";

const HELP = `Usage: npm run test:overload -- [options]

  --seconds S     of each overload (default 60)
  --times A,B     how much more than it can answer (default 3,10)
  --goodput P     share of the capacity that has to be served, in per cent (default 95)
  --latency F     how much longer than without load the 99th percentile may take (default 2)
`;

/** What a home page and a list of a client ask for. */
const QUERIES = [
  "{ home(first: 6) { name titles(first: 10) { edges { node { id name releaseYear genres { name } studio { name } } reason { text } } } } }",
  "{ titles(first: 50) { edges { node { id name releaseYear maturityRating genres { name } credits { role person { name } } } } } }",
  '{ search(query: "star", first: 10) { edges { node { id name } } } }',
];
const HEADERS = { "x-marquee-tenant": "meridian" };
/** Requests under way at once while the capacity is measured. */
const CROWD = 4;

const { values: args } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    times: { type: "string", default: "3,10" },
    goodput: { type: "string", default: "95" },
    latency: { type: "string", default: "2" },
    help: { type: "boolean", default: false },
  },
});
if (args.help) console.log(HELP);
else process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const generator = fork(new URL("./pressure/generator.js", import.meta.url));
  if (!placeOn("gateway", process.pid) || !placeOn("load", generator.pid))
    console.log("Load and gateway share their processors: the figures are of both.");
  const ground = await makeGround(["meridian"]);
  const gateway = await ground.start();
  const ask = (phase: Omit<Phase, "url" | "queries" | "headers">) =>
    generate(generator, { url: gateway.url, queries: QUERIES, headers: HEADERS, ...phase });
  try {
    await ask({ seconds: 8, connections: CROWD });
    const full = await ask({ seconds: 10, connections: CROWD });
    const capacity = full.goodput;
    const calm = await ask({ seconds: 30, rate: capacity / 5 });
    line("capacity", full);
    line("a fifth of it", calm);
    const held: boolean[] = [];
    for (const times of args.times.split(",").map(Number)) {
      const loaded = await ask({ seconds: Number(args.seconds), rate: capacity * times });
      const after = await ask({ seconds: 3, rate: capacity / 5 });
      line(`${times} × capacity`, loaded);
      held.push(judge(loaded, after, { capacity, calm: calm.p99 }));
    }
    const again = await ask({ seconds: 10, connections: CROWD });
    line("capacity, again", again);
    return held.every(Boolean);
  } finally {
    generator.kill();
    await gateway.stop();
    await ground.close();
  }
}

async function generate(generator: ChildProcess, phase: Phase): Promise<Summary> {
  generator.send(phase);
  const [summary] = (await once(generator, "message")) as [Summary];
  return summary;
}

function line(
  name: string,
  { goodput, p50, p99, refused, refusedP99, failed, skipped, other }: Summary,
): void {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  console.log(
    `${name.padEnd(16)} ${goodput.toFixed(0).padStart(5)}/s served  p50 ${ms(p50)}  p99 ${ms(p99)}  ` +
      `${refused} refused (p99 ${ms(refusedP99)})  ${failed} failed  ${other} other  ${skipped} not sent`,
  );
}

function judge(
  loaded: Summary,
  after: Summary,
  { capacity, calm }: { capacity: number; calm: number },
): boolean {
  const share = (100 * loaded.goodput) / capacity;
  const factor = loaded.p99 / calm;
  const slow = after.course.findLastIndex(
    ({ refused, p99 }) => refused > 0 || p99 > calm * Number(args.latency),
  );
  const recovered = (slow + 1) / 10;
  console.log(
    `  ${share.toFixed(0)} % of the capacity, p99 ${factor.toFixed(2)} ×, itself again after ${recovered.toFixed(1)} s`,
  );
  const lost = loaded.failed + loaded.other;
  return share >= Number(args.goodput) && factor <= Number(args.latency) && recovered <= 1 && lost === 0;
}
