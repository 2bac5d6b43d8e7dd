import { appendEvents } from "../../projection/outbox/outbox-append.postgres.js";
import { titleEvent, type OutboxEvent } from "../../projection/outbox/outbox-event.js";
import { sql, type Query } from "../../engines/postgres/store.postgres.js";
import { chunks } from "../../core/chunks.js";
import { Refusal } from "../../core/refusal.js";
import { moveWatches } from "../../viewing/watch-merging.postgres.js";
import { mergedAway, notFound, staleVersion } from "./title-edit-rules.js";
import { type EditedTitle, type TitleMerge } from "../title-editing.js";
import { lockMerges } from "./title-merges.postgres.js";
import { lockHeads, type TitleHead } from "./title-version-rows.postgres.js";

/** Events of one statement. */
const BATCH = 5_000;

/**
 * Makes one title lead to another, with those that led to it already, and moves what profiles have done with it.
 *
 * @returns the transaction's id, and of the title kept the number of its latest version and what editors hold.
 * @throws Refusal when the two cannot be merged.
 */
export async function mergeTitles(
  query: Query,
  merge: TitleMerge,
): Promise<Pick<EditedTitle, "version" | "lockedFields"> & { xid: number }> {
  await query.allow(60_000);
  await lockMerges(query);
  const heads = new Map(
    (await lockHeads(query, [merge.keep, merge.merge])).map((head) => [head.title_id, head]),
  );
  const kept = refuseUnfit(merge, heads.get(merge.keep), heads.get(merge.merge));
  await refuseUnreleased(query, merge);
  const moved = await moveWatches(query, merge.merge, merge.keep);
  const titles = await redirect(query, merge);
  await bring(query, moved);
  const xid = await appendEvents(query, titles);
  return { xid, version: kept.version, lockedFields: kept.locked_fields };
}

/** Answers the title kept. */
function refuseUnfit(merge: TitleMerge, keep: TitleHead | undefined, gone: TitleHead | undefined): TitleHead {
  if (!keep || keep.version === 0) throw notFound("keep");
  if (!gone || gone.version === 0) throw notFound("merge");
  if (merge.keep === merge.merge) {
    throw new Refusal(
      "merge",
      "SAME_TITLE",
      "A title cannot be merged into itself. Accepted: another title.",
    );
  }
  if (keep.merged_into !== null) throw mergedAway("keep", keep.merged_into);
  if (gone.merged_into !== null) throw mergedAway("merge", gone.merged_into);
  if (merge.expectedVersion !== null && merge.expectedVersion !== keep.version) {
    throw staleVersion(merge.expectedVersion, keep.version);
  }
  return keep;
}

/** A title that is only to come would lead nowhere: projections do not know it yet. */
async function refuseUnreleased(query: Query, merge: TitleMerge): Promise<void> {
  const ids = [merge.keep, merge.merge];
  const known = await query<{ title_id: string }>(
    sql`select distinct title_id from title_versions
        where title_id = any(${ids}::text[]) and effective_from <= clock_timestamp()`,
  );
  for (const field of ["keep", "merge"] as const) {
    if (known.some(({ title_id }) => title_id === merge[field])) continue;
    throw new Refusal(
      field,
      "NOT_IN_FORCE",
      "No version of this title is in force yet. Accepted: a title that is there now, in whatever state.",
    );
  }
}

/** Answers the events of all titles that lead elsewhere now, and of the one that they lead to. */
async function redirect(query: Query, { keep, merge }: TitleMerge): Promise<OutboxEvent[]> {
  const heads = await query<{ entity: string; revision: number; leads: boolean }>(
    sql`update title_heads set revision = revision + 1,
               merged_into = case when title_id = ${keep} then null else ${keep} end
        where title_id in (${keep}, ${merge}) or merged_into = ${merge}
        returning title_id as entity, revision, merged_into is not null as leads`,
  );
  await query(
    sql`insert into title_merges (tenant_id, title_id, into_id, merged_at)
        select current_setting('marquee.tenant')::int, id, ${keep}, clock_timestamp()
        from unnest(${heads.filter(({ leads }) => leads).map(({ entity }) => entity)}::text[]) as id`,
  );
  return heads.map(titleEvent);
}

async function bring(query: Query, events: readonly OutboxEvent[]): Promise<void> {
  for (const batch of chunks(events, BATCH)) await appendEvents(query, batch);
}
