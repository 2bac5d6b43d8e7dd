import { sql, type PostgresStore, type Sql } from "../../engines/postgres/store.postgres.js";
import { type StoreRequest } from "../../core/store-request.js";
import { isNotForMe } from "../../viewing/not-for-me.postgres.js";
import { LEFT_EARLY, WATCHED } from "../../viewing/watched.postgres.js";
import { LEFT_BEFORE } from "../../viewing/watch-rules.js";
import {
  EARLIER_SEEDS,
  FOLLOWED,
  GIVEN_UP,
  LATEST_SEEDS,
  LIKING,
  NOT_FOR_ME,
  NOT_FOR_ME_SEEDS,
  RECENCY,
  type RecommendedTitle,
  type Recommendations,
  SEEDS,
  type SimilarTitle,
} from "../recommendations.js";

type RecommendedRow = RecommendedTitle & { profileId: string };
type SimilarRow = SimilarTitle & { fromId: string };

/**
 * The taste graph in PostgreSQL. A profile costs its own range of `title_progress` and one range of `similar_titles` for
 * each of its seeds, however many users and titles there are.
 */
export class PostgresRecommendations implements Recommendations {
  constructor(private readonly postgres: PostgresStore) {}

  forProfiles(
    request: StoreRequest,
    profiles: readonly string[],
    limit: number,
  ): Promise<Map<string, RecommendedTitle[]>> {
    const statement = (distinct: readonly string[]) => recommended(distinct, limit);
    return readRecommended(this.postgres, request, "recommendations.forProfiles", profiles, statement);
  }

  async similarTo(
    request: StoreRequest,
    titles: readonly string[],
    limit: number,
  ): Promise<Map<string, SimilarTitle[]>> {
    const distinct = [...new Set(titles)];
    const rows = await this.postgres.read<SimilarRow>(
      request,
      "recommendations.similarTo",
      sql`select k.id as "fromId", e.to_id as "titleId", e.weight as score
          from unnest(${distinct}::text[]) with ordinality as k (id, n)
          cross join lateral (
            select s.to_id, s.weight from similar_titles s
            where s.from_id = k.id and s.weight > 0
            order by s.weight desc, s.to_id
            limit ${limit}::int
          ) e
          order by k.n, e.weight desc, e.to_id`,
      distinct.length,
    );
    return grouped(rows, ({ fromId, ...title }) => [fromId, title]);
  }
}

/**
 * What is recommended, by profile; one store call.
 *
 * @param statement answers rows as `recommended` does, for profiles that are named once each.
 */
export async function readRecommended(
  postgres: PostgresStore,
  request: StoreRequest,
  operation: string,
  profiles: readonly string[],
  statement: (distinct: readonly string[]) => Sql,
): Promise<Map<string, RecommendedTitle[]>> {
  const distinct = [...new Set(profiles)];
  const rows = await postgres.read<RecommendedRow>(request, operation, statement(distinct), distinct.length);
  return grouped(rows, ({ profileId, ...title }) => [profileId, title]);
}

/**
 * Rows of what is recommended, profile by profile.
 *
 * @param edges a relation in the form of `similar_titles`, which it is unless given.
 */
export function recommended(
  profiles: readonly string[],
  limit: number,
  edges: Sql = sql`similar_titles`,
): Sql {
  // Sum and reason read their parts in one order, so that a score has the same last digit on every plan.
  return sql`
    select k.id as "profileId", r.to_id as "titleId", r.score, r.because
    from unnest(${profiles}::text[]) with ordinality as k (id, n)
    cross join lateral (
      select c.to_id,
        sum(c.part order by c.part desc, c.from_id) as score,
        (array_agg(c.from_id order by c.part desc, c.from_id))[1] as because
      from (
        select e.to_id, e.from_id, (e.weight + s.following * e.next) * s.strength as part
        from (${seeds(sql`k.id`)}) s
        join ${edges} e on e.from_id = s.title_id
        where s.strength <> 0
      ) c
      where not exists (
        select from title_progress p where p.profile_id = k.id and p.title_id = c.to_id and ${WATCHED})
        and not ${isNotForMe(sql`k.id`, sql`c.to_id`)}
      group by c.to_id
      having sum(c.part order by c.part desc, c.from_id) > 0
      order by score desc, c.to_id
      limit ${limit}::int
    ) r
    order by k.n, r.score desc, r.to_id`;
}

/** A profile's seeds with how much each says about its taste: what it watched, and what is not for it. */
function seeds(profile: Sql): Sql {
  return sql`
    ${watchedSeeds(profile)}
    union all
    (select n.title_id, ${NOT_FOR_ME}::float8 as strength, 0::float8 as following from not_for_me n where n.profile_id = ${profile}
     order by n.since desc, n.title_id desc limit ${NOT_FOR_ME_SEEDS}::int)`;
}

const LIKED = sql`case r.rating when 5 then ${LIKING[5]}::float8 when 4 then ${LIKING[4]}::float8
  when 3 then ${LIKING[3]}::float8 when 2 then ${LIKING[2]}::float8 else ${LIKING[1]}::float8 end`;

function watchedSeeds(profile: Sql): Sql {
  const { floor, fading } = RECENCY;
  // `offset 0` keeps the rating's look-up to one a watch; merged into the query around it, it would run for every edge.
  return sql`
    select w.title_id,
      w.strength * coalesce(w.liking, case when w.given_up then ${GIVEN_UP}::float8 else 1 end)
        * (${floor}::float8 + ${1 - floor}::float8 * exp(-w.rank / ${fading}::float8)) as strength,
      coalesce((${FOLLOWED}::float8[])[w.rank::int + 1], 0) as following
    from (
      select p.title_id, p.rank, p.given_up,
        case when ${isNotForMe(profile, sql`p.title_id`)} then 0 when p.completed then 1::float8 else 0.5::float8 end
          as strength,
        (select ${LIKED} from ratings r
         where r.profile_id = ${profile} and r.title_id = p.title_id) as liking
      from (
        select p.title_id, p.completed, p.rank, p.given_up
        from (
          select title_id, completed, count(*) over () as watches,
            row_number() over (order by last_watched_at desc, title_id desc) - 1 as rank,
            ${LEFT_EARLY} and last_watched_at < now() - make_interval(days => ${LEFT_BEFORE.days}::int) as given_up
          from title_progress p
          where profile_id = ${profile} and ${WATCHED}
        ) p
        where p.watches <= ${SEEDS} or p.rank <= ${LATEST_SEEDS}
          or (p.rank - ${LATEST_SEEDS}) * ${EARLIER_SEEDS} / (p.watches - ${LATEST_SEEDS})
           > (p.rank - ${LATEST_SEEDS} - 1) * ${EARLIER_SEEDS} / (p.watches - ${LATEST_SEEDS})
      ) p
      offset 0
    ) w`;
}

/** Lists by key, in the order of their rows. */
function grouped<R, T>(rows: readonly R[], split: (row: R) => [string, T]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const [key, value] = split(row);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
