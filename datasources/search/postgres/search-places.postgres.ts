import { attributePlaces } from "../../catalog/postgres/attribute-places.postgres.js";
import { inForce, type SqlPlaces } from "../../engines/postgres/predicate.postgres.js";
import { sql } from "../../engines/postgres/store.postgres.js";

/** Where a row `t` of search_titles has what predicates ask of a title. */
export const SEARCH_PLACES: SqlPlaces = {
  texts: {
    ...attributePlaces(sql`t`),
    state: { column: sql`t.state`, closed: true },
    genre: { array: sql`t.genre_ids` },
    studio: { column: sql`t.studio_id` },
    person: { array: sql`t.person_ids` },
    tag: { array: sql`t.tags` },
  },
  numbers: {
    releaseYear: { column: sql`t.release_year` },
    maturityAge: { column: sql`t.maturity_age` },
  },
  licensed: (span) => sql`(
    (${inForce(sql`t.world_from`, sql`t.world_until`, span)})
    or (t.licence_countries <> '{}' and exists (
      select from unnest(t.licence_countries, t.licence_from, t.licence_until) as l(country, from_at, until_at)
      where l.country in ('*', ${span.country}) and ${inForce(sql`l.from_at`, sql`l.until_at`, span)}
    ))
  )`,
};
