import pg from "pg";

import { attributePlaces } from "../../catalog/postgres/attribute-places.postgres.js";
import { type TitleFilter } from "../../catalog/title-filter.js";
import {
  ATTRIBUTE_PARTS,
  FACET_ATTRIBUTES,
  FACETS,
  type FacetAttribute,
  type FacetField,
} from "../../core/title-attributes.js";
import { literal } from "../../engines/postgres/predicate.postgres.js";
import { join, raw, sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { type CountedValue } from "../search-facets.js";
import { type FilterParts } from "../search-filter.js";

export interface FacetRow extends CountedValue {
  field: FacetField;
}

const PLACES = attributePlaces(sql`t`);

/** What facets need of a row `t` of search_titles: the fields that they count, and whether it passes the filter of each. */
export function facetColumns({ facets }: FilterParts<Sql>): Sql {
  const counted = FACET_ATTRIBUTES.map((name) => sql`${PLACES[name].column} as ${named(name)}`);
  const flags = FACETS.map((field) => sql`(${facets[field]}) as ${flagOf(field)}`);
  return join([...counted, ...flags], ", ");
}

/** Whether a row with these columns passes the filter, but for the part of one facet. */
export function passes(counted?: FacetField): Sql {
  const others = FACETS.filter((field) => field !== counted);
  return join(others.map(flagOf), " and ");
}

/** Rows of `hit h` counted per value, each facet without its own filter; `toFacets` makes buckets of them. */
export function facetCounts(filter: TitleFilter): Sql {
  const { genres } = filter;
  return sql`
    select 'genre' as field, g.name as value, count(*)::int as count, bool_or(g.id = any(${genres ?? []}::text[])) as selected
    from hit h cross join lateral unnest(h.genre_ids, h.genres) as g(id, name)
    where ${passes("genre")} group by g.name
    union all
    select 'decade', decade::text, count(*)::int, false
    from (select h.release_year / 10 * 10 as decade from hit h
      where h.release_year is not null and ${passes("decade")}) d
    group by decade
    union all
    select 'maturity', h.maturity_rating, count(*)::int, false
    from hit h where ${passes("maturity")} group by h.maturity_rating
    ${join(
      FACET_ATTRIBUTES.map((field) => attributeCounts(field, filter)),
      " ",
    )}`;
}

function attributeCounts(field: FacetAttribute, filter: TitleFilter): Sql {
  const asked = filter[ATTRIBUTE_PARTS[field]] ?? [];
  return sql`
    union all
    select ${literal(field)}, value, count(*)::int, value = any(${asked}::text[])
    from (select h.${named(field)} as value from hit h where ${passes(field)}) v
    where value is not null group by value`;
}

function flagOf(field: FacetField): Sql {
  return named(`${field}_ok`);
}

function named(column: string): Sql {
  return raw(pg.escapeIdentifier(column));
}
