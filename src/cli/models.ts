import { Command } from "commander";

import { type KeptModel } from "../../datasources/recommendations/taste-models.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { wholeNumber } from "./numbers.js";
import { tenantOf, withStores } from "./with-stores.js";

const EXAMPLES = `
Examples:
  marquee models list --tenant meridian
  marquee models promote --tenant meridian --model 12
  marquee models rollback --tenant meridian`;

/** `marquee models`. */
export function modelsCommand(): Command {
  const part = (name: string, description: string) =>
    new Command(name).description(description).requiredOption("--tenant <slug>", "whose");
  const list = part(
    "list",
    "Print the models that can be switched to, the latest first, one JSON object a line.",
  ).action(({ tenant }: { tenant: string }) => withStores((stores) => print(stores, tenant)));
  const promote = part("promote", "Have a model answer from now on.")
    .requiredOption("--model <number>", "its number", wholeNumber(1, 2 ** 31 - 1))
    .action(({ tenant, model }: { tenant: string; model: number }) =>
      withStores(async (stores) => switchTo(stores, await tenantOf(stores, tenant), model)),
    );
  const rollback = part("rollback", "Have the model answer that did before the one that does.").action(
    ({ tenant: slug }: { tenant: string }) =>
      withStores(async (stores) => {
        const tenant = await tenantOf(stores, slug);
        await switchTo(stores, tenant, before(await stores.tasteModels.models(tenant)).number);
      }),
  );
  return new Command("models")
    .description("See what was learned last and how well it foresaw what was watched, and switch to it.")
    .addHelpText("after", EXAMPLES)
    .addCommand(list)
    .addCommand(promote)
    .addCommand(rollback);
}

async function print(stores: Stores, slug: string): Promise<void> {
  for (const model of await stores.tasteModels.models(await tenantOf(stores, slug)))
    process.stdout.write(`${JSON.stringify(model)}\n`);
}

async function switchTo(stores: Stores, tenant: Tenant, number: number): Promise<void> {
  const kept = await stores.tasteModels.models(tenant);
  if (!kept.some((model) => model.number === number)) {
    const numbers = kept.map((model) => model.number).join(", ");
    throw new StartupError(
      `There is no model ${number} of ${tenant.slug}. ${numbers === "" ? 'None is kept; run "marquee learn".' : `Kept are: ${numbers}.`}`,
    );
  }
  await stores.tasteModels.promote(tenant, number);
  await stores.settle(tenant);
  process.stdout.write(`${tenant.slug}: model ${number} answers from now on.\n`);
}

/** The one that was switched to last before the live one. */
function before(kept: readonly KeptModel[]): KeptModel {
  const earlier = kept.filter(({ live, liveSince }) => !live && liveSince !== null);
  const [last] = earlier.sort((a, b) => Date.parse(b.liveSince ?? "") - Date.parse(a.liveSince ?? ""));
  if (!last) throw new StartupError("No earlier model is kept: there is nothing to go back to.");
  return last;
}
