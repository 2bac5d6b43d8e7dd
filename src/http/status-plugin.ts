import { type ApolloServerPlugin } from "@apollo/server";

import { type ErrorCode } from "../../resolvers/request/errors.js";
import { type Context } from "../../resolvers/request/context.js";
import { answerType, JSON_TYPE } from "./media-types.js";

/** What is wrong with a document or its variables, and not with the request that carries them. */
const OF_DOCUMENTS = new Set<unknown>([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "OPERATION_RESOLUTION_FAILURE",
  "BAD_USER_INPUT",
] satisfies ErrorCode[]);

/**
 * The status of an answer, after "GraphQL over HTTP": 200 where anything was executed, whatever became of its fields.
 * Where a document was refused, its code's own status under `application/graphql-response+json`; `application/json` has
 * 200 for every answer of GraphQL.
 */
export function status(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ request, response }) => {
        if (response.body.kind !== "single") return;
        const { data, errors } = response.body.singleResult;
        const ofDocument = errors?.every(({ extensions }) => OF_DOCUMENTS.has(extensions?.code)) ?? false;
        const plain = answerType(request.http?.headers.get("accept")) === JSON_TYPE;
        if (data !== undefined || (ofDocument && plain)) response.http.status = 200;
      },
    }),
  };
}
