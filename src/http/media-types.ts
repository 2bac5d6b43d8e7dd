import { LRUCache } from "lru-cache";
import Negotiator from "negotiator";

/** As Apollo Server names them. */
export const JSON_TYPE = "application/json; charset=utf-8";
const RESPONSE_TYPE = "application/graphql-response+json; charset=utf-8";

/** What was chosen for the headers that came: most clients send one of a few, and choosing takes longer than asking. */
const CHOSEN = new LRUCache<string, { type: string | null }>({ max: 100 });
const MOST_CHARACTERS = 200;

/** The media type that an answer of GraphQL will have, as Apollo Server chooses it; null where none is acceptable. */
export function answerType(accept: string | undefined): string | null {
  if (!accept) return JSON_TYPE;
  const known = CHOSEN.get(accept);
  if (known) return known.type;
  const type = new Negotiator({ headers: { accept } }).mediaType([JSON_TYPE, RESPONSE_TYPE]) ?? null;
  if (accept.length <= MOST_CHARACTERS) CHOSEN.set(accept, { type });
  return type;
}
