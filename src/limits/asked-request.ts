import { type KeyValueCache } from "@apollo/utils.keyvaluecache";
import { type FastifyRequest } from "fastify";

import { type AskedRequest } from "./request-limits.js";

/** What Apollo's pipeline puts before the hash of a persisted query in its cache. */
const PERSISTED = "apq:";

/**
 * The GraphQL request in an HTTP request, as far as it can be told: what is malformed is left for the executor to refuse.
 *
 * @param persisted holds the texts of persisted queries.
 */
export async function askedRequest(
  request: FastifyRequest,
  persisted: KeyValueCache<string>,
): Promise<AskedRequest> {
  const asked = request.method === "GET" ? fromQuery(request.query) : recordOf(request.body);
  if (typeof asked.query === "string" && asked.query !== "") return asked;
  const { sha256Hash } = recordOf(recordOf(asked.extensions).persistedQuery);
  if (typeof sha256Hash !== "string") return asked;
  return { ...asked, query: await persisted.get(PERSISTED + sha256Hash) };
}

function fromQuery(given: unknown): Record<string, unknown> {
  const { variables, extensions, ...rest } = recordOf(given);
  return { ...rest, variables: jsonOf(variables), extensions: jsonOf(extensions) };
}

function jsonOf(text: unknown): unknown {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
