import { type ApolloServerPlugin } from "@apollo/server";

import { type CallLog } from "../../datasources/core/store-request.js";
import { type Context } from "../../resolvers/request/context.js";
import { type RequestWork } from "../../resolvers/request/request-work.js";

/** Under which header clients ask for `extensions.cost`, and are told the estimate. */
export const COST_HEADER = "x-marquee-cost";
export const ACTUAL_COST_HEADER = "x-marquee-cost-actual";

/** What a round trip to a store costs, in the unit of a title that is answered. */
const CALL = 1;

/**
 * What a request has cost: the objects of its answer and what its fields have done, as their declarations price them, and
 * its round trips. How much stores read for that does not count: they also read titles that are kept from who asks, and
 * everybody is told the sum.
 */
export function actualCost({ cost: done }: RequestWork, calls: CallLog): number {
  return Math.round(done + CALL * calls.counted);
}

/** Tells each request what it was taken to cost and what it has cost. */
export function costs(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async ({ request }) => ({
      willSendResponse: async ({ response, contextValue: { work, request: stores } }) => {
        const actual = actualCost(work, stores.calls);
        response.http.headers.set(ACTUAL_COST_HEADER, String(actual));
        if (request.http?.headers.get(COST_HEADER) !== "1" || response.body.kind !== "single") return;
        const { singleResult } = response.body;
        const cost = { estimated: work.asked.cost, actual, bytes: work.bytes };
        singleResult.extensions = { ...singleResult.extensions, cost };
      },
    }),
  };
}
