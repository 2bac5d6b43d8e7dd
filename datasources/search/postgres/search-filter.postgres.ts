import { type Audience } from "../../catalog/audience.js";
import { type TitleFilter } from "../../catalog/catalog.js";
import { empty, join, sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { cleanText } from "../search-text.js";

/** Conditions on a row `t` of search_titles, apart where a facet is counted without its own. */
export interface FilterParts {
  kind: Sql;
  genre: Sql;
  decade: Sql;
  maturity: Sql;
  /** What is no facet, and the rules of viewing. */
  always: Sql;
}

const TRUE = sql`true`;

/** The filter and the rules of viewing as conditions on `t`. */
export function filterParts(audience: Audience, filter: TitleFilter): FilterParts {
  return {
    kind: filter.kinds ? sql`t.kind = any(${filter.kinds}::text[])` : TRUE,
    genre: filter.genres ? sql`t.genre_ids && ${filter.genres.map(cleanText)}::text[]` : TRUE,
    decade: yearCondition(filter.releaseYear),
    maturity:
      filter.maturityAtMost === undefined ? TRUE : sql`t.maturity_age <= ${filter.maturityAtMost}::int`,
    always: join([visible(audience), ...otherConditions(audience, filter)], " and "),
  };
}

/** The rules of viewing on `t`: maturity, and unless for editors, state and a licence that is in force now. */
export function visible(audience: Audience): Sql {
  const mature = sql`t.maturity_age <= ${audience.maturityLimit}::int`;
  if (audience.editor) return sql`${mature} and t.state <> 'MERGED'`;
  return sql`${mature} and t.state = 'PUBLISHED' and ${licensed(audience.country, audience.now)}`;
}

function licensed(country: string, now: Date): Sql {
  const at = now.toISOString();
  return sql`(
    (t.world_from <= ${at}::timestamptz and (t.world_until is null or t.world_until > ${at}::timestamptz))
    or (t.licence_countries <> '{}' and exists (
      select from unnest(t.licence_countries, t.licence_from, t.licence_until) as l(country, from_at, until_at)
      where l.country in ('*', ${cleanText(country)}) and l.from_at <= ${at}::timestamptz
        and (l.until_at is null or l.until_at > ${at}::timestamptz)
    ))
  )`;
}

function yearCondition(year: TitleFilter["releaseYear"]): Sql {
  if (!year) return TRUE;
  const from = year.from === undefined ? empty : sql` and t.release_year >= ${year.from}::int`;
  const to = year.to === undefined ? empty : sql` and t.release_year <= ${year.to}::int`;
  return sql`(t.release_year is not null${from}${to})`;
}

function otherConditions(audience: Audience, filter: TitleFilter): Sql[] {
  const conditions: Sql[] = [];
  if (filter.studio !== undefined) conditions.push(sql`t.studio_id = ${cleanText(filter.studio)}`);
  if (filter.person !== undefined) conditions.push(sql`${cleanText(filter.person)} = any(t.person_ids)`);
  if (filter.tags) conditions.push(sql`t.tags @> ${filter.tags.map(cleanText)}::text[]`);
  if (filter.availableIn !== undefined) conditions.push(licensed(filter.availableIn, audience.now));
  return conditions;
}
