import { Command, InvalidArgumentError, Option } from "commander";
import { type z } from "zod";

import type * as FieldRules from "../../datasources/core/field-rules.js";
import { Refusal } from "../../datasources/core/refusal.js";
import { type Tenant, type TenantServers, type TenantTier } from "../../datasources/core/tenant.js";
import { createNoted, removeNoted, setStateNoted } from "../../datasources/stores/noted-states.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { moveCommands } from "./tenant-move.js";
import { addServerOptions, serversOf } from "./server-options.js";
import { tenantOf, withStores } from "./with-stores.js";

interface CreateFlags extends Partial<TenantServers> {
  slug: string;
  name: string;
  country: string;
  tier: TenantTier;
  domain: string[];
}

const MAX_NAME = 200;
const TIERS = ["SHARED", "ISOLATED", "DEDICATED"] as const satisfies readonly TenantTier[];

const EXAMPLES = `
Examples:
  marquee tenant create --slug corner --name "Corner Cinema" --country FR --domain watch.corner.example
  marquee import --tenant corner --titles titles.ndjson --events events.ndjson
  marquee token --tenant corner --profile u1
  MARQUEE_SECRET_GRAND_FILE=/run/secrets/grand marquee tenant create --slug grand --name "Grand" --country FR \\
    --tier DEDICATED --postgres 'postgres://marquee:$GRAND@db.grand.example/marquee'`;

/** `marquee tenant`. */
export function tenantCommand(): Command {
  let rules: typeof FieldRules;
  const command = new Command("tenant")
    .description("Make tenants, list them, move, suspend and remove them.")
    .addCommand(createCommand(() => rules))
    .addCommand(listCommand())
    .hook("preSubcommand", async () => {
      // Not before: every other command, and --help, would wait for them.
      rules = await import("../../datasources/core/field-rules.js");
    });
  for (const each of [suspendCommand(), resumeCommand(), deleteCommand(), ...moveCommands()])
    command.addCommand(each);
  return command;
}

function createCommand(rules: () => typeof FieldRules): Command {
  const ruled = (rule: (of: typeof FieldRules) => z.ZodType<string>) => (value: string) =>
    keptTo(rule(rules()), value);
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
      new Option(
        "--tier <tier>",
        "where its data lives: tables that tenants share, a schema of its own, or servers of its own",
      )
        .choices(TIERS)
        .default("SHARED"),
    )
    .option<string[]>(
      "--domain <host>",
      "a host that is its own; may be repeated",
      (host, others) => [...others, keptTo(rules().domain, host)],
      [],
    );
  return addServerOptions(create)
    .addHelpText("after", EXAMPLES)
    .action(async (flags: CreateFlags) => {
      const tenant = await withStores((stores) => createTenant(stores, flags));
      process.stdout.write(`${describeTenant(tenant)}\n`);
    });
}

function listCommand(): Command {
  return new Command("list")
    .description("The tenants that there are: slug, tier, country and name, apart by tabs, and their state.")
    .action(async () => {
      const tenants = await withStores((stores) => stores.tenants.list());
      for (const tenant of tenants) process.stdout.write(`${describeTenant(tenant)}\n`);
    });
}

function suspendCommand(): Command {
  return chosen(
    "suspend",
    "Serve a tenant no more: its users are told that there is none. Nothing is removed.",
  ).action(({ slug }: { slug: string }) => changeState(slug, "SUSPENDED"));
}

function resumeCommand(): Command {
  return chosen("resume", "Serve a suspended tenant again.").action(({ slug }: { slug: string }) =>
    changeState(slug, "ACTIVE"),
  );
}

function deleteCommand(): Command {
  return chosen("delete", "Remove a tenant from every store, for good, and look whether anything is left.")
    .requiredOption("--confirm <slug>", "its slug once more, since nothing brings it back")
    .action(async ({ slug, confirm }: { slug: string; confirm: string }) => {
      if (confirm !== slug)
        throw new StartupError(`--confirm ${confirm} is not --slug ${slug}. Nothing was removed.`);
      const { rows, tables, engines } = await withStores(async (stores) =>
        removeNoted(stores, await tenantOf(stores, slug), "command"),
      );
      const looked = `${tables} tables and ${engines} engines were looked through, and nothing of it is left`;
      process.stdout.write(`${slug}: ${rows.toLocaleString("en")} rows removed; ${looked}.\n`);
    });
}

function chosen(name: string, description: string): Command {
  return new Command(name).description(description).requiredOption("--slug <slug>", "which tenant");
}

async function changeState(slug: string, state: "ACTIVE" | "SUSPENDED"): Promise<void> {
  const tenant = await withStores(async (stores) => {
    const found = await tenantOf(stores, slug);
    if (found.state === "DELETING")
      throw new StartupError(`${slug} is being deleted. Run "marquee tenant delete" again to end that.`);
    return setStateNoted(stores, found, state, "command");
  });
  process.stdout.write(`${describeTenant(tenant)}\n`);
}

async function createTenant(stores: Stores, flags: CreateFlags): Promise<Tenant> {
  const { slug, name, tier, country: defaultCountry, domain: domains } = flags;
  const servers = serversOf(flags);
  try {
    const wanted = { slug, name, tier, defaultCountry, domains, ...(servers && { servers }) };
    return await createNoted(stores, wanted, "command");
  } catch (error) {
    throw error instanceof Refusal ? new StartupError(error.message) : error;
  }
}

function describeTenant({ slug: name, tier, state, defaultCountry, name: title }: Tenant): string {
  return [name, tier, defaultCountry, title, ...(state === "ACTIVE" ? [] : [state])].join("\t");
}

/** An option's text by the rule that holds for it everywhere. */
function keptTo(rule: z.ZodType<string>, value: string): string {
  const checked = rule.safeParse(value);
  if (checked.success) return checked.data;
  throw new InvalidArgumentError(`Accepted: ${checked.error.issues[0]?.message ?? ""}.`);
}
