import { message } from "../../scripts/pressure/connection.js";

/** What clients ask for first of all, by what it is called here. */
export const DOCUMENTS: Readonly<Record<string, string>> = {
  "home page":
    "{ home(first: 6) { name titles(first: 10) { edges { node { id name releaseYear genres { name } studio { name } } reason { text } } } } }",
  "50 titles":
    "{ titles(first: 50) { edges { node { id name releaseYear maturityRating genres { name } credits { role person { name } } } } } }",
  search: '{ search(query: "star", first: 10) { edges { node { id name } } } }',
};
/** The tenant that is asked. */
export const TENANT = "meridian";

/** A document as it goes over the wire. */
export const messageOf = (query: string): Buffer => message(query, { "x-marquee-tenant": TENANT });
