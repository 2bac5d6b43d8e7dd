import pg from "pg";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type AudienceClaims, type Identity } from "../../resolvers/request/identity.js";
import { readTokenKey } from "../../src/auth/token-key.js";
import { createTokens, signingWith } from "../../src/auth/tokens.js";
import { type Environment } from "../environment.js";

/** What there is to write to in a tenant. */
export interface World {
  tenant: Tenant;
  /** Ids of the published titles. */
  titles: string[];
  /** Version of each of them. */
  versions: Map<string, number>;
  /** Profiles that nobody signs in with. */
  profiles: string[];
  /** Access token of each of them. */
  tokens: Map<string, string>;
  /** Access token of an editor. */
  editor: string;
}

/** Reads the worlds of tenants. @param env POSTGRES_URL and MARQUEE_TOKEN_KEY of their gateway. */
export async function readWorlds(env: Environment, slugs: readonly string[]): Promise<World[]> {
  const tokens = createTokens(signingWith(await readTokenKey(env.MARQUEE_TOKEN_KEY ?? "")), 24 * 60);
  const client = await connect(env.POSTGRES_URL ?? "");
  const worlds: World[] = [];
  for (const slug of slugs) {
    const { rows } = await client.query<Tenant>(
      `select id, slug, name, tier, state, schema_name as schema, epoch, servers, '{}'::text[] as domains,
              default_country as "defaultCountry" from marquee.tenants where slug = $1`,
      [slug],
    );
    const tenant = rows[0]!;
    const { rows: profiles } = await client.query<AudienceClaims & { id: string }>(
      `select id, country, maturity_limit as "maturityLimit", true as personalised
       from ${tenant.schema}.profiles where tenant_id = $1 and account_id is null order by id`,
      [tenant.id],
    );
    const titles = await client.query<{ id: string; version: number }>(
      `select distinct on (title_id) title_id as id, version from ${tenant.schema}.title_versions
       where tenant_id = $1 and body ->> 'state' = 'PUBLISHED' order by title_id, version desc`,
      [tenant.id],
    );
    const sessions = await signIn(client, tenant);
    // As those of signing in, they say what their profile may meet.
    const tokenOf = async ({ id, ...audience }: (typeof profiles)[number], roles: Identity["roles"]) => {
      const session = sessions.get(id) ?? null;
      const identity = { tenant: slug, account: null, session, profile: id, roles, audience };
      return (await tokens.issue(identity)).accessToken;
    };
    worlds.push({
      tenant,
      titles: titles.rows.map(({ id }) => id),
      versions: new Map(titles.rows.map(({ id, version }) => [id, version])),
      profiles: profiles.map(({ id }) => id),
      tokens: new Map(
        await Promise.all(
          profiles.map(async (profile) => [profile.id, await tokenOf(profile, ["VIEWER"])] as const),
        ),
      ),
      editor: await tokenOf(profiles[0]!, ["VIEWER", "EDITOR"]),
    });
  }
  await client.end();
  return worlds;
}

/** Signs all profiles without an account in; their sessions by profile. */
async function signIn(client: pg.Client, { id, schema }: Tenant): Promise<Map<string, string>> {
  const { rows } = await client.query<{ session: string; profile: string }>(
    `insert into ${schema}.sessions (tenant_id, token_hash, profile_id, expires_at, prolongable)
     select tenant_id, gen_random_uuid()::text, id, now() + interval '1 day', false from ${schema}.profiles
     where tenant_id = $1 and account_id is null returning id as session, profile_id as profile`,
    [id],
  );
  return new Map(rows.map(({ session, profile }) => [profile, session]));
}

/** A connection that outlives the server it is to; it then fails when it is used. */
export async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => undefined);
  await client.connect();
  return client;
}
