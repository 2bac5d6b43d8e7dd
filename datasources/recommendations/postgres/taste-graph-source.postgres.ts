import { isPersonal } from "../../accounts/consent-rules.postgres.js";
import { allowBulk } from "../../engines/postgres/bulk.postgres.js";
import { sql, type PostgresStore, type Sql } from "../../engines/postgres/store.postgres.js";
import { type Tenant } from "../../core/tenant.js";
import { LEFT_EARLY, WATCHED } from "../../viewing/watched.postgres.js";
import { type TasteModel } from "../recommendations.js";
import { type Aversion, type Similarity, type TasteGraphSource, type Watch } from "../taste-graph-source.js";

/** Rows of one statement. */
const BATCH = 10_000;

/**
 * What a taste graph is built from, read from PostgreSQL in keyset batches, each in a transaction of its own: no
 * snapshot is held while the other side writes. A model that is learned meanwhile may show in later batches; whoever
 * learns it replaces the graph afterwards anyway.
 */
export class PostgresTasteGraphSource implements TasteGraphSource {
  constructor(private readonly postgres: PostgresStore) {}

  async model(tenant: Tenant): Promise<TasteModel | null> {
    const [model] = await this.rows<TasteModel>(
      tenant,
      sql`select model, learned_at as "learnedAt", titles, edges from taste_models`,
    );
    return model ?? null;
  }

  similarities(tenant: Tenant): AsyncIterable<readonly Similarity[]> {
    return this.#batches<Similarity>(tenant, similaritiesBehind);
  }

  watches(tenant: Tenant): AsyncIterable<readonly Watch[]> {
    return this.#batches<Watch>(tenant, watchesBehind);
  }

  watchesOf(
    tenant: Tenant,
    pairs: readonly { profileId: string; titleId: string }[],
  ): Promise<readonly Watch[]> {
    return this.rows<Watch>(
      tenant,
      sql`${WATCHES}
          and (p.profile_id, p.title_id) in (
            select * from unnest(${pairs.map((pair) => pair.profileId)}::text[], ${pairs.map((pair) => pair.titleId)}::text[]))`,
    );
  }

  aversions(tenant: Tenant): AsyncIterable<readonly Aversion[]> {
    return this.#batches<Aversion>(tenant, aversionsBehind);
  }

  aversionsOf(
    tenant: Tenant,
    pairs: readonly { profileId: string; titleId: string }[],
  ): Promise<readonly Aversion[]> {
    return this.rows<Aversion>(
      tenant,
      sql`${AVERSIONS}
          and (n.profile_id, n.title_id) in (
            select * from unnest(${pairs.map((pair) => pair.profileId)}::text[], ${pairs.map((pair) => pair.titleId)}::text[]))`,
    );
  }

  async profilesOf(tenant: Tenant, ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.rows<{ id: string }>(
      tenant,
      sql`select id from profiles p where id = any(${ids}::text[]) and ${isPersonal(sql`p.id`)}`,
    );
    return new Set(rows.map(({ id }) => id));
  }

  async count(tenant: Tenant): Promise<number> {
    const [row] = await this.bulkRows<{ facts: number }>(
      tenant,
      sql`select (select count(*) from similar_titles) + (select count(*) from title_progress p where ${IS_KNOWN})
            + (select count(*) from not_for_me n where ${IS_SAID}) as facts`,
    );
    return row?.facts ?? 0;
  }

  async *#batches<T>(tenant: Tenant, behind: (last: T | undefined) => Sql): AsyncGenerator<readonly T[]> {
    let last: T | undefined;
    for (;;) {
      const rows = await this.bulkRows<T>(tenant, sql`${behind(last)} limit ${BATCH}::int`);
      if (rows.length > 0) yield rows;
      if (rows.length < BATCH) return;
      last = rows.at(-1);
    }
  }

  protected rows<T>(tenant: Tenant, statement: Sql): Promise<T[]> {
    return this.postgres.transaction(tenant, (query) => query<T>(statement));
  }

  /** The same where much is gone through: in a batch's time, and not in a request's. */
  protected bulkRows<T>(tenant: Tenant, statement: Sql): Promise<T[]> {
    return this.postgres.transaction(tenant, async (query) => {
      await allowBulk(query);
      return query<T>(statement);
    });
  }
}

/** Learned edges. As float8: the text of a real is rounded to fewer digits than what scores are computed from. */
export const SIMILARITIES = sql`
  select from_id as "from", to_id as "to", weight::float8 as weight, next::float8 as next from similar_titles`;

/** In the order of the index on starts, so that a batch is one short range of it. */
function similaritiesBehind(last: Similarity | undefined): Sql {
  const { from = "", to = "", weight = Infinity } = last ?? {};
  return sql`
    ${SIMILARITIES}
    where from_id >= ${from}
      and (from_id > ${from} or weight < ${weight}::float8 or (weight = ${weight}::float8 and to_id > ${to}))
    order by from_id, similar_titles.weight desc, to_id`;
}

/** Whether a row `p` of `title_progress` was a watch, of somebody whose account has agreed to being known by it. */
export const IS_KNOWN = sql`(${WATCHED} and ${isPersonal(sql`p.profile_id`)})`;

/** The watches that taste graphs know. */
const WATCHES = sql`
  select p.profile_id as "profileId", p.title_id as "titleId", p.last_watched_at as at, p.completed, r.rating,
         ${LEFT_EARLY} as "leftEarly", p.revision
  from title_progress p
  left join ratings r on r.profile_id = p.profile_id and r.title_id = p.title_id
  where ${IS_KNOWN}`;

/** Whether a row `n` of `not_for_me` is of somebody whose account has agreed to being known by it. */
export const IS_SAID = isPersonal(sql`n.profile_id`);

const AVERSIONS = sql`
  select n.profile_id as "profileId", n.title_id as "titleId", n.since as at, n.revision from not_for_me n
  where ${IS_SAID}`;

function aversionsBehind(last: Aversion | undefined): Sql {
  const { profileId = "", titleId = "" } = last ?? {};
  return sql`
    ${AVERSIONS}
    and (n.profile_id, n.title_id) > (${profileId}, ${titleId})
    order by n.profile_id, n.title_id`;
}

function watchesBehind(last: Watch | undefined): Sql {
  const { profileId = "", titleId = "" } = last ?? {};
  return sql`
    ${WATCHES}
    and (p.profile_id, p.title_id) > (${profileId}, ${titleId})
    order by p.profile_id, p.title_id`;
}
