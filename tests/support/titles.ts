import { type TitleDocument } from "../../datasources/core/title.document.js";
import { withDefaults, type TitleFacts } from "../../datasources/core/title-fields.js";
import { entityId } from "../../datasources/catalog/entity-id.js";

/** A film with everything at its plainest; a test states what it is about. */
export function titleBody(fields: Partial<TitleFacts> & { id: string }): TitleFacts {
  return withDefaults({
    kind: "MOVIE" as const,
    name: `Film ${fields.id}`,
    releaseYear: 2001,
    runtimeMinutes: 100,
    maturityRating: "PG" as const,
    licences: [{ countries: ["*"], from: "2010-01-01T00:00:00.000Z", until: null }],
    addedAt: "2020-01-01T00:00:00.000Z",
    ...fields,
  });
}

/** A published film as projections hold it, for everybody. */
export function film(id: string, name: string, more: Partial<TitleDocument> = {}): TitleDocument {
  return {
    ...titleBody({ id, name }),
    revision: 1,
    latestVersion: 1,
    releaseYear: 1999,
    runtimeMinutes: null,
    licences: [{ countries: ["*"], from: "2020-01-01T00:00:00Z", until: null }],
    addedAt: "2026-01-01T00:00:00Z",
    popularity: 0.5,
    ...more,
  };
}

/** A person, genre or studio by name, with the id that an import gives it. */
export function named(name: string): { id: string; name: string } {
  return { id: entityId(name), name };
}
