import { type ApolloServerPlugin } from "@apollo/server";

import { CONSISTENCY_HEADER } from "../../resolvers/request/consistency.js";
import { type Context } from "../../resolvers/request/context.js";

/**
 * What a request has written is told in one place, whichever fields wrote it: header `x-marquee-consistency` and
 * `extensions.consistencyToken` of the answer. A client's link carries it from there to the next request.
 */
export function consistency(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async () => ({
      willSendResponse: async ({ response, contextValue }) => {
        const token = contextValue.writtenToken();
        if (token === null || response.body.kind !== "single") return;
        response.http.headers.set(CONSISTENCY_HEADER, token);
        const { singleResult } = response.body;
        singleResult.extensions = { ...singleResult.extensions, consistencyToken: token };
      },
    }),
  };
}
