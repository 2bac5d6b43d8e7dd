// Events that targets refuse, written as a release with other rules, or a hand in the database, would have left them.
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { type TitleVersionInput } from "../../datasources/catalog/title-versions.js";
import { openStores } from "../../datasources/stores/stores.js";
import { type Ground } from "./ground.js";
import { POISON_TITLES } from "./load.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

/** No PostgreSQL smallint, and no OpenSearch integer. MongoDB takes it. */
const YEAR = 3_000_000_000;

type Body = TitleVersionInput["body"];

/** What a target has set aside. */
export interface SetAside {
  target: string;
  parked: number;
  /** How many of them are dead letters. */
  dead: number;
  reason: string;
}

/**
 * Writes poison at a rate until the signal: one half titles with a year that is none, the other half watches at an
 * instant that is none.
 *
 * @returns how much of it was written.
 */
export async function poison({ env, world }: Ground, rate: number, signal: AbortSignal): Promise<number> {
  const stores = await openStores({
    accountKeys: testAccountKeys,
    postgresUrl: env.POSTGRES_URL,
    dataFolder: "",
    log: console.error,
  });
  const client = new pg.Client({ connectionString: env.POSTGRES_URL });
  await client.connect();
  const titles = await bodiesOf(client, world);
  let written = 0;
  try {
    for (; !signal.aborted; await sleep(1_000 / rate)) {
      written += 1;
      const title = titles[written % titles.length]!;
      if (written % 2 === 0) await poisonedWatch(client, world, title.id);
      else {
        const body = { ...title, releaseYear: YEAR + written };
        await stores.titleVersions.append(world.tenant, [{ body, effectiveFrom: null }]);
      }
    }
    return written;
  } finally {
    await client.end();
    await stores.close();
  }
}

async function bodiesOf(client: pg.Client, { tenant, titles }: Ground["world"]): Promise<Body[]> {
  const { rows } = await client.query<{ body: Body }>(
    `select distinct on (title_id) body from ${tenant.schema}.title_versions
     where tenant_id = $1 and title_id = any($2) order by title_id, version desc`,
    [tenant.id, titles.slice(0, POISON_TITLES)],
  );
  return rows.map(({ body }) => body);
}

async function poisonedWatch(
  client: pg.Client,
  { tenant, profiles }: Ground["world"],
  title: string,
): Promise<void> {
  await client.query(
    `with added as (
       insert into ${tenant.schema}.outbox (tenant_id, partition, topic, entity, related, revision, state)
       select $1, abs(hashtext(profile) % 4), 'WATCH', profile, $3, 1000000, '{"at": "never", "completed": false, "rating": null}'
       from unnest(array[$2]) as profile)
     select pg_notify('marquee_outbox', 'WATCH')`,
    [tenant.id, profiles[Math.floor(Math.random() * profiles.length)], title],
  );
}

/** What targets have set aside so far. */
export async function setAside({ env }: Pick<Ground, "env">): Promise<SetAside[]> {
  const client = new pg.Client({ connectionString: env.POSTGRES_URL });
  await client.connect();
  const { rows } = await client.query<SetAside>(
    `select target, count(*)::int as parked, count(*) filter (where dead)::int as dead, min(reason) as reason
     from marquee.outbox_parked group by target order by target`,
  );
  await client.end();
  return rows;
}
