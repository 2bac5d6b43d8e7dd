import { type ApolloServerPlugin } from "@apollo/server";
import { GraphQLError, type ASTVisitor, type ValidationContext } from "graphql";

import { clientError } from "../../resolvers/request/errors.js";
import { type Context } from "../../resolvers/request/context.js";

const TOO_DEEP = "The document or a variable is nested too deeply to be read. Ask for less at a time.";

/**
 * Faults of a request that the libraries beneath know of, or run into, and do not name.
 *
 * @param masked what stands for an error that nobody has foreseen.
 */
export function faults(masked: (error: Error, requestId: string) => unknown): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async ({ request: { extensions } }) => {
      checkPersistedQuery(extensions?.persistedQuery);
      return {
        didEncounterErrors: async ({ errors }) => {
          for (const error of errors) nameFault(error);
        },
      };
    },
    unexpectedErrorProcessingRequest: async ({ error, requestContext: { contextValue } }) => {
      if (error instanceof GraphQLError) throw error;
      if (isOverflow(error)) throw clientError("GRAPHQL_VALIDATION_FAILED", TOO_DEEP);
      throw masked(error, contextValue.requestId);
    },
  };
}

/** Apollo Server makes a key of the hash whatever it is. */
function checkPersistedQuery(persisted: unknown): void {
  if (!persisted || typeof (persisted as { sha256Hash?: unknown }).sha256Hash === "string") return;
  const accepted = '{"version": 1, "sha256Hash": the SHA-256 of the query in hexadecimal digits}';
  throw clientError("BAD_REQUEST", `extensions.persistedQuery: has no hash. Accepted: ${accepted}.`, {
    field: "extensions.persistedQuery",
    accepted,
  });
}

/** Gives an error its code where Apollo Server has only given it a status: hashes that do not fit, other versions. */
function nameFault(error: GraphQLError): void {
  const { code, http } = error.extensions as { code?: string; http?: { status?: number } };
  if (isOverflow(error)) {
    error.message = TOO_DEEP;
    Object.assign(error.extensions, { code: code ?? "BAD_USER_INPUT", http: { status: 400 } });
  }
  if (code === undefined && http?.status !== undefined && http.status >= 400 && http.status < 500)
    error.extensions.code = "BAD_REQUEST";
}

/** What a request nests deeper than the stack reaches: graphql-js goes down it by recursion. */
function isOverflow(error: unknown): boolean {
  if (error instanceof GraphQLError) return isOverflow(error.originalError);
  return error instanceof RangeError && /call stack/.test(error.message);
}

/** graphql-js validates an operation of a kind that the schema does not have, and fails when it is to execute it. */
export function KnownOperationTypesRule(context: ValidationContext): ASTVisitor {
  return {
    OperationDefinition(node) {
      if (context.getSchema().getRootType(node.operation)) return;
      const message = `This schema has no ${node.operation}. Accepted: query or mutation.`;
      context.reportError(new GraphQLError(message, { nodes: node }));
    },
  };
}
