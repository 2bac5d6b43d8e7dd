import { FEWEST_ACCOUNTS } from "../core/fewest-accounts.js";
import { sql, type Sql } from "../engines/postgres/store.postgres.js";
import { BEGUN_ON, creditedTo, PROGRESS } from "./credited-watches.postgres.js";

/** An arm's sums over its profiles, as the database adds them up. */
export interface SumsRow {
  /** `armId`. */
  id: string;
  profiles: number;
  lists: number;
  listsSquared: number;
  watched: number;
  watchedSquared: number;
  watchedProduct: number;
  completed: number;
  completedSquared: number;
  completedProduct: number;
  /** Accounts of which more counts for it than for all other arms of its experiment together. */
  watchedWins: number;
  completedWins: number;
}

/**
 * What came of the lists of arms: sums of the days that are summed up, and since then the lists and watches themselves
 * (`creditedTo`). What was watched further since counts as it is now, in the place of what the sums have of it.
 * Only accounts that agree to measurement as well as to personalisation count, and an arm has a row from `FEWEST_ACCOUNTS` of
 * them on.
 *
 * @param arms of which arms (`armId`).
 */
export function sumsOf(arms: readonly string[]): Sql {
  const summed = sql`arm = any(${arms}::text[]) and day < (select (at at time zone 'UTC')::date from mark)`;
  return sql`
    with mark as (select coalesce((select coalesce(summed, until) from served_closings), '-infinity'::timestamptz) as at),
    shown as (
      select arm, profile_id, sum(n)::float8 as n, sum(w)::float8 as w, sum(c)::float8 as c, min(since) as since
      from (
        select arm, profile_id, sum(lists) as n, sum(watched) as w, sum(completed) as c, min(day) as since
        from served_sums where ${summed}
        group by 1, 2
        union all
        select i.arm, l.profile_id, count(*), 0, 0, null
        from served_lists l cross join lateral unnest(l.arms) as i (arm)
        where l.arms <> '{}' and i.arm = any(${arms}::text[]) and l.at >= (select at from mark)
        group by 1, 2
      ) each
      group by 1, 2 having sum(n) > 0
    ),
    lists as materialized (
      select s.*, o.account_id from shown s join profiles o on o.id = s.profile_id
      join consents c on c.account_id = o.account_id and c.measurement and c.personalisation
    ),
    recent as materialized (
      select ${PROGRESS}, p.first_watched_at >= (select at from mark) or ${BEGUN_ON} >= k.since as counts
      from (select profile_id, min(since) as since from lists group by 1) k
      join title_progress p on p.profile_id = k.profile_id and p.last_watched_at >= (select at from mark)
      where p.first_watched_at >= (select min(at) from served_lists)
    ),
    anew as (
      select arm, profile_id, sum(watched)::float8 as w, sum(completed)::float8 as c
      from (
        select s.arm, s.profile_id, -count(*) as watched, -count(*) filter (where t.id = any(s.finished)) as completed
        from (
          select p.profile_id, array_agg(i.id) as ids from recent p cross join lateral unnest(p.names) as i (id)
          group by 1
        ) n
        join served_sums s on s.profile_id = n.profile_id and s.titles && n.ids and s.watched > 0 and ${summed}
        cross join lateral unnest(s.titles) as t (id)
        where t.id = any(n.ids)
        group by 1, 2
        union all
        select arm, profile_id, watched, completed from (${creditedTo(sql`select * from recent p where p.counts`)}) c
      ) each
      group by 1, 2
    ),
    accounts as (
      select arm, count(*) as profiles, sum(n) as n, sum(n * n) as nn,
        sum(w) as w, sum(w * w) as ww, sum(w * n) as wn, sum(c) as c, sum(c * c) as cc, sum(c * n) as cn,
        2 * sum(w) > sum(sum(w)) over own as is_watched_more, 2 * sum(c) > sum(sum(c)) over own as is_completed_more
      from (
        select arm, l.account_id, l.n, l.w + coalesce(a.w, 0) as w, l.c + coalesce(a.c, 0) as c
        from lists l left join anew a using (arm, profile_id)
      ) each
      group by arm, account_id
      window own as (partition by split_part(arm, '/', 1), account_id)
    )
    select arm as id, sum(profiles)::int as profiles, sum(n) as lists, sum(nn) as "listsSquared",
      sum(w) as watched, sum(ww) as "watchedSquared", sum(wn) as "watchedProduct",
      sum(c) as completed, sum(cc) as "completedSquared", sum(cn) as "completedProduct",
      (count(*) filter (where is_watched_more))::int as "watchedWins",
      (count(*) filter (where is_completed_more))::int as "completedWins"
    from accounts
    group by 1
    having count(*) >= ${FEWEST_ACCOUNTS}::int`;
}
