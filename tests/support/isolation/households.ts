import { randomBytes } from "node:crypto";

import { type Tenant, type TenantTier } from "../../../datasources/core/tenant.js";
import { type OwnDatabase } from "../database.js";
import { knownTo, openTenant, type Asker } from "../fuzz/fuzz-ground.js";
import { type Known } from "../fuzz/places.js";
import { type TestGateway } from "../gateway.js";

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
  /** Where it is put: ids and cursors into arguments, texts into those that are no ids, the others into headers. */
  kind: "ID" | "CURSOR" | "TEXT" | "REFRESH" | "CONSISTENCY" | "SLUG";
  /** What is like it, and nobody's; of an id, what one of the asker's own would be. */
  missing: (asker: Tenant) => string;
}

export const TIERS: readonly TenantTier[] = ["SHARED", "ISOLATED", "DEDICATED"];

/** Fills a tenant, and collects what its own people are told. */
export async function openHousehold(gateway: TestGateway, tenant: Tenant): Promise<Household> {
  const mark = `mark${randomBytes(5).toString("hex")}`;
  const { tokens } = await openTenant(gateway, tenant, mark);
  const known = await knownTo(gateway, tenant, tokens);
  return { tenant, mark, tokens, known, things: await thingsOf(gateway, tenant, mark, tokens) };
}

const TOLD = `{
  titles(first: 2) { edges { cursor node { id genres { id } studio { id } credits { person { id } }
    ... on Series { seasons { id episodes { id } } } } } }
  search(query: "film", first: 1) { edges { cursor } }
  viewer { id account { id } membership { id }
    profile { id watchlist(first: 1) { edges { cursor } } history(first: 1) { edges { cursor } } } }
  plans { id } home(first: 2) { id } }`;

async function thingsOf(
  gateway: TestGateway,
  tenant: Tenant,
  mark: string,
  tokens: Household["tokens"],
): Promise<Thing[]> {
  const { data, errors } = await gateway.ask(TOLD, { token: tokens.viewer });
  if (errors) throw new Error(JSON.stringify(errors));
  const text = JSON.stringify(data);
  const found = (key: string) =>
    [...text.matchAll(new RegExp(`"${key}":"([^"]+)"`, "g"))].map(([, value]) => value!);
  const { written, refresh } = await writtenBy(gateway, tenant, tokens.viewer);
  return [
    ...[...new Set(found("id"))].map((value) => thing("ID", value, (asker) => missingId(asker, value))),
    ...[...new Set(found("cursor"))].map((value) => thing("CURSOR", value, () => damaged(value))),
    ...[mark, `Film one ${mark}`, `Ada Person ${mark}`].map((value) =>
      thing("TEXT", value, () => value.replaceAll(mark, "nobody")),
    ),
    thing("REFRESH", refresh, () => damaged(refresh)),
    thing("CONSISTENCY", written, () => damaged(written)),
    thing("SLUG", tenant.slug, () => `no-${tenant.slug}`),
  ];
}

function thing(kind: Thing["kind"], value: string, missing: Thing["missing"]): Thing {
  return { kind, value, missing };
}

/** A token of what was written, and a refresh token of who wrote it. */
async function writtenBy(gateway: TestGateway, tenant: Tenant, token: string | undefined) {
  const rate = `mutation { rateTitle(input: { title: "Title:one", rating: 4 }) { consistencyToken } }`;
  const select = `mutation ($profile: ID!) { selectProfile(input: { profile: $profile }) { refreshToken } }`;
  const rated = await gateway.ask(rate, { token: token! });
  const profile = Buffer.from(`Profile:${tenant.slug}:viewer`).toString("base64url");
  const selected = await gateway.ask(select, { token: token!, variables: { profile } });
  const { consistencyToken } = rated.data.rateTitle as { consistencyToken: string };
  const { refreshToken } = selected.data.selectProfile as { refreshToken: string };
  return { written: consistencyToken, refresh: refreshToken };
}

/** An id of the same type that nothing of a tenant's has. */
function missingId({ slug }: Tenant, id: string): string {
  const [type] = Buffer.from(id, "base64url").toString().split(":");
  return Buffer.from(`${type}:${slug}:no-such-thing`).toString("base64url");
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
