import { Command } from "commander";

import { type SeedOptions, type SeedReport } from "../../seeds/seed.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { counted, day, positiveNumber, rate, wholeNumber } from "./numbers.js";
import { createProgress } from "./progress.js";
import { withStores } from "./with-stores.js";

interface SeedFlags extends Omit<SeedOptions, "tenants"> {
  tenant?: string[];
}

const EXAMPLES = `
Examples:
  marquee seed
  marquee seed --tenant meridian
  marquee seed --scale 32 --seed 7      # 100,000 titles and a million events
  marquee seed --until 2026-05-01       # the same rows on any day`;

/** `marquee seed`. */
export function seedCommand(): Command {
  return new Command("seed")
    .description(
      "Write the demo tenants: titles, profiles, viewing, accounts. Running it again on the same day, or until the same one, changes nothing; later it adds viewing until then.",
    )
    .option("--tenant <slug...>", "only these demo tenants")
    .option("--scale <number>", "size of the catalogues, 1 being 3,201 films in the largest", positiveNumber)
    .option(
      "--seed <number>",
      "what is drawn; equal numbers give equal rows",
      wholeNumber(0, Number.MAX_SAFE_INTEGER),
    )
    .option("--until <date>", "day on which viewing ends, exclusive (default: today)", day)
    .option("--profiles <number>", "generated profiles of each tenant", wholeNumber(1, 1_000_000))
    .option("--events <number>", "viewing events of each tenant", wholeNumber(0, 100_000_000))
    .addHelpText("after", EXAMPLES)
    .action(async ({ tenant, ...flags }: SeedFlags) => {
      const options = { ...flags, ...(tenant ? { tenants: tenant } : {}) };
      const report = await withStores((stores) => seedWithProgress(stores, options));
      process.stdout.write(`${describeSeed(report)}\n`);
    });
}

/** Seeds with progress on standard error, as the command and a gateway's first start do. */
export async function seedWithProgress(stores: Stores, options: SeedOptions): Promise<SeedReport> {
  const [{ seedDemo }, { learn }] = await Promise.all([
    import("../../seeds/seed.js"),
    import("../jobs/learn.js"),
  ]);
  const progress = createProgress();
  try {
    return await seedDemo(stores, learn, options, (tenant, step, fraction, note) =>
      progress.show(`${tenant} ${step}`, fraction, note),
    );
  } finally {
    progress.end();
  }
}

/** A line for each tenant: what was written and how fast. */
export function describeSeed({ tenants, seconds }: SeedReport): string {
  const lines = tenants.map(
    ({ slug, titles, events, learnSeconds }) =>
      `${slug}: ${counted(titles.read)} titles (${rate(titles.read, titles.seconds)}), ` +
      `${counted(events.read)} events (${rate(events.read, events.seconds)}), learned in ${learnSeconds.toFixed(1)} s`,
  );
  return [...lines, `Seeded in ${seconds.toFixed(1)} s.`].join("\n");
}
