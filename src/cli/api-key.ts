import { Command } from "commander";

import { type ApiKeyRecord } from "../../datasources/api-keys/api-keys.js";
import { type Position } from "../../datasources/core/page.js";
import { Refusal } from "../../datasources/core/refusal.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { wholeNumber } from "./numbers.js";
import { tenantOf, withStores } from "./with-stores.js";

interface CreateFlags {
  tenant: string;
  name: string;
  scope: string[];
  days?: number;
}

const MOST_DAYS = 366;
/** Keys read at once. */
const PAGE = 100;
const EXAMPLES = `
Examples:
  marquee api-key create --tenant meridian --name importer --scope Query.titles Mutation.putTitle --days 30
  curl -H "x-api-key: $(marquee api-key create --tenant meridian --name once --scope Query.titles --days 1)" …
  marquee api-key revoke --tenant meridian --id 0123456789ab`;

/** `marquee api-key`. */
export function apiKeyCommand(): Command {
  const create = new Command("create")
    .description("Make an API key of a tenant and print it, this once: only a hash of it is kept.")
    .requiredOption("--tenant <slug>", "whose it is")
    .requiredOption("--name <name>", "what it is called in lists")
    .requiredOption(
      "--scope <field...>",
      "the fields that it is for, as Query.titles; docs/permissions.md says which keys may have",
    )
    .option("--days <number>", "time until it ends (default: 90)", wholeNumber(1, MOST_DAYS))
    .addHelpText("after", EXAMPLES)
    .action(async (flags: CreateFlags) => {
      process.stdout.write(`${await createKey(flags)}\n`);
    });
  const list = new Command("list")
    .description("The keys of a tenant: id, state, last use, end, name and scope, apart by tabs.")
    .requiredOption("--tenant <slug>", "whose they are")
    .action(async ({ tenant }: { tenant: string }) => {
      for (const key of await listKeys(tenant)) process.stdout.write(`${describeKey(key)}\n`);
    });
  const revoke = new Command("revoke")
    .description("End a key of a tenant for good, within seconds at every gateway.")
    .requiredOption("--tenant <slug>", "whose it is")
    .requiredOption("--id <id>", "which, as `list` says")
    .action(async (flags: { tenant: string; id: string }) => {
      process.stdout.write(`${describeKey(await revokeKey(flags))}\n`);
    });
  return new Command("api-key")
    .description("Make, list and revoke the keys that machines ask by.")
    .addCommand(create)
    .addCommand(list)
    .addCommand(revoke);
}

async function createKey({ tenant, name, scope, days }: CreateFlags): Promise<string> {
  const [rules, { makeKey }] = await Promise.all([
    import("../../resolvers/api-key-rules.js"),
    import("../../resolvers/request/api-key.js"),
  ]);
  return withStores(async (stores) => {
    const wanted = said(() => ({
      name: rules.checkedKeyName(name),
      scope: rules.checkedScope(scope, () => true),
      days: rules.checkedDays(days),
    }));
    return (await makeKey(stores.apiKeys, await tenantOf(stores, tenant), wanted, "command")).key;
  });
}

function listKeys(slug: string): Promise<ApiKeyRecord[]> {
  return withStores(async (stores) => {
    const request = { tenant: await tenantOf(stores, slug), calls: new CallLog() };
    const keys: ApiKeyRecord[] = [];
    let after: Position | undefined;
    for (;;) {
      const { rows, hasMore } = await stores.apiKeys.list(request, { limit: PAGE, after, fromEnd: false });
      keys.push(...rows.map(({ entry }) => entry));
      after = rows.at(-1)?.position;
      if (!hasMore) return keys;
    }
  });
}

function revokeKey({ tenant, id }: { tenant: string; id: string }): Promise<ApiKeyRecord> {
  return withStores(async (stores) => {
    const revoked = await stores.apiKeys.revoke(await tenantOf(stores, tenant), id, "command");
    if (revoked) return revoked;
    throw new StartupError(`--id ${id}: ${tenant} has no such key. "marquee api-key list" has its keys.`);
  });
}

/** What is refused, as a line. */
function said<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw error instanceof Refusal ? new StartupError(error.message) : error;
  }
}

function describeKey({ id, name, scope, expiresAt, lastUsedAt, revokedAt }: ApiKeyRecord): string {
  const over = new Date(expiresAt).getTime() <= Date.now();
  const state = revokedAt ? "REVOKED" : over ? "EXPIRED" : "GOOD";
  return [id, state, lastUsedAt ?? "never", expiresAt, name, scope.join(" ")].join("\t");
}
