import Fastify from "fastify";
import pg from "pg";

import { type TitleDocument } from "../../datasources/core/title.document.js";
import { applicationUrl } from "../../datasources/stores/deployment-logins.js";
import { toRow } from "./rows.js";
import { announce, startedWith } from "./serving.js";
import { ACCOUNT, TENANT } from "./titles.js";

/*
 * What somebody writes who wants this one list and nothing else: two prepared statements that travel together on a
 * connection of the application's role, under the same row-level security, and an answer made by hand. Nothing is read of
 * the request but how many titles it is for, no token is verified, nothing is measured, limited or logged.
 */

/** The viewer and, by the rules of viewing, what Marquee reads of the catalogue; columns and joins as little as they can be. */
const VIEWER = {
  name: "viewer",
  text: `
    select p.id, p.maturity_limit, coalesce(p.country, a.country) as country, a.roles
    from profiles p join accounts a on a.id = p.account_id
    where p.id = $1 and p.account_id = $2`,
};
const POPULAR = {
  name: "popular",
  text: `
    select t.document, t.popularity from catalog_titles t
    where t.maturity_age <= $1 and t.state = 'PUBLISHED' and exists (
      select from catalog_licences l where l.title_id = t.id and l.country in ($2, '*')
        and l.from_at <= now() and (l.until_at is null or l.until_at > now()))
    order by t.popularity desc, t.id desc limit $3`,
};

const { postgresUrl } = startedWith();
const tenant = await tenantOf(postgresUrl);
const pool = new pg.Pool({
  connectionString: await applicationUrl(postgresUrl),
  max: 8,
  pipeline: true,
  options: `-c jit=off -c marquee.tenant=${tenant.id} -c search_path=${tenant.schema},public`,
});
const [profile] = ACCOUNT.profiles;

const app = Fastify();
app.post<{ Body: { variables: { first: number } } }>("/graphql", async ({ body }, reply) => {
  const titles = await read(body.variables.first);
  const edges = titles.map((title) => ({ node: nodeOf(title) }));
  return reply.type("application/json; charset=utf-8").send(JSON.stringify({ data: { titles: { edges } } }));
});
const url = await app.listen({ port: 0, host: "127.0.0.1" });
announce(`${url}/graphql`);

/** The viewer is there, and who asks may meet the titles: one round trip. */
async function read(first: number): Promise<TitleDocument[]> {
  const client = await pool.connect();
  try {
    const [viewer, titles] = await Promise.all([
      client.query({ ...VIEWER, values: [profile?.id, ACCOUNT.id] }),
      client.query<{ document: TitleDocument }>({
        ...POPULAR,
        values: [profile?.maturityLimit, profile?.country, first],
      }),
    ]);
    if (viewer.rowCount !== 1) throw new Error("The viewer is gone");
    return titles.rows.map(({ document }) => document);
  } finally {
    client.release();
  }
}

function nodeOf(title: TitleDocument): object {
  const { id, name, kind, releaseYear, maturityRating, studio, credits } = toRow(title);
  return {
    id,
    name,
    kind,
    releaseYear,
    maturityRating,
    studio,
    credits: credits.map(({ role, character, person }) => ({ role, character, person })),
  };
}

async function tenantOf(adminUrl: string): Promise<{ id: number; schema: string }> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  const { rows } = await client.query<{ id: number; schema: string }>(
    "select id, schema_name as schema from marquee.tenants where slug = $1",
    [TENANT.slug],
  );
  await client.end();
  const [found] = rows;
  if (!found) throw new Error("There is no such tenant");
  return found;
}
