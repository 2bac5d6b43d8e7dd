import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { creditedTo, HAS_SUMS, PROGRESS } from "./credited-watches.postgres.js";

/** Days before the one that it is which are not closed: what is told late of them counts as what is told at once. */
const OPEN_DAYS = 2;

/** Profiles that are summed up at once: whoever of them takes a consent back waits for no more than these. */
const BATCH = 500;

/** From when to when; ISO 8601. */
interface Span {
  from: string;
  until: string;
}

/** A day that is summed up, and whether it is closed with that. */
interface Day extends Span {
  closes: boolean;
}

/** Does work in a transaction of its own. */
type Transact = <T>(work: (query: Query) => Promise<T>) => Promise<T>;

/**
 * Sums up each day, by UTC, that is over: the lists that each profile was served by each arm, the watches that came of them, and
 * what was watched further by then of what was begun before. Days that nobody tells of any more are closed with that; those
 * behind them are summed up anew each time. Of those alone whose accounts agree to personalisation and measurement; whoever takes that
 * back waits for some hundred profiles at most, and takes the sums away. Sums of a day count when all of its profiles have
 * theirs; where that fails, the next try makes them anew. Where somebody else begins meanwhile, the rest is theirs.
 *
 * @returns how many were closed.
 */
export async function sumDays(transact: Transact): Promise<number> {
  let closed = 0;
  for (let day = await transact(firstDay); day; day = await transact(nextDay)) {
    if (!(await sumDay(transact, day))) break;
    if (day.closes) closed += 1;
  }
  return closed;
}

/** @returns whether it came to its end. */
async function sumDay(transact: Transact, day: Day): Promise<boolean> {
  let after: string | null = "";
  while (after !== null) {
    const last: string = after;
    const next = await transact((query) => sumFurther(query, day, last));
    if (next === "TAKEN") return false;
    after = next.after;
  }
  return true;
}

/**
 * Sums up the next profiles of a day; those that have come so far are told with the last.
 *
 * @returns the last of them, null where there are no more; `TAKEN` where somebody else sums up.
 */
async function sumFurther(
  query: Query,
  day: Day,
  after: string,
): Promise<{ after: string | null } | "TAKEN"> {
  await takeTurns(query);
  if ((await nextDay(query))?.from !== day.from) return "TAKEN";
  const profiles = (await query<{ id: string }>(countedBehind(after))).map(({ id }) => id);
  for (const each of [withoutDay, listsOf, withoutTold, watchesOf]) await query(each(day, profiles));
  if (profiles.length === BATCH) return { after: profiles.at(-1)! };
  await query(sql`
    insert into served_closings as c (tenant_id, until, summed)
    values (current_setting('marquee.tenant')::int, ${day.closes ? day.until : day.from}::timestamptz, ${day.until}::timestamptz)
    on conflict (tenant_id) do update
    set until = case when ${day.closes} then excluded.until else c.until end, summed = excluded.summed`);
  return { after: null };
}

/** Until the transaction ends nobody else sums up. */
async function takeTurns(query: Query): Promise<void> {
  await query(
    sql`select pg_advisory_xact_lock(hashtext('marquee.served_closings'), current_setting('marquee.tenant')::int)`,
  );
}

/** The first day that is not closed; from it on days are open to whoever asks, until they are summed up. */
async function firstDay(query: Query): Promise<Day | undefined> {
  await takeTurns(query);
  await query(sql`update served_closings set summed = null`);
  return nextDay(query);
}

/** The first day that is not summed up and over. */
async function nextDay(query: Query): Promise<Day | undefined> {
  const [day] = await query<Day & Record<string, unknown>>(sql`
    select n.start as "from", n.start + interval '24 hours' as until,
      n.start < t.today - make_interval(hours => 24 * ${OPEN_DAYS}::int) as closes
    from (
      select coalesce((select coalesce(summed, until) from served_closings),
        (select date_trunc('day', min(at), 'UTC') from served_lists where arms <> '{}')) as start
    ) n
    cross join (select date_trunc('day', now(), 'UTC') as today) t
    where n.start < t.today`);
  return day;
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
      from (${toldOf(span, profiles)}) p cross join lateral unnest(p.names) as i (id)
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
