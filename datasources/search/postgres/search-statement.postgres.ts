import {
  cleanText,
  EDIT_COST,
  LAST_CHARACTER,
  type SearchPlan,
  type StandingWord,
  WHOLE,
} from "../../../packages/search-text/index.js";
import { visibleTo, type Audience } from "../../catalog/audience.js";
import { toSql } from "../../engines/postgres/predicate.postgres.js";
import { empty, join, sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { filterParts, type FilterParts } from "../search-filter.js";
import { type HitRow } from "../search-result.js";
import { type SearchQuery } from "../search.js";
import { facetColumns, facetCounts, passes, type FacetRow } from "./search-facets.postgres.js";
import { SEARCH_PLACES } from "./search-places.postgres.js";

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

/**
 * Words that more titles have count only where they stand in a name, a credit or the like. Nor are the titles of a word
 * counted further.
 */
const RARE = 2_000;
/** Hits reach at least this part of what the best one matches of the text. */
const BAR = 0.7;
/** Where a hit matches everything so well, those that lack a word are left out. */
const CLEAR = 0.85;
/** Parts of a score: how well the words match in their fields, how much of a name they are, how popular the title is. */
const SCORE = { words: 0.6, name: 0.38, popularity: 0.02 };

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

/**
 * `expansion`: the words that stand for each unit, as written, misspelled, or begun, of the vocabulary of the titles that
 * the audience may meet. A word that only others may meet is none, and takes no other's place.
 */
export function lookUp(plan: SearchPlan, audience: Audience): Sql {
  const visible = toSql(visibleTo(audience), SEARCH_PLACES);
  return sql`${unitsOf(plan)},
    sought as materialized (
      select v.unit, w.word_id, v.quality, false as misspelled
      from unnest(
        ${plan.variants.map((variant) => variant.unit)}::int[],
        ${plan.variants.map((variant) => variant.word)}::text[],
        ${plan.variants.map((variant) => variant.quality)}::float8[]
      ) as v(unit, word, quality)
      join search_words w on w.word = v.word
      union all
      select u.unit, w.word_id, 1 - ${EDIT_COST}::float8 * d.edits / (u.length + 1), true
      from misspelled m
      join unit u on u.unit = m.unit
      join search_words w on w.word_id = m.word_id
      cross join lateral (select levenshtein_less_equal(ltrim(w.word, '='), u.bare, u.reach) as edits) d
      where d.edits <= u.reach and ltrim(w.word, '=') <> all(${plan.slots}::text[])
      union all
      select s.unit, w.word_id,
        (s.begun + (0.96 - s.begun) * s.length / (length(w.word) - length(s.text) + s.length)) * s.worth, false
      from beginning s
      cross join lateral (${wordsStarting(visible)}) w
    ),
    known as materialized (
      select w.word_id, k.*
      from (select distinct word_id from sought) w
      cross join lateral (
        select count(*)::int as frequency, bool_or(p.spoken) as spoken, bool_or(p.keyed) as keyed
        from (
          select p.spoken, p.keyed from search_terms p join search_titles t on t.doc = p.doc
          where p.word_id = w.word_id and ${visible}
          order by p.minor, p.doc limit ${RARE + 1}::int
        ) p
      ) k
      where k.frequency > 0
    ),
    expansion as materialized (
      select s.unit, s.word_id, w.word, k.frequency, k.spoken, max(s.quality) as quality
      from sought s
      join known k on k.word_id = s.word_id
      join search_words w on w.word_id = s.word_id
      where k.keyed or not s.misspelled
      group by s.unit, s.word_id, w.word, k.frequency, k.spoken
    ),
    unit_slot as materialized (
      select * from unnest(
        ${plan.units.flatMap((unit, index) => unit.slots.map(() => index))}::int[],
        ${plan.units.flatMap((unit) => unit.slots)}::int[],
        ${plan.units.flatMap((unit) => unit.slots.map(() => 1 / unit.slots.length))}::float8[]
      ) as s(unit, slot, part)
    ),
    slot as materialized (
      -- A rare word tells more than a frequent one; a word that nothing has might have told much.
      select s.slot, coalesce(1 / (1 + ln(1 + max(e.frequency))), 0.4)::float8 as weight
      from unit_slot s
      left join lateral (
        select e.frequency from expansion e where e.unit = s.unit order by e.quality desc, e.frequency desc limit 1
      ) e on true
      where s.unit = s.slot
      group by s.slot
    )`;
}

/** What the plan looks up: its units, the words that misspellings may stand for, and how words may start. */
function unitsOf({ units, keys }: SearchPlan): Sql {
  const bare = units.map((unit) => unit.text.replace(/^=/, ""));
  return sql`unit as materialized (
      select * from unnest(
        ${units.map((_, index) => index)}::int[],
        ${units.map((unit) => unit.text)}::text[],
        ${bare}::text[],
        ${units.map((unit) => firstHalf(unit.text))}::text[],
        ${units.map((unit) => (unit.text.startsWith(WHOLE) ? 0.72 : 0.58))}::float8[],
        ${bare.map((text) => [...text].length)}::int[],
        ${units.map((unit) => unit.reach)}::int[],
        ${units.map((unit) => unit.completions)}::int[]
      ) as u(unit, text, bare, half, begun, length, reach, completions)
    ),
    misspelled as materialized (
      select distinct v.unit, k.word_id
      from unnest(${keys.map((key) => key.unit)}::int[], ${keys.map((key) => key.key)}::text[]) as v(unit, key)
      join search_keys k on k.key = v.key
    ),
    beginning as materialized (
      select u.*, u.text as start, 0 as edits, u.completions as most, 1::float8 as worth
      from unit u where u.completions > 0
      union all
      -- Begun and misspelled: the first half as it should be.
      select u.*, u.half, case when u.length < 6 then 1 else 2 end, 20, 0.85
      from unit u where u.completions >= 20 and u.length >= 5
    )`;
}

/** Words that go on from a start, the shortest first: those that titles have which may be met, as many as are wanted. */
function wordsStarting(visible: Sql): Sql {
  // Looked into one after the other, in their order, until there are enough.
  return sql`
    select w.word_id, w.word
    from (
      select w.word_id, w.word
      from search_words w
      where w.word > s.start and w.word < s.start || ${LAST_CHARACTER} and w.frequency > 0
        and (s.edits = 0 or length(w.word) >= length(s.text)
          and levenshtein_less_equal(left(w.word, length(s.text)), s.text, 2) <= s.edits)
      order by length(w.word), w.word offset 0
    ) w
    where (select true from search_terms p join search_titles t on t.doc = p.doc
      where p.word_id = w.word_id and ${visible} limit 1)
    order by length(w.word), w.word limit s.most`;
}

/** The first half of a unit's text, the longer one where it does not divide. */
function firstHalf(text: string): string {
  const marker = text.startsWith(WHOLE) ? WHOLE : "";
  const letters = [...text.slice(marker.length)];
  return marker + letters.slice(0, Math.ceil(letters.length / 2)).join("");
}

/** `scored`: for each title that has any of the words, how well it matches; `best`: how well one does that may be a hit. */
export function rank({ always }: FilterParts<Sql>): Sql {
  return sql`match as (
      select p.doc, s.slot,
        max(e.quality) as quality,
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
  return sql`candidate as materialized (
      select ${CANDIDATE_COLUMNS}, s.matched, s.complete, s.worst,
        round((
          ${SCORE.words}::float8 * s.strength + ${SCORE.name}::float8 * s.name + ${SCORE.popularity}::float8 * t.popularity
        )::numeric, 6)::float8 as score,
        ${facetColumns(parts)}
      from scored s
      join search_titles t on t.doc = s.doc
      where s.matched >= (select matched from best) * 0.5 and ${parts.always}
    ),
    bar as materialized (
      select max(matched) * ${BAR}::float8 as least, coalesce(max(matched) filter (where complete) >= ${CLEAR}::float8, false) as clear
      from candidate
      where ${passes()}
    ),
    hit as materialized (
      select c.* from candidate c cross join bar b
      where c.matched >= b.least and (c.complete or not b.clear)
    ),
    ${page(query)}`;
}

function page(query: SearchQuery): Sql {
  const after = query.after
    ? sql` and (h.score < ${Number(query.after.value)}::float8
        or (h.score = ${Number(query.after.value)}::float8 and h.id > ${cleanText(query.after.id)}))`
    : empty;
  return sql`page as materialized (
      select h.doc, h.id, h.score, h.genres, h.popularity
      from hit h
      where ${passes()}${after}
      order by h.score desc, h.id
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
        ? sql`(select bool_or(complete) from hit where ${all}) as complete,
          (select bool_or(complete and worst >= 0.95) from hit where ${all}) as literal`
        : sql`true as complete, true as literal`,
    ],
    ", ",
  );
}
