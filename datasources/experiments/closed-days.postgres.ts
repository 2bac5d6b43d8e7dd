import { sql, type Query, type Sql } from "../engines/postgres/store.postgres.js";
import { BEGUN_ON, creditedTo, PROGRESS } from "./credited-watches.postgres.js";

/** Days before the one that it is which stay open: what is told late of them counts as what is told at once. */
const OPEN_DAYS = 2;

/** From when to when; ISO 8601. */
interface Span {
  from: string;
  until: string;
}

/**
 * Sums up the next day, by UTC, that is to be closed, and what was watched further by then of what was begun before: the lists
 * that each profile was served by each arm, and the watches that came of them. Of those alone whose accounts agree to
 * personalisation and measurement; whoever takes that back waits, and takes the sums away.
 *
 * @returns whether there was one.
 */
export async function closeNextDay(query: Query): Promise<boolean> {
  await query(
    sql`select pg_advisory_xact_lock(hashtext('marquee.served_closings'), current_setting('marquee.tenant')::int)`,
  );
  const [span] = await query<Span & Record<string, unknown>>(NEXT);
  if (!span) return false;
  const profiles = (await query<{ id: string }>(COUNTED)).map(({ id }) => id);
  await query(listsOf(span, profiles));
  await query(withoutChanged(span, profiles));
  await query(watchesOf(span, profiles));
  await query(
    sql`insert into served_closings (tenant_id, until)
        values (current_setting('marquee.tenant')::int, ${span.until}::timestamptz)
        on conflict (tenant_id) do update set until = excluded.until`,
  );
  return true;
}

const NEXT = sql`
  select n.start as "from", n.start + interval '24 hours' as until
  from (
    select coalesce((select until from served_closings),
      (select date_trunc('day', min(at), 'UTC') from served_lists where arms <> '{}')) as start
  ) n
  where n.start < date_trunc('day', now(), 'UTC') - make_interval(hours => 24 * ${OPEN_DAYS}::int)`;

/** Of whom sums are kept; they and what they agree to stay so until the transaction ends. */
const COUNTED = sql`
  select o.id from profiles o
  join consents c on c.account_id = o.account_id and c.measurement and c.personalisation
  where o.kind <> 'KIDS' and exists (select from served_lists l where l.profile_id = o.id and l.arms <> '{}')
  order by o.id
  for share of o, c`;

function listsOf({ from, until }: Span, profiles: readonly string[]): Sql {
  return sql`
    insert into served_sums (tenant_id, arm, profile_id, day, lists, watched, completed)
    select current_setting('marquee.tenant')::int, i.arm, l.profile_id, (l.at at time zone 'UTC')::date, count(*), 0, 0
    from served_lists l cross join lateral unnest(l.arms) as i (arm)
    where l.arms <> '{}' and l.at >= ${from}::timestamptz and l.at < ${until}::timestamptz
      and l.profile_id = any(${profiles}::text[])
    group by 2, 3, 4
    on conflict (tenant_id, arm, profile_id, day) do update set lists = excluded.lists`;
}

/** Days before on which profiles began what they have watched further since: their watches are counted anew. */
function changedOf({ from, until }: Span, profiles: readonly string[]): Sql {
  return sql`
    select distinct p.profile_id, ${BEGUN_ON} as day
    from unnest(${profiles}::text[]) as k (id)
    join title_progress p on p.profile_id = k.id
      and p.last_watched_at >= ${from}::timestamptz and p.last_watched_at < ${until}::timestamptz
    where p.first_watched_at < ${from}::timestamptz and p.first_watched_at >= (select min(at) from served_lists)`;
}

function withoutChanged(span: Span, profiles: readonly string[]): Sql {
  return sql`
    update served_sums s set watched = 0, completed = 0
    from (${changedOf(span, profiles)}) d
    where s.profile_id = d.profile_id and s.day = d.day`;
}

function watchesOf(span: Span, profiles: readonly string[]): Sql {
  const { from, until } = span;
  return sql`
    insert into served_sums as s (tenant_id, arm, profile_id, day, lists, watched, completed)
    select current_setting('marquee.tenant')::int, w.arm, w.profile_id, w.day, 0, w.watched, w.completed
    from (${creditedTo(sql`
      select ${PROGRESS} from unnest(${profiles}::text[]) as k (id)
      join title_progress p on p.profile_id = k.id
        and p.first_watched_at >= ${from}::timestamptz and p.first_watched_at < ${until}::timestamptz
      union all
      select ${PROGRESS} from (${changedOf(span, profiles)}) d
      join title_progress p on p.profile_id = d.profile_id and ${BEGUN_ON} = d.day`)}) w
    on conflict (tenant_id, arm, profile_id, day)
      do update set watched = excluded.watched, completed = excluded.completed`;
}
