import { FEWEST_ACCOUNTS } from "../../datasources/core/fewest-accounts.js";
import { sql, type Sql } from "../../datasources/engines/postgres/store.postgres.js";
import { WATCHED } from "../../datasources/viewing/watched.postgres.js";

/**
 * What came of the lists of arms, from the lists and watches themselves, whatever was summed up before: what reports are
 * compared with.
 *
 * @param arms of which arms (`armId`).
 */
export function sumsOfLists(arms: readonly string[]): Sql {
  return sql`
    with shown as (
      select i.arm, l.profile_id, count(*)::float8 as n, min(l.at) as since
      from served_lists l cross join lateral unnest(l.arms) as i (arm)
      where l.arms <> '{}' and i.arm = any(${arms}::text[])
      group by 1, 2
    ),
    lists as materialized (
      select s.arm, s.profile_id, s.n, s.since, o.account_id
      from shown s join profiles o on o.id = s.profile_id
      join consents c on c.account_id = o.account_id and c.measurement and c.personalisation
    ),
    starts as (
      select i.arm, s.profile_id, count(*)::float8 as watched, (count(*) filter (where s.completed))::float8 as completed
      from (
        select p.profile_id, p.completed, (
          select l.arms from served_lists l
          where l.profile_id = p.profile_id and l.at <= p.first_watched_at
            and l.at > p.first_watched_at - interval '1 day' and l.title_ids && t.ids
          order by l.at desc limit 1
        ) as arms
        from (select profile_id, min(since) as since from lists group by 1) k
        join title_progress p on p.profile_id = k.profile_id and p.first_watched_at >= k.since
        cross join lateral (
          select array_append(array(select title_id from title_heads where merged_into = p.title_id), p.title_id) as ids
        ) t
        where ${WATCHED}
      ) s cross join lateral unnest(s.arms) as i (arm)
      group by 1, 2
    )
    select arm as id, count(*)::int as profiles, sum(n) as lists, sum(n * n) as "listsSquared",
      sum(w) as watched, sum(w * w) as "watchedSquared", sum(w * n) as "watchedProduct",
      sum(c) as completed, sum(c * c) as "completedSquared", sum(c * n) as "completedProduct"
    from (
      select arm, l.account_id, l.n, coalesce(s.watched, 0) as w, coalesce(s.completed, 0) as c
      from lists l left join starts s using (arm, profile_id)
    ) each
    group by 1
    having count(distinct account_id) >= ${FEWEST_ACCOUNTS}::int`;
}
