import { byAttribute } from "../../core/title-attributes.js";
import { type OpenSearchPlaces } from "../../engines/opensearch/predicate.opensearch.js";

/** The fields of the index of titles that have what predicates ask of a title. */
export const SEARCH_PLACES: OpenSearchPlaces = {
  texts: {
    ...byAttribute((name) => name),
    state: "state",
    genre: "genreIds",
    studio: "studioId",
    person: "personIds",
    tag: "tags",
  },
  numbers: { releaseYear: "releaseYear", maturityAge: "maturityAge" },
  world: { from: "worldFrom", until: "worldUntil" },
  licences: "licences",
};
