import { inForce, type SqlPlaces } from "../../engines/postgres/predicate.postgres.js";
import { sql } from "../../engines/postgres/store.postgres.js";
import { attributePlaces } from "./attribute-places.postgres.js";

/** Where a row `t` of catalog_titles, and those that hang on it, have what predicates ask of a title. */
export const CATALOG_PLACES: SqlPlaces = {
  texts: {
    ...attributePlaces(sql`t`),
    state: { column: sql`t.state`, closed: true },
    genre: { array: sql`t.genre_ids` },
    studio: { column: sql`t.studio_id` },
    person: {
      row: (wanted) =>
        sql`exists (select from catalog_credits c where ${wanted(sql`c.person_id`)} and c.title_id = t.id)`,
    },
    tag: { array: sql`t.tags` },
  },
  numbers: {
    releaseYear: { column: sql`t.release_year`, least: 1 },
    maturityAge: { column: sql`t.maturity_age` },
  },
  licensed: (span) => sql`exists (
    select from catalog_licences l
    where l.title_id = t.id and l.country in ('*', ${span.country})
      and ${inForce(sql`l.from_at`, sql`l.until_at`, span)})`,
};
