import { type ApolloServerPlugin } from "@apollo/server";
import { type GraphQLError } from "graphql";

import { type Context } from "../../resolvers/request/context.js";
import { type ErrorCode } from "../../resolvers/request/errors.js";
import { type Config } from "../config.js";
import { mayKnow } from "./known-documents.js";

/** Codes under which graphql-js tells of types, fields and values that a client did not name, and what is said instead. */
const TELLING = {
  GRAPHQL_VALIDATION_FAILED: "The document does not fit the schema.",
  BAD_USER_INPUT: "A variable's value does not fit the schema.",
} as const satisfies Partial<Record<ErrorCode, string>>;

/** Takes what tells of the schema out of the errors of clients that may not know it: the place of a mistake is theirs. */
export function schemaSecrecy({ introspection }: Pick<Config, "introspection">): ApolloServerPlugin<Context> {
  if (introspection === "all") return {};
  return {
    requestDidStart: async () => ({
      didEncounterErrors: async ({ errors, contextValue }) => {
        const telling = (errors as GraphQLError[]).filter((error) => insteadOf(error) !== undefined);
        if (telling.length === 0 || (await mayKnow(introspection, contextValue))) return;
        for (const error of telling) hide(error);
      },
    }),
  };
}

function hide(error: GraphQLError): void {
  error.message = insteadOf(error) ?? error.message;
  delete error.extensions.field;
  delete error.extensions.accepted;
}

/** Undefined for errors of fields, which are ours: these name the argument at fault and what it accepts, and no type. */
function insteadOf({ path, extensions }: GraphQLError): string | undefined {
  if (path !== undefined) return undefined;
  return (TELLING as Partial<Record<string, string>>)[String(extensions.code)];
}
