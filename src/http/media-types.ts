import Negotiator from "negotiator";

/** As Apollo Server names them. */
export const JSON_TYPE = "application/json; charset=utf-8";
const RESPONSE_TYPE = "application/graphql-response+json; charset=utf-8";

/** The media type that an answer of GraphQL will have, as Apollo Server chooses it; null where none is acceptable. */
export function answerType(accept: string | undefined): string | null {
  if (!accept) return JSON_TYPE;
  return new Negotiator({ headers: { accept } }).mediaType([JSON_TYPE, RESPONSE_TYPE]) ?? null;
}
