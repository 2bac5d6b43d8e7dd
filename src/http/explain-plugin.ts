import { type ApolloServerPlugin } from "@apollo/server";

import { type CallLog, type StoreCall, type StoreName } from "../../datasources/core/store-request.js";
import { type Context } from "../../resolvers/request/context.js";
import { type Config } from "../config.js";
import { isOperator } from "./operators.js";

type Counted = "keys" | "uniqueKeys" | "rows";

/** A store call as a client is told of it: who is no operator, without how much was asked for and read. */
export type ToldCall = Omit<StoreCall, Counted> & Record<Counted, number | null>;

/** `extensions.explain`. */
export interface Explanation {
  calls: ToldCall[];
  /** Calls of each store. */
  totals: Partial<Record<StoreName, number>>;
  /** Stores that did not answer, where there are any. */
  missed?: StoreName[];
  /** To operators: keys whose answers were known, by what would have been asked. */
  kept?: Record<string, string[]>;
}

const UNTOLD = { keys: null, uniqueKeys: null, rows: null } satisfies Record<Counted, null>;

/**
 * `x-marquee-explain: 1` answers `extensions.explain`: every store call of the request and how many each store got. Stores
 * are also asked for titles that are then kept from who asks, so how many keys and rows there were is for operators.
 */
export function explain(whom: Config["explain"]): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async ({ request }) => {
      if (whom === "off" || request.http?.headers.get("x-marquee-explain") !== "1") return;
      return {
        willSendResponse: async ({ response: { body }, contextValue }) => {
          if (body.kind !== "single") return;
          // Whether it is an operator may be a call itself, which is not the request's.
          const told = explanationOf(contextValue.request.calls);
          const operator = await isOperator(contextValue);
          if (whom === "operators" && !operator) return;
          const explained = operator ? told : withoutCounts(told);
          body.singleResult.extensions = { ...body.singleResult.extensions, explain: explained };
        },
      };
    },
  };
}

function explanationOf(log: CallLog): Explanation {
  return {
    calls: [...log.calls],
    totals: log.totals(),
    ...(log.missed.size > 0 ? { missed: [...log.missed] } : {}),
    ...(log.kept.size > 0 ? { kept: Object.fromEntries(log.kept) } : {}),
  };
}

function withoutCounts({ kept, ...told }: Explanation): Explanation {
  void kept;
  return { ...told, calls: told.calls.map((call) => ({ ...call, ...UNTOLD })) };
}
