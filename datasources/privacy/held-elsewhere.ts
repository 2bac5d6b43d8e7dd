import { nobody, type Holdings } from "./held.js";

/** Of what engines hold, the taste graph alone tells of people who watch. */
export const HELD_BY_MONGODB: Holdings = {
  projections: nobody("_id tenant generation"),
  titles: nobody(
    "_id tenant generation id revision kind state sortName releaseYear maturityAge addedAt popularity studioId genreIds tags personIds licences counted regions roles title",
  ),
  names: nobody("_id tenant generation type id name"),
};

/** Beside the attributes of the table of fields (datasources/core/title-fields.ts). */
export const HELD_BY_OPENSEARCH: Holdings = {
  titles: nobody(
    "tenant generation id name otherNames pairs whole wholeNumbers digits begun people peopleWhole families genreWords genreWhole spelled facts year synopsis peopleNames genreNames state releaseYear decade maturityAge maturityRating genreIds genreFacet tags studioId personIds worldFrom worldUntil licences popularity popularityRank texts",
  ),
};

export const HELD_BY_NEO4J: Holdings = {
  ":Profile": {
    person: "That there is a profile which has watched, by its id.",
    fields: "id",
    other: "tenant generation",
  },
  "[:WATCHED]": {
    person:
      "When it watched a title last, whether to the end, whether it was left early, and how it rated it.",
    fields: "at completed leftEarly rating",
    other: "revision",
  },
  "[:NOT_FOR_ME]": {
    person: "What a profile does not want to be shown, and since when.",
    fields: "at",
    other: "revision",
  },
  ":Title": nobody("tenant generation id"),
  "[:SIMILAR]": nobody("weight next"),
  ":TasteGraph": nobody("tenant generation model learnedAt titles edges locked"),
};

/** What a line of the log may have beside its message: nothing about people but the id of a request, which is kept nowhere else. */
export const HELD_BY_LOGS: Holdings = {
  line: {
    person: "That a request failed: its id, and the path of the field, by the names that the client gave.",
    fields: "requestId path",
    other: "level time msg tenant errors store cause err",
    until: "your own log's retention",
  },
};

/** Names of the labels of metrics: no value of one is about a person. */
export const HELD_BY_METRICS: Holdings = {
  labels: nobody(
    "code executor reason store target fault tenant le type kind space version major minor patch quantile gctype",
  ),
};

/** What a gateway remembers, beside what requests under way have. */
export const HELD_IN_MEMORY: Holdings = {
  "sessions that were ended": {
    person: "Ids of sessions whose access tokens are still good.",
    until: "the end of these tokens",
  },
  "limits and budgets": {
    person: "The same keyed hashes as in the tables, while these do not answer or between two looks.",
    until: "the end of their windows",
  },
  "lists that were recommended": {
    person: "What profiles were recommended, until it is written.",
    until: "a fifth of a second later",
  },
  documents: {
    person: "Texts of documents that were sent, with what clients have written into them as literals.",
    until: "others take their places",
  },
  "tenants, keys of tokens, API keys, answers of the catalogue": nobody(""),
};

/** What is written beside the stores. */
export const HELD_IN_FILES: Holdings = {
  MARQUEE_ERASURES_FILE: {
    person: "Hashes of ids of accounts and profiles that were erased.",
    until: "stays, so that no backup brings them back",
  },
  "mails/ in the data folder": {
    person: "Mails of the demo, where no mail server is set: addresses, and what they bring.",
    until: "you delete them",
  },
};
