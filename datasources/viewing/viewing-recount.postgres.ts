import { recounted, type StoredReport } from "../../packages/watch-time/index.js";
import { holdProfiles } from "../accounts/profile-locks.postgres.js";
import { holdMerges } from "../catalog/postgres/title-merges.postgres.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore, type Query } from "../engines/postgres/store.postgres.js";
import { titleNames } from "./title-names.postgres.js";
import { type Pair } from "./viewing-writing.js";
import { changeReports, toStored, type AroundRow } from "./watch-window.postgres.js";

/** Profiles and titles of one transaction. */
const BATCH = 200;

type ToldRow = AroundRow & Pair;

/** `ViewingIngest.recount`, a batch of profiles and titles after the other. */
export async function recountWatchTime(postgres: PostgresStore, tenant: Tenant): Promise<number> {
  let changed = 0;
  let after: Pair | undefined = { profileId: "", titleId: "" };
  while (after) {
    const behind: Pair = after;
    const done = await postgres.transaction(tenant, (query) => recountBatch(query, behind));
    changed += done.changed;
    after = done.last;
  }
  return changed;
}

async function recountBatch(query: Query, after: Pair): Promise<{ changed: number; last: Pair | undefined }> {
  await holdMerges(query);
  await holdProfiles(query);
  const pairs = await query<Pair>(
    sql`select profile_id as "profileId", title_id as "titleId" from title_progress
        where (profile_id, title_id) > (${after.profileId}, ${after.titleId})
        order by profile_id, title_id limit ${BATCH}::int`,
  );
  if (pairs.length === 0) return { changed: 0, last: undefined };
  await lockOwners(query, pairs);
  const told = await reportsOf(query, pairs);
  const changes = pairs.map((pair) => ({ ...pair, ...recounted(told.get(keyOf(pair)) ?? []) }));
  const changed = changes.flatMap((change) => change.changed).sort((a, b) => a.at - b.at);
  if (changed.length > 0) {
    await query(changeReports(changed));
    await addToProgress(query, changes);
  }
  return { changed: changed.length, last: pairs.at(-1) };
}

/** Nobody else writes about these profiles meanwhile. In order, as imports do. */
async function lockOwners(query: Query, pairs: readonly Pair[]): Promise<void> {
  const ids = [...new Set(pairs.map(({ profileId }) => profileId))];
  await query(sql`select from profiles where id = any(${ids}::text[]) order by id for no key update`);
}

async function reportsOf(query: Query, pairs: readonly Pair[]): Promise<Map<string, StoredReport[]>> {
  const rows = await query<ToldRow>(
    sql`select k.profile_id as "profileId", k.title_id as "titleId", e.id, e.at, e.position_seconds as position,
               e.completed, e.device, e.played_seconds as played, e.seconds, e.allowed_seconds as allowed
        from unnest(${pairs.map(({ profileId }) => profileId)}::text[], ${pairs.map(({ titleId }) => titleId)}::text[])
          as k (profile_id, title_id)
        join title_progress p on p.profile_id = k.profile_id and p.title_id = k.title_id
        cross join lateral (
          select * from viewing_events e
          where e.profile_id = k.profile_id and e.title_id = any(${titleNames(sql`k.title_id`)})
            and e.position_seconds is not null and e.at between p.first_watched_at and p.last_watched_at
        ) e`,
  );
  const told = new Map<string, StoredReport[]>();
  for (const { profileId, titleId, ...row } of rows) {
    const key = keyOf({ profileId, titleId });
    told.set(key, [...(told.get(key) ?? []), toStored(row)]);
  }
  return told;
}

function keyOf({ profileId, titleId }: Pair): string {
  return `${profileId} ${titleId}`;
}

async function addToProgress(
  query: Query,
  gains: readonly (Pair & { watched: number; counted: number | null })[],
): Promise<void> {
  await query(
    sql`update title_progress p set watched_seconds = p.watched_seconds + v.watched,
          counted_seconds = case when v.counted is null then p.counted_seconds
                                 else coalesce(p.counted_seconds, 0) + v.counted end
        from unnest(${gains.map(({ profileId }) => profileId)}::text[], ${gains.map(({ titleId }) => titleId)}::text[],
                    ${gains.map(({ watched }) => watched)}::int[], ${gains.map(({ counted }) => counted)}::int[])
          as v (profile_id, title_id, watched, counted)
        where p.profile_id = v.profile_id and p.title_id = v.title_id`,
  );
}
