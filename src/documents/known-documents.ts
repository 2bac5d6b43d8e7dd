import { type ApolloServerPlugin } from "@apollo/server";
import { GraphQLError, type DocumentNode } from "graphql";

import { type Context } from "../../resolvers/request/context.js";
import { clientError } from "../../resolvers/request/errors.js";
import { type Config } from "../config.js";
import { isOperator } from "../http/operators.js";
import { notTrusted } from "../limits/request-limits.js";
import { mistakesOf, type Documents, type KnownDocument } from "./documents.js";

/** What the plugin needs of the configuration. */
type Settings = Pick<Config, "introspection" | "documents">;

/** All that is wrong with a document: Apollo Server's hooks can throw one error. */
class Mistakes extends GraphQLError {
  constructor(readonly each: readonly GraphQLError[]) {
    super("The document does not fit the schema.");
  }
}

/**
 * Gives the executor the document as it was read before, so that it neither parses nor validates, and refuses what does
 * not fit the schema, what asks for the schema where that is not told, and what is not listed where only that is run.
 */
export function knownDocuments(documents: Documents, settings: Settings): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async ({ request, contextValue: { work } }) => {
      // Its text stands in the list of trusted ones, or Apollo Server finds it by the hash.
      const byId = request.query === undefined && !request.extensions?.persistedQuery;
      if (byId && work.asked.text !== null) request.query = work.asked.text;
      let known: KnownDocument | undefined;
      return {
        didResolveSource: async (context) => {
          const read = documents.read(context.source);
          if (!("document" in read)) return;
          known = read;
          (context as { document?: DocumentNode }).document = read.document;
        },
        didResolveOperation: async ({ contextValue, source }) => {
          if (known) await refuse(known, source, contextValue, settings);
        },
        didEncounterErrors: async ({ errors }) => {
          const [first] = errors;
          if (first instanceof Mistakes) (errors as GraphQLError[]).splice(0, 1, ...first.each);
        },
      };
    },
  };
}

/** @throws GraphQLError why a document is not executed for whoever asks. */
async function refuse(known: KnownDocument, text: string, ctx: Context, settings: Settings): Promise<void> {
  const { introspection, documents } = settings;
  if (documents.trustedOnly && !known.trusted && !(await isOperator(ctx))) throw notTrusted();
  if (known.mistakes.length > 0) throw new Mistakes(mistakesOf(known, text));
  if (known.introspects && !(await mayKnow(introspection, ctx)))
    throw clientError("INTROSPECTION_DISABLED", "The schema is not told here.");
}

/** Whether whoever asks may be told of the schema. */
export async function mayKnow(whom: Config["introspection"], ctx: Context): Promise<boolean> {
  return whom === "all" || (whom === "operators" && (await isOperator(ctx)));
}
