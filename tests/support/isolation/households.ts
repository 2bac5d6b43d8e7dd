import { randomBytes } from "node:crypto";

import { vi } from "vitest";

import { type Tenant, type TenantTier } from "../../../datasources/core/tenant.js";
import { viewerAccount } from "../accounts.js";
import { type OwnDatabase } from "../database.js";
import { knownTo, openTenant, type Asker } from "../fuzz/fuzz-ground.js";
import { type Known } from "../fuzz/places.js";
import { type TestGateway } from "../gateway.js";
import { JOB_PATIENCE } from "../patience.js";

/** A tenant with everything that somebody of another might try, and what tells its bytes from others'. */
export interface Household {
  tenant: Tenant;
  /** Stands in every text that the tenant was given, and in nobody else's. */
  mark: string;
  tokens: Record<Asker, string | undefined>;
  known: Known;
  things: readonly Thing[];
}

/** Something of a tenant's that is sent to another. */
export interface Thing {
  value: string;
  /**
   * Where it is put: ids and cursors into arguments, texts into those that are no ids, keys of the owner's own making into
   * mutations, links into the path, the others into headers.
   */
  kind: "ID" | "CURSOR" | "TEXT" | "MADE" | "REFRESH" | "CONSISTENCY" | "SLUG" | "API_KEY" | "LINK";
  /** The same with the asker's tenant in the place of the owner's, where it names one and is not the asker's own by chance. */
  renamed?: (asker: Tenant) => string;
  /** What is like it, and nobody's; of an id, what one of the asker's own would be. */
  missing: (asker: Tenant) => string;
}

export const TIERS: readonly TenantTier[] = ["SHARED", "ISOLATED", "DEDICATED"];

/** Fills a tenant, and collects what its own people are told. */
export async function openHousehold(gateway: TestGateway, tenant: Tenant): Promise<Household> {
  const mark = `mark${randomBytes(5).toString("hex")}`;
  const { tokens } = await openTenant(gateway, tenant, mark);
  const known = await knownTo(gateway, tenant, tokens);
  const things = await thingsOf(gateway, tenant, mark, tokens);
  // What it has searched for itself, and what it was recommended, is kept a moment later.
  const { searchLog, servedLists } = await gateway.stores.at(tenant);
  await Promise.all([searchLog.settle(), servedLists.settle()]);
  return { tenant, mark, tokens, known, things };
}

const TOLD = {
  viewer: `{
    titles(first: 2) { edges { cursor node { id genres { id } studio { id } credits { person { id } } } } }
    series: title(id: "Title:series") { id ... on Series { seasons { id episodes { id } } } }
    search(query: "film", first: 1) { edges { cursor } }
    viewer { id account { id } membership { id } sessions { id }
      profile { id watchlist(first: 1) { edges { cursor } } history(first: 1) { edges { cursor } } } }
    plans { id } home(first: 2) { id titles(first: 1) { edges { cursor } } } }`,
  editor: `{ editorial { id titles(first: 1) { edges { cursor } } collections(first: 1) { edges { cursor } }
    campaigns(first: 1) { edges { cursor } } searchSynonyms(first: 1) { edges { cursor } } searchRules(first: 1) { edges { cursor } } } }`,
  operator: `{ operations { id audit(first: 1) { edges { cursor } } apiKeys(first: 1) { edges { cursor } }
    jobs(first: 1) { edges { cursor } } tenants(first: 1) { edges { cursor } } } }`,
} as const satisfies Partial<Record<Asker, string>>;

/** What is there once somebody has done something. */
const DONE = {
  viewer: `mutation {
    rateTitle(input: { title: "Title:one", rating: 4 }) { consistencyToken }
    startPlayback(input: { title: "Title:one", device: { kind: TV, width: 1920, height: 1080, codecs: [H264] } }) {
      session { id } }
    changePlan(input: { plan: "Plan:other", paymentMethod: "pm_demo_visa", idempotencyKey: "MADE" }) { checkout { id } }
    exportMyData { export { id } } }`,
  editor: `mutation {
    putCollection(input: { name: "Made", titles: ["Title:one"] }) { collection { id } }
    putCampaign(input: { title: "Title:one" }) { campaign { id } }
    addSearchSynonym(input: { language: "en", words: ["made", "formed"] }) { synonym { id } }
    setSearchRule(input: { query: "made", title: "Title:one", place: 1 }) { rule { id } } }`,
  operator: `mutation {
    createApiKey(input: { name: "machine", scope: ["Query.titles"], days: 1 }) { key apiKey { id } }
    startExperiment(input: { name: "MADE", arms: [{ arm: "one", percent: 50 }, { arm: "two", percent: 50 }] }) {
      experiment { id } }
    checkProjection(input: { target: "search.postgres" }) { job { id } } }`,
} as const satisfies Partial<Record<Asker, string>>;

type Ask = (query: string, asker: Asker, variables?: Record<string, unknown>) => Promise<string>;

/** Asks for a tenant's people; answers the text of the data. @throws Error where anything of it is refused. */
function askerOf(gateway: TestGateway, { slug }: Tenant, tokens: Household["tokens"]): Ask {
  return async (query, asker, variables) => {
    const { data, errors } = await gateway.ask(query, {
      token: tokens[asker],
      tenant: slug,
      variables: variables ?? {},
    });
    if (errors) throw new Error(JSON.stringify(errors));
    return JSON.stringify(data);
  };
}

async function thingsOf(
  gateway: TestGateway,
  tenant: Tenant,
  mark: string,
  tokens: Household["tokens"],
): Promise<Thing[]> {
  const ask = askerOf(gateway, tenant, tokens);
  const made = `key-${mark}`;
  const answers: string[] = [];
  for (const [asker, query] of Object.entries(DONE))
    answers.push(await ask(query.replace("MADE", made), asker as Asker));
  for (const [asker, query] of Object.entries(TOLD)) answers.push(await ask(query, asker as Asker));
  const text = [...answers, await erasureOf(gateway, tenant, mark)].join();
  const found = (key: string) => [
    ...new Set([...text.matchAll(new RegExp(`"${key}":"([^"]+)"`, "g"))].map(([, value]) => value!)),
  ];
  const refresh = await refreshTokenOf(ask, tenant);
  return [
    ...found("id").map((value) => idThing(value)),
    ...found("cursor").map((value) => thing("CURSOR", value, () => damaged(value))),
    ...[mark, `Film one ${mark}`, `Ada Person ${mark}`].map((value) =>
      thing("TEXT", value, () => value.replaceAll(mark, "nobody")),
    ),
    thing("MADE", made, () => "key-nobody"),
    namingThing("REFRESH", tenant, refresh),
    ...found("key").map((value) => namingThing("API_KEY", tenant, value)),
    namingThing("LINK", tenant, await linkOf(ask)),
    ...found("consistencyToken").map((value) => thing("CONSISTENCY", value, () => damaged(value))),
    thing("SLUG", tenant.slug, () => `no-${tenant.slug}`),
  ];
}

function thing(kind: Thing["kind"], value: string, missing: Thing["missing"]): Thing {
  return { kind, value, missing };
}

/** Ids that are made up by the gateway: those of others' choosing every tenant has. */
const MADE_UP = /[0-9a-f]{8}-[0-9a-f]{4}|^[0-9a-f]{12}$/;

function idThing(value: string): Thing {
  const [type, , ...local] = Buffer.from(value, "base64url").toString().split(":");
  const renamed = ({ slug }: Tenant) => globalId(type!, slug, local.join(":"));
  const id = thing("ID", value, ({ slug }) => globalId(type!, slug, "no-such-thing"));
  return MADE_UP.test(local.join(":")) && type !== "Title" ? { ...id, renamed } : id;
}

const globalId = (type: string, slug: string, id: string) =>
  Buffer.from(`${type}:${slug}:${id}`).toString("base64url");

/** A secret that says whose it is. */
function namingThing(kind: Thing["kind"], { slug }: Tenant, value: string): Thing {
  return { ...thing(kind, value, () => damaged(value)), renamed: (asker) => value.replace(slug, asker.slug) };
}

/** A refresh token of the profile of somebody. */
async function refreshTokenOf(ask: Ask, tenant: Tenant): Promise<string> {
  const select = `mutation ($profile: ID!) { selectProfile(input: { profile: $profile }) { refreshToken } }`;
  const text = await ask(select, "viewer", { profile: globalId("Profile", tenant.slug, "viewer") });
  return /"refreshToken":"([^"]+)"/.exec(text)![1]!;
}

/** The link by which somebody's data is fetched, once they are put together. */
async function linkOf(ask: Ask): Promise<string> {
  const exported = `mutation { exportMyData { export { url } } }`;
  return vi.waitUntil(async () => /"url":"([^"]+)"/.exec(await ask(exported, "viewer"))?.[1], JOB_PATIENCE);
}

/** An erasure of an account that nobody else needs. */
async function erasureOf({ stores }: TestGateway, tenant: Tenant, mark: string): Promise<string> {
  await stores.accounts.putAccounts(tenant, [viewerAccount("gone", { email: `gone@${mark}.example` })]);
  const { id } = await stores.privacy.askErasure(tenant, "gone", `erase-${mark}`);
  return JSON.stringify({ id: globalId("Erasure", tenant.slug, id) });
}

/** The same text with another letter in its middle. */
function damaged(text: string): string {
  const middle = Math.floor(text.length * 0.7);
  return `${text.slice(0, middle)}${text[middle] === "A" ? "B" : "A"}${text.slice(middle + 1)}`;
}

/** Every row of a tenant as one hash a table: what must not change when somebody else asks. */
export async function fingerprint(
  databases: readonly OwnDatabase[],
  { tenant }: Household,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [index, database] of databases.entries()) {
    const tables = await database.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p') and not c.relispartition and c.relname !~ '^(outbox|projection_)' and exists (
         select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)`,
    );
    for (const { name } of tables) {
      const [row] = await database.query<{ hash: string | null }>(
        `select md5(string_agg(t::text, ' ' order by t::text)) as hash from ${name} t where tenant_id = $1`,
        [tenant.id],
      );
      if (row?.hash) found[`${index} ${name}`] = row.hash;
    }
  }
  return found;
}
