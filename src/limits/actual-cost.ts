import { type ApolloServerPlugin } from "@apollo/server";

import { type CallLog } from "../../datasources/core/store-request.js";
import { type Context } from "../../resolvers/request/context.js";
import { type RequestWork } from "../../resolvers/request/request-work.js";

/** Under which header clients ask for `extensions.cost`, and are told the estimate. */
export const COST_HEADER = "x-marquee-cost";
export const ACTUAL_COST_HEADER = "x-marquee-cost-actual";

/** What stores have done for a request, in the unit of a title that is answered: round trips, keys asked for, rows read. */
const CALL = 1;
const KEY = 0.02;
const ROW = 0.05;

/** What a request has cost: the objects of its answer and what it wrote, and what stores read for it. */
export function actualCost({ cost: done }: RequestWork, { calls }: CallLog): number {
  let cost = done;
  for (const { uniqueKeys, rows } of calls) cost += CALL + KEY * uniqueKeys + ROW * rows;
  return Math.round(cost);
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
