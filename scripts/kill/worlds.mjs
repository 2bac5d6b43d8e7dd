import pg from "pg";

/** What there is to write to: each tenant's profiles with tokens, and its published titles. */
export async function readWorlds(env, slugs) {
  const { createTokens } = await import("../../dist/src/auth/tokens.js");
  const tokens = await createTokens({
    dataFolder: env.MARQUEE_DATA,
    auth: { signingKey: env.MARQUEE_SIGNING_KEY, tokenMinutes: 24 * 60 },
  });
  const client = await connect(env.POSTGRES_URL);
  const worlds = [];
  for (const slug of slugs) {
    const { rows } = await client.query(
      'select id, slug, tier, schema_name as schema, default_country as "defaultCountry" from marquee.tenants where slug = $1',
      [slug],
    );
    const tenant = rows[0];
    const ids = async (text) => (await client.query(text, [tenant.id])).rows.map(({ id }) => id);
    const profiles = await ids(
      `select id from ${tenant.schema}.profiles where tenant_id = $1 and account_id is null order by id`,
    );
    const titles = await client.query(
      `select distinct on (title_id) title_id as id, version from ${tenant.schema}.title_versions
       where tenant_id = $1 and body ->> 'state' = 'PUBLISHED' order by title_id, version desc`,
      [tenant.id],
    );
    const tokenOf = async (identity) => (await tokens.issue({ tenant: slug, ...identity })).accessToken;
    worlds.push({
      tenant,
      titles: titles.rows.map(({ id }) => id),
      versions: new Map(titles.rows.map(({ id, version }) => [id, version])),
      profiles,
      tokens: new Map(
        await Promise.all(
          profiles.map(async (id) => [id, await tokenOf({ account: null, profile: id, roles: ["VIEWER"] })]),
        ),
      ),
      editor: await tokenOf({ account: "editor", profile: `${slug}-editor`, roles: ["VIEWER", "EDITOR"] }),
    });
  }
  await client.end();
  return worlds;
}

/** A connection that outlives the server it is to; it then fails when it is used. */
export async function connect(connectionString) {
  const client = new pg.Client({ connectionString });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
