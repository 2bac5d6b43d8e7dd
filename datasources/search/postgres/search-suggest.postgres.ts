import {
  joinWords,
  LAST_CHARACTER,
  type SearchPlan,
  type Unit,
  WHOLE,
} from "../../../packages/search-text/index.js";
import { visibleTo, type Audience } from "../../catalog/audience.js";
import { toSql } from "../../engines/postgres/predicate.postgres.js";
import { sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { SEARCH_PLACES } from "./search-places.postgres.js";
import { lookUp } from "./search-look-up.postgres.js";
import { conditionsOf, rank, selectHits } from "./search-statement.postgres.js";

/** People and genres that are offered at most for one start. */
const MOST_NAMES = 200;
/** Titles looked at, and how much popularity counts among them: while little has been typed, more than in a search. */
const CONSIDERED = 60;
const POPULARITY = 0.15;
/** What a title whose name begins as typed scores, before its popularity: more than one that has the words elsewhere. */
const AS_TYPED = 0.9;
/** Names of titles that begin with what has been typed, and the letters from which on words within names count too. */
const WHOLE_NAMES = 100;
const ENOUGH_LETTERS = 4;

/**
 * The one statement of a completion: titles by the ranking of search, people and genres by how their names start or
 * by how the words in their names start. A name is offered where the audience may meet a title that has it.
 */
export function suggestStatement(plan: SearchPlan, audience: Audience, limit: number): Sql {
  const start = joinWords(plan.slots);
  const length = [...start].length;
  const query = {
    text: "",
    filter: {},
    limit: CONSIDERED,
    wants: { total: false, facets: false, highlights: false, didYouMean: false },
  };
  const parts = conditionsOf(audience, query);
  return sql`
    with ${lookUp(forTyping(plan), audience)},
    ${rank(parts)},
    ${selectHits(parts, query)},
    ${titlesStarting(plan, toSql(visibleTo(audience), SEARCH_PLACES))},
    begun as materialized (
      select distinct on (n.kind, n.id) n.kind, n.id, n.name, n.edits, length(n.start) as length
      from (${namesStarting(start, toSql(visibleTo(audience), SEARCH_PLACES))}) n
      order by n.kind, n.id, n.edits, length(n.start)
    ),
    offered as (
      select x.texts -> 'name' ->> 0 as text, 'TITLE' as kind, p.id, p.score
      from (
        select doc, id, max(score) + ${POPULARITY}::float8 * max(popularity) as score
        from (
          select doc, id, score, popularity from page
          union all
          select doc, id, ${AS_TYPED}::float8, popularity from typed
        ) p
        group by doc, id
      ) p join search_texts x on x.doc = p.doc
      union all
      select b.name, b.kind, b.id, 0.6 + 0.38 * ${length}::float8 / greatest(b.length, ${length}) - 0.2 * b.edits
      from begun b
    )
    select text, kind, id from offered order by score desc, kind desc, text, id limit ${limit}::int`;
}

/** `typed`: of the titles whose names begin as typed, with the article where one is typed, the most popular. */
function titlesStarting(plan: SearchPlan, visible: Sql): Sql {
  const start = plan.units.findLast(({ text }) => text.startsWith(WHOLE))?.text ?? WHOLE;
  return sql`typed as materialized (
      select t.doc, t.id, t.popularity
      from search_words w
      join search_terms p on p.word_id = w.word_id
      join search_titles t on t.doc = p.doc
      where w.word >= ${start} and w.word < ${start + LAST_CHARACTER} and ${visible}
      order by t.popularity desc, t.id limit ${CONSIDERED}::int
    )`;
}

/** The plan of a search with more completions of whole names, and none of words of which too little has been typed. */
function forTyping(plan: SearchPlan): SearchPlan {
  const last = plan.slots.at(-1) ?? "";
  const units = plan.units.map((unit) => ({ ...unit, completions: completionsOf(unit, last) }));
  return { ...plan, units };
}

function completionsOf(unit: Unit, last: string): number {
  if (unit.text.startsWith(WHOLE)) return WHOLE_NAMES;
  return last.length < ENOUGH_LETTERS ? 0 : Math.min(20, unit.completions);
}

/**
 * Names of titles that may be met which start as typed, and, of four letters and more, those whose first half is as typed
 * and whose start as a whole is one edit away. Looked into one after the other, in their order, until there are enough.
 */
function namesStarting(start: string, visible: Sql): Sql {
  const letters = [...start];
  const loose =
    letters.length < ENOUGH_LETTERS ? start : letters.slice(0, Math.ceil(letters.length / 2)).join("");
  return sql`
    select n.kind, n.id, n.name, n.start, n.edits
    from (
      select n.kind, n.id, n.name, n.start, case when left(n.start, ${letters.length}::int) = ${start} then 0 else 1 end as edits
      from search_names n
      where n.start >= ${loose} and n.start < ${loose + LAST_CHARACTER}
        and (left(n.start, ${letters.length}::int) = ${start}
          or levenshtein_less_equal(left(n.start, ${letters.length}::int), ${start}, 2) <= 2)
      order by edits, n.start, n.kind, n.id offset 0
    ) n
    where (select true from search_uses u join search_titles t on t.doc = u.doc
      where u.kind = n.kind and u.id = n.id and ${visible} limit 1)
    order by n.edits, n.start, n.kind, n.id limit ${MOST_NAMES}::int`;
}
