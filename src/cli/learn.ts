import { Command } from "commander";

import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { forAllTenants } from "./all-tenants.js";
import { createProgress } from "./progress.js";
import { withStores } from "./with-stores.js";

/** `marquee learn`. */
export function learnCommand(): Command {
  return new Command("learn")
    .description(
      "Run the batch jobs: the taste graph, Top 10, trending and popularity, from all viewing events.",
    )
    .option("--tenant <slug>", "only this tenant (default: all)")
    .addHelpText("after", "\nExamples:\n  marquee learn\n  marquee learn --tenant meridian")
    .action(async ({ tenant }: { tenant?: string }) => {
      await withStores((stores) => forAllTenants(stores, tenant, (each) => learnWithProgress(stores, each)));
    });
}

/** Runs the batch jobs of a tenant with progress on standard error and one line of result. */
export async function learnWithProgress(stores: Stores, tenant: Tenant): Promise<void> {
  const [{ learn }, { trialInWords }] = await Promise.all([
    import("../jobs/learn.js"),
    import("../jobs/trial-in-words.js"),
  ]);
  let told = "";
  const started = performance.now();
  const progress = createProgress();
  try {
    const { trial } = await learn(stores, tenant, (step, fraction) =>
      progress.show(`${tenant.slug} learn`, fraction, step),
    );
    if (trial.figures) told = ` ${trialInWords(trial)}`;
  } finally {
    progress.end();
  }
  process.stdout.write(
    `${tenant.slug}: learned in ${((performance.now() - started) / 1000).toFixed(1)} s.${told}\n`,
  );
}
