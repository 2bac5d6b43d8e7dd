import { message, type Asked } from "../../scripts/pressure/connection.js";

/** What clients ask for first of all, by what it is called here. */
export const DOCUMENTS: Readonly<Record<string, Asked>> = {
  "home page":
    "{ home(first: 6) { name titles(first: 10) { edges { node { id name releaseYear genres { name } studio { name } } reason { text } } } } }",
  "50 titles":
    "{ titles(first: 50) { edges { node { id name releaseYear maturityRating genres { name } credits { role person { name } } } } } }",
  search: {
    query: "query ($words: String!) { search(query: $words, first: 10) { edges { node { id name } } } }",
    variables: { words: "star" },
  },
};
/** The tenant that is asked. */
export const TENANT = "meridian";

/** A document as it goes over the wire. */
export const messageOf = (asked: Asked): Buffer => message(asked, { "x-marquee-tenant": TENANT });
