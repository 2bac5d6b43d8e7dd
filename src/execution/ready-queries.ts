import {
  HeaderMap,
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestListener,
} from "@apollo/server";
import { type FastifyRequest } from "fastify";
import {
  getOperationAST,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";

import { type Context } from "../../resolvers/request/context.js";
import { type Documents } from "../documents/documents.js";

/** A content type that no page can send to another origin without asking first: see `PROOFS` in apollo.ts. */
const JSON_BODY = /^application\/json(; ?charset=utf-8)?$/i;

/** A request for a query that is known, fits the schema and is compiled. */
export interface ReadyQuery {
  query: string;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  variables: Record<string, unknown> | undefined;
}

/** An answer without errors. */
export interface ReadyAnswer {
  headers: HeaderMap;
  body: object;
}

type Asked = GraphQLRequestContext<Context>;
type Step = (asked: Asked) => Promise<unknown>;

export interface ReadyOptions {
  schema: GraphQLSchema;
  documents: Documents;
  isCompiled: (operation: OperationDefinitionNode) => boolean;
  /** What Apollo Server tells of the steps of a request. */
  plugin: ApolloServerPlugin<Context>;
}

/**
 * Answers what comes again and again without what Apollo Server does for a request to find out what it is: that it is a
 * POST of a known, compiled query, as a JSON object without extensions, is told beforehand. Plugins are told of the same
 * steps, and whatever is not answered without an error is Apollo Server's, from the beginning.
 */
export class ReadyQueries {
  constructor(private readonly options: ReadyOptions) {}

  /** Null where it is none. */
  read({ method, headers, body }: FastifyRequest): ReadyQuery | null {
    if (method !== "POST" || !JSON_BODY.test(headers["content-type"] ?? "") || !isRecord(body)) return null;
    const { query, operationName = null, variables = null, extensions = null } = body;
    if (typeof query !== "string" || query === "" || extensions !== null) return null;
    if (!(operationName === null || typeof operationName === "string")) return null;
    if (!(variables === null || isRecord(variables))) return null;
    const { documents, isCompiled } = this.options;
    const known = documents.recall(query);
    if (!known || !("document" in known) || known.mistakes.length > 0 || known.introspects) return null;
    const { document } = known;
    const operation = getOperationAST(document, operationName);
    if (!operation || !isCompiled(operation)) return null;
    return { query, document, operation, variables: variables ?? undefined };
  }

  /** Null where Apollo Server has to answer it. */
  async answer(
    ready: ReadyQuery,
    contextValue: Context,
    request: FastifyRequest,
  ): Promise<ReadyAnswer | null> {
    const asked = this.#asked(ready, contextValue, request);
    try {
      const listener = await this.options.plugin.requestDidStart?.(asked);
      if (!listener || !(await isAnswered(listener, asked))) return null;
      await (listener.willSendResponse as Step | undefined)?.(asked);
    } catch {
      return null;
    }
    const { http, body } = asked.response;
    if (body?.kind !== "single") return null;
    const { data, extensions } = body.singleResult;
    return { headers: http.headers, body: { data, extensions } };
  }

  #asked(ready: ReadyQuery, contextValue: Context, { headers, body }: FastifyRequest): Asked {
    const { query, document, operation, variables } = ready;
    const operationName = operation.name?.value;
    const http = { method: "POST", headers: new SentHeaders(headers), search: "", body };
    return {
      schema: this.options.schema,
      contextValue,
      request: { query, operationName, variables, http },
      response: { http: { status: undefined, headers: new HeaderMap() } },
      source: query,
      document,
      operation,
      operationName: operationName ?? null,
      metrics: {},
      requestIsBatched: false,
    } as unknown as Asked;
  }
}

/** @returns whether there is an answer, which has no error then. */
async function isAnswered(listener: GraphQLRequestListener<Context>, asked: Asked): Promise<boolean> {
  await (listener.didResolveSource as Step | undefined)?.(asked);
  await (listener.didResolveOperation as Step | undefined)?.(asked);
  const found = await (listener.responseForOperation as Step | undefined)?.(asked);
  if (!found) return false;
  (asked.response as { body: unknown }).body = (found as { body: unknown }).body;
  return true;
}

/** Headers as they were read, without a copy of those that nobody asks for. */
class SentHeaders extends HeaderMap {
  constructor(private readonly sent: FastifyRequest["headers"]) {
    super();
  }

  override get(name: string): string | undefined {
    const value = this.sent[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
