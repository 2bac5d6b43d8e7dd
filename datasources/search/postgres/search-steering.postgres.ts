import { empty, raw, sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { placeScore, type SteeredTitle } from "../steering.js";

/*
 * What editors say of titles, within the statement of a search. Where they say nothing, none of it stands there.
 */

type Titles = readonly SteeredTitle[];

/**
 * `steered`: what is said of which titles; `ranked`: those that have any of the words, and those that have a place all the
 * same.
 */
export function steeredTitles(titles: Titles): Sql {
  if (titles.length === 0) return empty;
  return sql`steered as materialized (
      select * from unnest(
        ${titles.map(({ id }) => id)}::text[],
        ${titles.map(({ place }) => placeScore(place))}::float8[],
        ${titles.map(({ factor }) => factor)}::float8[]
      ) as r(id, placed, factor)
    ),
    ranked as materialized (
      select * from scored
      union all
      select t.doc, 0::float8, 0::float8, 0::float8, true, 0::float8, 1::float8
      from steered r join search_titles t on t.id = r.id
      where r.placed > 0 and not exists (select from scored s where s.doc = t.doc)
    ),
    `;
}

/** The titles `t` that candidates are of, with how well they match, `s`. */
export function rankedTitles(titles: Titles): Sql {
  if (titles.length === 0) return sql`scored s join search_titles t on t.doc = s.doc`;
  return sql`ranked s join search_titles t on t.doc = s.doc left join steered r on r.id = t.id`;
}

/** What a candidate has of it. */
export function steeredColumns(titles: Titles): Sql {
  return titles.length === 0 ? empty : sql`, r.placed, r.factor`;
}

/** Or the title has a place, so that it is there however little it matches. */
export function isKept(titles: Titles, row: "r" | "c"): Sql {
  return titles.length === 0 ? empty : sql` or ${raw(row)}.placed > 0`;
}

/** What a hit `h` is ordered by. */
export function steeredScore(titles: Titles): Sql {
  if (titles.length === 0) return sql`h.score`;
  return sql`(coalesce(h.placed, 0) + round((h.score * coalesce(h.factor, 1))::numeric, 6)::float8)`;
}
