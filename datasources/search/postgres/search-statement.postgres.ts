import { cleanText, type SearchPlan, type StandingWord, WHOLE } from "../../../packages/search-text/index.js";
import { type Audience } from "../../catalog/audience.js";
import { toSql } from "../../engines/postgres/predicate.postgres.js";
import { empty, join, sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { filterParts, type FilterParts } from "../search-filter.js";
import { type HitRow } from "../search-result.js";
import { MINOR } from "../search-terms.js";
import { type SearchQuery } from "../search.js";
import { facetColumns, facetCounts, passes, type FacetRow } from "./search-facets.postgres.js";
import { EXACT, lookUp, RARE } from "./search-look-up.postgres.js";
import { SEARCH_PLACES } from "./search-places.postgres.js";
import {
  isKept,
  rankedTitles,
  steeredColumns,
  steeredScore,
  steeredTitles,
} from "./search-steering.postgres.js";

/** What the statement answers: one row, each column JSON. */
export interface Answer {
  hits: HitRow[] | null;
  total: number | null;
  facets: FacetRow[] | null;
  words: StandingWord[] | null;
  /** Whether some hit has every word; null where there is no hit. */
  complete: boolean | null;
  /** Whether some hit has every word as it was written (or begun, for the last one). */
  literal: boolean | null;
}

/** Hits reach at least this part of what the best one matches of the text. */
const BAR = 0.7;
/** Where a hit matches everything so well, those that lack a word are left out. */
const CLEAR = 0.85;
/**
 * Parts of a score: how well the words match in their fields, how much of a name they are, how popular the title is; and
 * what a name has before all others that is the text as a whole.
 */
const SCORE = { words: 0.6, name: 0.37, popularity: 0.03, whole: 0.15 };
/** What a word in running text is worth beside one in a name. */
const MINOR_MATCH = 0.7;

/** The one statement of a search: look-up, ranking, filters, page, and what else is wanted. */
export function searchStatement(plan: SearchPlan, audience: Audience, query: SearchQuery): Sql {
  const parts = conditionsOf(audience, query);
  return sql`
    with ${lookUp(plan, audience)},
    ${rank(parts)},
    ${selectHits(parts, query)}
    select ${answer(query, true)}`;
}

/** The statement for a blank text: every title that passes, the most popular first. */
export function browseStatement(audience: Audience, query: SearchQuery): Sql {
  const parts = conditionsOf(audience, query);
  return sql`
    with candidate as materialized (
      select ${CANDIDATE_COLUMNS}, round(t.popularity::numeric, 6)::float8 as score, ${facetColumns(parts)}
      from search_titles t
      where ${parts.always}
    ),
    hit as (select * from candidate),
    ${page(query)}
    select ${answer(query, false)}`;
}

/** `scored`: for each title that has any of the words, how well it matches; `best`: how well one does that may be a hit. */
export function rank({ always }: FilterParts<Sql>): Sql {
  return sql`match as (
      select p.doc, s.slot,
        max(e.quality * case when p.weight < ${MINOR * 10_000}::float8 then ${MINOR_MATCH}::float8 else 1 end) as quality,
        max(case when e.word ^@ ${WHOLE} and e.quality >= ${EXACT}::float8 then e.quality * p.weight / 10000 else 0 end) as whole,
        max(e.quality * p.weight) / 10000 as strength,
        max(e.quality * p.share * s.part) / 10000 as share
      from expansion e
      join search_terms p on p.word_id = e.word_id and p.minor <= (e.frequency <= ${RARE}::int)
      join unit_slot s on s.unit = e.unit
      group by p.doc, s.slot
    ),
    scored as materialized (
      select m.doc,
        sum(s.weight * m.quality) / (select sum(weight) from slot) as matched,
        sum(s.weight * m.strength) / (select sum(weight) from slot) as strength,
        least(1, sum(m.share)) as name,
        count(*) = (select count(*) from slot) as complete,
        max(m.whole) as whole,
        min(m.quality) as worst
      from match m
      join slot s on s.slot = m.slot
      group by m.doc
    ),
    best as materialized (
      select s.matched from (select * from scored order by matched desc offset 0) s
      where (select true from search_titles t where t.doc = s.doc and ${always})
      order by s.matched desc limit 1
    )`;
}

/** The filter and the rules of viewing as conditions on a row `t` of search_titles. */
export function conditionsOf(audience: Audience, { filter }: Pick<SearchQuery, "filter">): FilterParts<Sql> {
  return filterParts(audience, filter, (predicate) => toSql(predicate, SEARCH_PLACES));
}

const CANDIDATE_COLUMNS = sql`t.doc, t.id, t.popularity, t.release_year, t.maturity_rating, t.genre_ids, t.genres`;

/** `candidate`, `hit` and `page`: titles that the audience may meet, those that match well enough, those wanted now. */
export function selectHits(parts: FilterParts<Sql>, query: SearchQuery): Sql {
  const titles = query.steering?.titles ?? [];
  return sql`${steeredTitles(titles)}candidate as materialized (
      select ${CANDIDATE_COLUMNS}, s.matched, s.complete, s.worst${steeredColumns(titles)},
        round((
          ${SCORE.words}::float8 * s.strength + ${SCORE.name}::float8 * s.name * s.matched * s.matched
            + ${SCORE.popularity}::float8 * t.popularity + ${SCORE.whole}::float8 * s.whole
        )::numeric, 6)::float8 as score,
        ${facetColumns(parts)}
      from ${rankedTitles(titles)}
      where (s.matched >= (select matched from best) * 0.5${isKept(titles, "r")}) and ${parts.always}
    ),
    bar as materialized (
      -- Where nothing passes the filter, its facets still count what would without it.
      select coalesce(nullif(max(matched) filter (where ${passes()}), 0), max(matched)) * ${BAR}::float8 as least,
        coalesce(max(matched) filter (where complete and ${passes()}) >= ${CLEAR}::float8, false) as clear,
        max(score) filter (where complete and ${passes()}) as best
      from candidate
    ),
    hit as materialized (
      select c.* from candidate c cross join bar b
      where (c.matched >= b.least and (c.complete or not b.clear or c.score > b.best))${isKept(titles, "c")}
    ),
    ${page(query, steeredScore(titles))}`;
}

/** @param score of a hit `h`. */
function page(query: SearchQuery, score = sql`h.score`): Sql {
  const after = query.after
    ? sql` and (${score} < ${Number(query.after.value)}::float8
        or (${score} = ${Number(query.after.value)}::float8 and h.id > ${cleanText(query.after.id)}))`
    : empty;
  return sql`page as materialized (
      select h.doc, h.id, ${score} as score, h.genres, h.popularity
      from hit h
      where ${passes()}${after}
      order by ${score} desc, h.id
      limit ${query.limit + 1}::int
    )`;
}

function answer(query: SearchQuery, ranked: boolean): Sql {
  const { wants } = query;
  const texts = wants.highlights || wants.didYouMean;
  const all = passes();
  return join(
    [
      sql`(select json_agg(r order by r.score desc, r.id) from (
        select p.id, p.score${texts ? sql`, x.texts` : empty}
        from page p${texts ? sql` join search_texts x on x.doc = p.doc` : empty}
      ) r) as hits`,
      wants.total ? sql`(select count(*) from hit where ${all}) as total` : sql`null as total`,
      wants.facets
        ? sql`(select json_agg(f order by f.count desc, f.value) from (${facetCounts(query.filter)}) f) as facets`
        : sql`null as facets`,
      ranked && texts ? sql`(select json_agg(e) from expansion e) as words` : sql`null as words`,
      ranked
        ? sql`(select bool_or(complete) from hit where ${all} and matched > 0) as complete,
          (select bool_or(complete and worst >= 0.95) from hit where ${all} and matched > 0) as literal`
        : sql`true as complete, true as literal`,
    ],
    ", ",
  );
}
