import { type TitleBody } from "../../datasources/catalog/title-versions.js";
import { entityId } from "../../datasources/catalog/entity-id.js";

/** A film with everything at its plainest; a test states what it is about. */
export function titleBody(fields: Partial<TitleBody> & { id: string }): TitleBody {
  return {
    kind: "MOVIE",
    state: "PUBLISHED",
    name: `Film ${fields.id}`,
    alternativeNames: [],
    synopsis: null,
    releaseYear: 2001,
    runtimeMinutes: 100,
    maturityRating: "PG",
    genres: [],
    tags: [],
    studio: null,
    credits: [],
    licences: [{ countries: ["*"], from: "2010-01-01T00:00:00.000Z", until: null }],
    seasons: [],
    addedAt: "2020-01-01T00:00:00.000Z",
    ...fields,
  };
}

/** A person, genre or studio by name, with the id that an import gives it. */
export function named(name: string): { id: string; name: string } {
  return { id: entityId(name), name };
}
