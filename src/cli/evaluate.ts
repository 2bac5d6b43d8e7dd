import { Command, InvalidArgumentError, Option } from "commander";

import { StartupError } from "../../packages/process/startup-error.js";
import { type Evaluation, type RankingName } from "../jobs/evaluate.js";
import { type HoldoutOptions } from "../jobs/holdout.js";
import { type Estimate, type ListFigures } from "../jobs/list-figures.js";
import { counted, positiveNumber, wholeNumber } from "./numbers.js";
import { replayInWords } from "./replay-in-words.js";
import { createProgress } from "./progress.js";
import { tenantOf, withStores } from "./with-stores.js";

interface Flags {
  tenant: string;
  holdout?: number;
  replay?: number;
  fading: number;
  order: "random" | "latest";
  seed: number;
  profiles: number;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  marquee evaluate --tenant meridian --holdout 0.2
  marquee evaluate --tenant meridian --holdout 0.1 --order latest --profiles 500 --json
  marquee evaluate --tenant meridian --replay 3`;

/** `marquee evaluate`. */
export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description(
      "Tell how well recommendations foresee what was watched: hold a part of each profile's watches out, learn from the rest in memory, and compare what would be served with what is simpler, and with what is dearer. Or tell from the lists that were noted what a model that is kept would have come to. Writes nothing.",
    )
    .requiredOption("--tenant <slug>", "whose")
    .option("--holdout <fraction>", "of each profile's watches, above 0 and below 1", fraction)
    .addOption(
      new Option("--replay <model>", "number of a model that is kept, in place of --holdout")
        .argParser(wholeNumber(1, 2 ** 31 - 1))
        .conflicts("holdout"),
    )
    .option(
      "--fading <power>",
      "of --replay: places are looked at by 1 / place to this power",
      positiveNumber,
      1,
    )
    .addOption(
      new Option("--order <order>", "which are held out: so many at random, or the latest")
        .choices(["random", "latest"])
        .default("random"),
    )
    .option("--seed <number>", "of what is drawn at random", wholeNumber(0, 2 ** 31 - 1), 42)
    .option("--profiles <number>", "how many are asked for at most", wholeNumber(1, 20_000), 1_000)
    .option("--json", "print one JSON object")
    .addHelpText("after", EXAMPLES)
    .action((flags: Flags) => run(flags));
}

function fraction(text: string): number {
  const value = Number(text);
  if (!/^0?\.\d+$/.test(text) || !(value > 0)) {
    throw new InvalidArgumentError("Accepted: a number above 0 and below 1, such as 0.2.");
  }
  return value;
}

function run(flags: Flags): Promise<void> {
  const { holdout, replay } = flags;
  if (replay !== undefined) return runReplay({ ...flags, replay });
  if (holdout !== undefined) return runHoldout({ ...flags, holdout });
  throw new StartupError("Nothing to evaluate by. Accepted: --holdout <fraction>, or --replay <model>.");
}

async function runReplay({
  tenant: slug,
  replay: model,
  fading,
  profiles,
  json,
}: Flags & { replay: number }) {
  const { replay } = await import("../jobs/replay.js");
  const figures = await withStores(async (stores) =>
    replay(stores, await tenantOf(stores, slug), { model, profiles, fading }),
  );
  if (!figures)
    throw new StartupError(`No model ${model} of ${slug} is kept. Accepted: one of \`marquee models list\`.`);
  process.stdout.write(json ? `${JSON.stringify(figures)}\n` : replayInWords(figures, model));
}

async function runHoldout({
  tenant: slug,
  holdout,
  order,
  seed,
  profiles,
  json,
}: Flags & { holdout: number }) {
  const options: HoldoutOptions = {
    fraction: holdout,
    order: order === "latest" ? "LATEST" : "RANDOM",
    seed,
    profiles,
  };
  const { evaluate } = await import("../jobs/evaluate.js");
  const progress = createProgress();
  const evaluation = await withStores(async (stores, { diversity }) => {
    try {
      const tenant = await tenantOf(stores, slug);
      return await evaluate(stores, tenant, { ...options, diversity }, (step, part) =>
        progress.show(`${slug} evaluate`, part, step),
      );
    } finally {
      progress.end();
    }
  });
  if (!evaluation) {
    throw new StartupError(
      `Nothing of ${slug} can be judged: no profile has so many watches that ${holdout} of them is one that it may meet now.`,
    );
  }
  process.stdout.write(json ? `${JSON.stringify(evaluation)}\n` : inWords(evaluation));
}

const NAMES: Record<RankingName, string> = {
  served: "served",
  popularity: "popularity",
  paths: "path count",
  dense: "EASE, whole matrix",
};
const COLUMNS: readonly (readonly [string, keyof ListFigures, number])[] = [
  ["Recall@10", "recall", 4],
  ["NDCG@10", "ndcg", 4],
  ["coverage", "coverage", 4],
  ["novelty, bits", "novelty", 2],
  ["diversity", "diversity", 4],
];

/** A table, and what it does not tell of. */
function inWords({ counts, judged, leftOut, filled, model, titles, rankings }: Evaluation): string {
  const rows = (Object.keys(NAMES) as RankingName[]).map((name) => {
    const figures = rankings[name];
    return [
      NAMES[name],
      ...COLUMNS.map(([, key, places]) => (figures ? told(figures[key], places) : "left out")),
    ];
  });
  return [
    ...aligned([["", ...COLUMNS.map(([name]) => name)], ...rows]),
    "",
    `Learned (${model}, ${counted(titles)} titles) from ${counted(counts.learned)} watches of ${counted(counts.profiles)} profiles, without ${counted(counts.held)} that were held out.`,
    `Judged: ${counted(judged.watches)} watches of ${counted(judged.profiles)} profiles, each of which counts the same. In brackets: 95 %.`,
    `Left out: ${counted(leftOut.hidden)} watches of titles that may not be met now, ${counted(leftOut.profiles)} profiles that had no others, ${counted(counts.short)} that have watched too little, ${counted(Math.max(counts.profiles - counts.short - judged.profiles - leftOut.profiles, 0))} beyond the sample.`,
    `Of what is served ${(100 * filled).toFixed(1)} % fills lists up as popular, by a popularity that knows what was held out.`,
    "",
  ].join("\n");
}

function told({ value, low, high }: Estimate, places: number): string {
  return `${value.toFixed(places)} [${low.toFixed(places)}, ${high.toFixed(places)}]`;
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}
