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
import { conditionsOf, lookUp, rank, selectHits } from "./search-statement.postgres.js";

/** Names looked at for one start. */
const MOST_NAMES = 100;
/** Titles looked at, and how much popularity counts among them: while little has been typed, more than in a search. */
const CONSIDERED = 60;
const POPULARITY = 0.15;
/** Names of titles that begin with what has been typed, and the letters from which on words within names count too. */
const WHOLE_NAMES = 100;
const ENOUGH_LETTERS = 4;

/**
 * The one statement of a completion: titles by the ranking of search, people and genres by how their names start or
 * by how the words in their names start. A person is offered when the audience may meet a title of theirs.
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
  return sql`
    with ${lookUp(forTyping(plan))},
    ${rank()},
    ${selectHits(conditionsOf(audience, query), query)},
    begun as materialized (
      select distinct on (n.kind, n.id) n.kind, n.id, n.name, n.edits, length(n.start) as length
      from (${namesStarting(start)}${length < 4 ? sql`` : sql` union all ${namesNearly(start, length)}`}) n
      order by n.kind, n.id, n.edits, length(n.start)
    ),
    offered as (
      select x.texts -> 'name' ->> 0 as text, 'TITLE' as kind, p.id, p.score + ${POPULARITY}::float8 * p.popularity as score
      from page p join search_texts x on x.doc = p.doc
      union all
      select b.name, b.kind, b.id, 0.6 + 0.38 * ${length}::float8 / greatest(b.length, ${length}) - 0.2 * b.edits
      from begun b
      where b.kind = 'GENRE' or exists (
        select from search_credits c join search_titles t on t.doc = c.doc
        where c.person_id = b.id and ${toSql(visibleTo(audience), SEARCH_PLACES)}
      )
    )
    select text, kind, id from offered order by score desc, kind desc, text, id limit ${limit}::int`;
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

function namesStarting(start: string): Sql {
  return sql`(
    select n.kind, n.id, n.name, n.start, 0 as edits
    from search_names n
    where n.start >= ${start} and n.start < ${start + LAST_CHARACTER}
    order by n.start, n.kind, n.id limit ${MOST_NAMES}::int
  )`;
}

/** Names whose first half is as typed and whose start as a whole is one edit away. */
function namesNearly(start: string, length: number): Sql {
  const half = [...start].slice(0, Math.ceil(length / 2)).join("");
  return sql`(
    select n.kind, n.id, n.name, n.start, 1 as edits
    from search_names n
    where n.start >= ${half} and n.start < ${half + LAST_CHARACTER}
      and levenshtein_less_equal(left(n.start, ${length}::int), ${start}, 2) <= 2
    order by n.start, n.kind, n.id limit ${MOST_NAMES}::int
  )`;
}
