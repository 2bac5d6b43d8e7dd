import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { titleNames } from "../viewing/title-names.postgres.js";
import { creditedTo, HAS_SUMS, PROGRESS } from "./credited-watches.postgres.js";

/** Days before the one that it is which stay open: what is told late of them counts as what is told at once. */
const OPEN_DAYS = 2;

/** Profiles that are summed up at once: whoever of them takes a consent back waits for no more than these. */
const BATCH = 500;

/** From when to when; ISO 8601. */
interface Span {
  from: string;
  until: string;
}

/** Does work in a transaction of its own. */
type Transact = <T>(work: (query: Query) => Promise<T>) => Promise<T>;

/**
 * Sums up the next day, by UTC, that is to be closed, and what was watched further by then of what was begun before: the lists
 * that each profile was served by each arm, and the watches that came of them. Of those alone whose accounts agree to
 * personalisation and measurement; whoever takes that back waits for some hundred profiles at most, and takes the sums away.
 * Sums of a day count when all of its profiles have theirs; where that fails, the next try makes them anew.
 *
 * @returns whether there was one.
 */
export async function closeNextDay(transact: Transact): Promise<boolean> {
  const span = await transact(nextDay);
  if (!span) return false;
  let after: string | null = "";
  while (after !== null) {
    const last: string = after;
    after = await transact((query) => closeFurther(query, span, last));
  }
  return true;
}

/**
 * Sums up the next profiles; the day is closed with the last.
 *
 * @returns the last of them; null where the day is closed, by this or by somebody else.
 */
async function closeFurther(query: Query, span: Span, after: string): Promise<string | null> {
  await query(
    sql`select pg_advisory_xact_lock(hashtext('marquee.served_closings'), current_setting('marquee.tenant')::int)`,
  );
  if ((await nextDay(query))?.from !== span.from) return null;
  const profiles = (await query<{ id: string }>(countedBehind(after))).map(({ id }) => id);
  for (const each of [withoutDay, listsOf, withoutTold, watchesOf]) await query(each(span, profiles));
  if (profiles.length === BATCH) return profiles.at(-1)!;
  await query(
    sql`insert into served_closings (tenant_id, until)
        values (current_setting('marquee.tenant')::int, ${span.until}::timestamptz)
        on conflict (tenant_id) do update set until = excluded.until`,
  );
  return null;
}

async function nextDay(query: Query): Promise<Span | undefined> {
  const [span] = await query<Span & Record<string, unknown>>(sql`
    select n.start as "from", n.start + interval '24 hours' as until
    from (
      select coalesce((select until from served_closings),
        (select date_trunc('day', min(at), 'UTC') from served_lists where arms <> '{}')) as start
    ) n
    where n.start < date_trunc('day', now(), 'UTC') - make_interval(hours => 24 * ${OPEN_DAYS}::int)`);
  return span;
}

/** Of whom sums are kept; they and what they agree to stay so until the transaction ends. */
function countedBehind(after: string): Sql {
  return sql`
    select o.id from profiles o
    join consents c on c.account_id = o.account_id and c.measurement and c.personalisation
    where o.id > ${after} and o.kind <> 'KIDS'
      and exists (select from served_lists l where l.profile_id = o.id and l.arms <> '{}')
    order by o.id limit ${BATCH}::int
    for share of o, c`;
}

/** What a try before has left. */
function withoutDay({ from }: Span, profiles: readonly string[]): Sql {
  return sql`
    delete from served_sums
    where profile_id = any(${profiles}::text[]) and day >= (${from}::timestamptz at time zone 'UTC')::date`;
}

function listsOf({ from, until }: Span, profiles: readonly string[]): Sql {
  return sql`
    insert into served_sums (tenant_id, arm, profile_id, day, lists, watched, completed)
    select current_setting('marquee.tenant')::int, i.arm, l.profile_id, (l.at at time zone 'UTC')::date, count(*), 0, 0
    from served_lists l cross join lateral unnest(l.arms) as i (arm)
    where l.arms <> '{}' and l.at >= ${from}::timestamptz and l.at < ${until}::timestamptz
      and l.profile_id = any(${profiles}::text[])
    group by 2, 3, 4`;
}

/** What was begun on the day, and what was begun before and watched further on it. */
function toldOf({ from, until }: Span, profiles: readonly string[], those = sql`true`): Sql {
  return sql`
    select ${PROGRESS} from unnest(${profiles}::text[]) as k (id)
    join title_progress p on p.profile_id = k.id and p.last_watched_at >= ${from}::timestamptz
      and p.first_watched_at < ${until}::timestamptz
      and (p.first_watched_at >= ${from}::timestamptz or p.last_watched_at < ${until}::timestamptz and ${those})`;
}

/** Takes out what is counted anew, wherever it counts: what is told late may have begun on another day than it was known to. */
function withoutTold(span: Span, profiles: readonly string[]): Sql {
  return sql`
    update served_sums s set (titles, finished, watched, completed) = (
      select coalesce(array_agg(t.id), '{}'), coalesce(array_agg(t.id) filter (where t.id = any(s.finished)), '{}'),
        count(*), count(*) filter (where t.id = any(s.finished))
      from unnest(s.titles) as t (id) where t.id <> all(n.ids)
    )
    from (
      select p.profile_id, array_agg(i.id) as ids
      from (${toldOf(span, profiles)}) p cross join lateral unnest(${titleNames(sql`p.title_id`)}) as i (id)
      group by 1
    ) n
    where s.profile_id = n.profile_id and s.titles && n.ids`;
}

function watchesOf(span: Span, profiles: readonly string[]): Sql {
  return sql`
    insert into served_sums as s (tenant_id, arm, profile_id, day, lists, watched, completed, titles, finished)
    select current_setting('marquee.tenant')::int, w.arm, w.profile_id, w.day, 0, w.watched, w.completed, w.titles,
      coalesce(w.finished, '{}')
    from (${creditedTo(toldOf(span, profiles, HAS_SUMS))}) w
    on conflict (tenant_id, arm, profile_id, day) do update
    set watched = s.watched + excluded.watched, completed = s.completed + excluded.completed,
      titles = s.titles || excluded.titles, finished = s.finished || excluded.finished`;
}
