// What `npm run test:abuse` runs: suites of requests and faults that are meant to knock a gateway over, each against a
// gateway in a process of its own. Prints a table for each and what was not as it had to be; ends with 1 where there is
// any.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

import { format } from "prettier";

import { groundOn, makeGround } from "./abuse/ground.js";
import { brokenIn, section, type Finding } from "./abuse/report.js";
import { SUITES } from "./abuse/suites.js";
import { ROOT } from "./environment.js";

const HEAD = `# A gateway that is abused

Written by \`npm run test:abuse -- --write\`; the head of scripts/abuse.ts says how to run it. Gateway, PostgreSQL and what abuses them share the machine.`;
const HELP = `Usage: npm run test:abuse -- [options]

  --only A,B    which suites, of ${Object.keys(SUITES).join(", ")} (default: all)
  --quick       the short form, which CI runs as well
  --seed N      repeats what an earlier run has drawn (default: by the clock)
  --on URL      a PostgreSQL that has the demo's tenants (default: one that is brought along and seeded)
  --write       puts the tables into bench/results/abuse.md, in the places of earlier ones

Suites of stores take the engines whose URLs are set (npm run engines), PostgreSQL is there anyway.
`;

const { values: args } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    on: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    write: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  if (args.help) return console.log(HELP);
  const names = args.only?.split(",") ?? Object.keys(SUITES);
  const unknown = names.find((name) => !(name in SUITES));
  if (unknown !== undefined) throw new Error(`There is no suite "${unknown}".\n${HELP}`);
  const ground = await (args.on === undefined ? makeGround() : groundOn(args.on));
  const findings: Finding[] = [];
  try {
    for (const name of names) {
      const found = await SUITES[name]!(ground, { quick: args.quick, seed: Number(args.seed) });
      for (const each of found) console.log(`${section(each)}\n`);
      findings.push(...found);
    }
  } finally {
    await ground.close();
  }
  if (args.write) await write(findings);
  const broken = findings.flatMap(brokenIn);
  console.log(
    broken.length === 0 ? `All kept; seed ${args.seed}.` : `${broken.length} broken; seed ${args.seed}.`,
  );
  if (broken.length > 0) process.exitCode = 1;
}

/** The page is kept section by section, so that a suite can be measured again by itself. */
async function write(findings: readonly Finding[]): Promise<void> {
  const file = path.join(ROOT, "bench/results/abuse.md");
  const [, ...before] = existsSync(file) ? readFileSync(file, "utf8").split(/^(?=## )/m) : [];
  const sections = new Map(before.map((text) => [text.split("\n", 1)[0], text.trimEnd()]));
  for (const finding of findings)
    sections.set(`## ${finding.heading}`, `${section(finding)}\n\n${circumstances()}`);
  const text = [HEAD, ...sections.values()].join("\n\n");
  writeFileSync(file, await format(text, { parser: "markdown" }));
}

function circumstances(): string {
  const load = loadavg()[0]?.toFixed(1);
  return `Seed ${args.seed}${args.quick ? ", short form" : ""}; ${cpus().length} cores, Node ${process.versions.node}; load of the machine at the end: ${load}.`;
}

await main();
