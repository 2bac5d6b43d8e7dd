import {
  EDIT_COST,
  LAST_CHARACTER,
  type SearchPlan,
  type Unit,
  WHOLE,
} from "../../../packages/search-text/index.js";
import { visibleTo, type Audience } from "../../catalog/audience.js";
import { toSql } from "../../engines/postgres/predicate.postgres.js";
import { sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { SEARCH_PLACES } from "./search-places.postgres.js";

/**
 * Words that more titles have count only where they stand in a name, a credit or the like. Nor are the titles of a word
 * counted further.
 */
export const RARE = 2_000;
/** A number tells one part of a series from another, however many titles have it. */
const NUMBER_WEIGHT = 0.3;
/** From here on a word stands for another as that itself would. */
export const EXACT = 0.95;
/** What a misspelling is worth beside the word itself. */
const BESIDE_EXACT = 0.6;

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
      select u.unit, w.word_id, (1 - ${EDIT_COST}::float8 * d.edits / (u.length + 1))
        -- Who went on typing meant more than what was there before.
        * case when u.completions > 0 and u.bare ^@ ltrim(w.word, '=') then 0.9 else 1 end, true
      from misspelled m
      join unit u on u.unit = m.unit
      join search_words w on w.word_id = m.word_id
      cross join lateral (select levenshtein_less_equal(ltrim(w.word, '='), u.bare, u.reach) as edits) d
      where d.edits <= u.reach and ltrim(w.word, '=') <> all(${plan.slots}::text[]) and ${digitsOf(sql`w.word`)} = u.digits
      union all
      select s.unit, w.word_id,
        (s.begun + s.more * s.length / (length(w.word) - length(s.text) + s.length)) * s.worth, s.edits > 0 or s.start <> s.text
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
      select s.unit, s.word_id, w.word, s.frequency, s.spoken, max(s.quality) as quality
      from (
        -- Where a name has the word as it was written, others that are near it are hardly meant.
        select s.unit, s.word_id, k.frequency, k.spoken,
          s.quality * case when s.misspelled and bool_or(not s.misspelled and k.keyed and s.quality >= ${EXACT}::float8)
            over (partition by s.unit) then ${BESIDE_EXACT}::float8 else 1 end as quality
        from sought s
        join known k on k.word_id = s.word_id
        where k.keyed or not s.misspelled
      ) s
      join search_words w on w.word_id = s.word_id
      group by s.unit, s.word_id, w.word, s.frequency, s.spoken
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
      select s.slot, greatest(
          coalesce(1 / (1 + ln(1 + max(e.frequency))), 0.4), case when (${plan.numbers}::boolean[])[s.slot + 1] then ${NUMBER_WEIGHT}::float8 end
        )::float8 as weight
      from unit_slot s
      left join lateral (
        select e.frequency from expansion e where e.unit = s.unit order by e.quality desc, e.frequency desc limit 1
      ) e on true
      where s.unit = s.slot
      group by s.slot
    )`;
}

/** What the plan looks up: its units, the words that misspellings may stand for, and how words may start. */
function unitsOf({ units, keys, starts }: SearchPlan): Sql {
  const bare = units.map((unit) => unit.text.replace(/^=/, ""));
  return sql`unit as materialized (
      select * from unnest(
        ${units.map((_, index) => index)}::int[],
        ${units.map((unit) => unit.text)}::text[],
        ${bare}::text[],
        ${units.map((unit) => firstHalf(unit.text))}::text[],
        ${units.map((unit) => begunOf(unit).least)}::float8[],
        ${units.map((unit) => begunOf(unit).more)}::float8[],
        ${bare.map((text) => [...text].length)}::int[],
        ${units.map((unit) => unit.reach)}::int[],
        ${units.map((unit) => unit.completions)}::int[],
        ${units.map((unit) => unit.worth)}::float8[],
        ${bare.map((text) => text.replace(/[^0-9]+/g, ""))}::text[]
      ) as u(unit, text, bare, half, begun, more, length, reach, completions, worth, digits)
    ),
    misspelled as materialized (
      select distinct v.unit, k.word_id
      from unnest(${keys.map((key) => key.unit)}::int[], ${keys.map((key) => key.key)}::text[]) as v(unit, key)
      join search_keys k on k.key = v.key
    ),
    beginning as materialized (
      select u.*, u.text as start, 0 as edits, u.completions as most
      from unit u where u.completions > 0
      union all
      -- Begun and misspelled: the first half as it should be, or the slip in it taken back.
      select ${BEGUN_MISSPELLED}, u.half, least(u.reach, 2), 20
      from unit u where u.completions >= 20 and u.length >= 5
      union all
      select ${BEGUN_MISSPELLED}, v.start, 0, 10
      from unnest(${starts.map(({ unit }) => unit)}::int[], ${starts.map(({ start }) => start)}::text[]) as v(unit, start)
      join unit u on u.unit = v.unit
      where u.completions >= 20
    )`;
}

/**
 * What a word begun is worth at least, and how much more the less is missing. Of several names that begin so the popular one
 * is meant rather than the short one.
 */
function begunOf({ text }: Unit): { least: number; more: number } {
  return text.startsWith(WHOLE) ? { least: 0.85, more: 0 } : { least: 0.66, more: 0.24 };
}

/** The digits of a word: none of them is a slip. */
function digitsOf(word: Sql): Sql {
  return sql`regexp_replace(${word}, '[^0-9]+', '', 'g')`;
}

/** A unit of which a part is misspelled: what is found for it is worth less. */
const BEGUN_MISSPELLED = sql`u.unit, u.text, u.bare, u.half, u.begun, u.more, u.length, u.reach, u.completions,
        u.worth * 0.85, u.digits`;

/** Words that go on from a start, the shortest first: those that titles have which may be met, as many as are wanted. */
function wordsStarting(visible: Sql): Sql {
  // Looked into one after the other, in their order, until there are enough.
  return sql`
    select w.word_id, w.word
    from (
      select w.word_id, w.word
      from search_words w
      where w.word > s.start and w.word < s.start || ${LAST_CHARACTER} and w.frequency > 0
        and (s.edits = 0 or (length(w.word) >= length(s.text)
          and levenshtein_less_equal(left(w.word, length(s.text)), s.text, 2) <= s.edits
          and ${digitsOf(sql`left(w.word, length(s.text))`)} = s.digits))
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
