import { Command, InvalidArgumentError, Option } from "commander";
import { type z } from "zod";

import type * as FieldRules from "../../datasources/core/field-rules.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { withStores } from "./with-stores.js";

interface CreateFlags {
  slug: string;
  name: string;
  country: string;
  tier: TenantTier;
}

const MAX_NAME = 200;
/** Those that can be made here; servers of a tenant's own are no command's to start. */
const TIERS = ["SHARED", "ISOLATED"] as const satisfies readonly TenantTier[];

const EXAMPLES = `
Examples:
  marquee tenant create --slug corner --name "Corner Cinema" --country FR
  marquee import --tenant corner --titles titles.ndjson --events events.ndjson
  marquee token --tenant corner --profile u1`;

/** `marquee tenant`. */
export function tenantCommand(): Command {
  let rules: typeof FieldRules;
  const ruled = (rule: (of: typeof FieldRules) => z.ZodType<string>) => (value: string) =>
    keptTo(rule(rules), value);
  const create = new Command("create")
    .description("Make a tenant, into which a catalogue can be imported. One that is there is not changed.")
    .requiredOption(
      "--slug <slug>",
      "its name in URLs, tokens and ids; it stays",
      ruled(({ slug }) => slug),
    )
    .requiredOption(
      "--name <name>",
      "its name as people read it",
      ruled(({ text }) => text(MAX_NAME)),
    )
    .requiredOption(
      "--country <code>",
      "its own country: of visitors of whom none is known, and of titles without licences",
      ruled(({ country }) => country),
    )
    .addOption(
      new Option("--tier <tier>", "where its data lives: tables that tenants share, or a schema of its own")
        .choices(TIERS)
        .default("SHARED"),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (flags: CreateFlags) => {
      const tenant = await withStores((stores) => createTenant(stores, flags));
      process.stdout.write(`${describeTenant(tenant)}\n`);
    });
  const list = new Command("list")
    .description("The tenants that there are: slug, tier, country and name, apart by tabs.")
    .action(async () => {
      const tenants = await withStores((stores) => stores.tenants.list());
      for (const tenant of tenants) process.stdout.write(`${describeTenant(tenant)}\n`);
    });
  return new Command("tenant")
    .description("Make tenants and list them.")
    .addCommand(create)
    .addCommand(list)
    .hook("preSubcommand", async () => {
      // Not before: every other command, and --help, would wait for them.
      rules = await import("../../datasources/core/field-rules.js");
    });
}

async function createTenant(stores: Stores, flags: CreateFlags): Promise<Tenant> {
  if (await stores.tenants.bySlug(flags.slug)) {
    throw new StartupError(`There is a tenant "${flags.slug}" already. Name another with --slug.`);
  }
  const { slug: name, country: defaultCountry, ...rest } = flags;
  return stores.tenants.create({ ...rest, slug: name, defaultCountry });
}

function describeTenant({ slug: name, tier, defaultCountry, name: title }: Tenant): string {
  return [name, tier, defaultCountry, title].join("\t");
}

/** An option's text by the rule that holds for it everywhere. */
function keptTo(rule: z.ZodType<string>, value: string): string {
  const checked = rule.safeParse(value);
  if (checked.success) return checked.data;
  throw new InvalidArgumentError(`Accepted: ${checked.error.issues[0]?.message ?? ""}.`);
}
