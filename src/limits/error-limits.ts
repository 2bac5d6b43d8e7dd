import { type ApolloServerPlugin } from "@apollo/server";
import { type GraphQLError } from "graphql";

import { type Context } from "../../resolvers/request/context.js";
import { place } from "../documents/places.js";
import { shorten } from "./error-messages.js";
import { MAX_ERRORS } from "./limits.js";

/**
 * Bounds what errors cost: an answer has the first few, places and messages are made for these alone, and it says how
 * many more there were. An answer that has grown too large is that one error.
 */
export function errorLimits(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => {
      let omitted = 0;
      return {
        didEncounterErrors: async ({ errors, source = "", contextValue: { work } }) => {
          const all = errors as GraphQLError[];
          if (work.tooLarge) all.splice(0, all.length, work.tooLarge);
          omitted = Math.max(0, all.length - MAX_ERRORS) + (work.tooLarge ? 0 : work.leftOut.count);
          all.length = Math.min(all.length, MAX_ERRORS);
          for (const error of all) {
            place(error, source);
            shorten(error);
          }
        },
        willSendResponse: async ({ response, contextValue: { work } }) => {
          if (response.body.kind !== "single") return;
          const { singleResult } = response.body;
          if (work.tooLarge) singleResult.data = null;
          if (omitted > 0) singleResult.extensions = { ...singleResult.extensions, errorsOmitted: omitted };
        },
      };
    },
  };
}
