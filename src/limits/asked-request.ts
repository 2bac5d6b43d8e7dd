import { type FastifyRequest } from "fastify";

import { clientError } from "../../resolvers/request/errors.js";
import { type PersistedTexts } from "../documents/persisted-texts.js";
import { type TrustedDocuments } from "../documents/trusted-documents.js";
import { type AskedRequest } from "./request-limits.js";

/** What ids of documents may begin with, where they are hashes: the working draft of "GraphQL over HTTP", persisted documents. */
const HASHED = "sha256:";

/**
 * The GraphQL request in an HTTP request, as far as it can be told: what is malformed is left for the executor to refuse.
 *
 * @param persisted holds the texts of persisted queries.
 * @param trusted holds those that `documentId` names.
 * @throws DOCUMENT_NOT_FOUND for an id that is none of theirs.
 */
export async function askedRequest(
  request: FastifyRequest,
  persisted: PersistedTexts,
  trusted: TrustedDocuments,
): Promise<AskedRequest> {
  const asked = request.method === "GET" ? fromQuery(request.query) : recordOf(request.body);
  if (typeof asked.query === "string" && asked.query !== "") return asked;
  const { sha256Hash } = recordOf(recordOf(asked.extensions).persistedQuery);
  if (typeof sha256Hash === "string") return { ...asked, query: await persisted.get(sha256Hash) };
  if (typeof asked.documentId === "string") return { ...asked, query: textOf(asked.documentId, trusted) };
  return asked;
}

function textOf(id: string, trusted: TrustedDocuments): string {
  const text = trusted.get(id) ?? (id.startsWith(HASHED) ? trusted.get(id.slice(HASHED.length)) : undefined);
  if (text !== undefined) return text;
  throw clientError("DOCUMENT_NOT_FOUND", "documentId: no document is listed under this id.", {
    field: "documentId",
    accepted: "the id of a document that this deployment lists",
  });
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
