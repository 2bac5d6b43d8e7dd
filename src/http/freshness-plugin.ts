import { setTimeout as sleep } from "node:timers/promises";

import { type ApolloServerPlugin } from "@apollo/server";

import { type Freshness } from "../../datasources/core/freshness.js";
import { type TargetLag } from "../../datasources/projection/outbox/outbox.js";
import { FRESHNESS_HEADER } from "../../resolvers/request/consistency.js";
import { type Context } from "../../resolvers/request/context.js";
import { isOperator } from "./operators.js";

/** Time that PostgreSQL has to tell how far projections are behind. Milliseconds. */
const LAG_MS = 1_000;

/** How far behind its facts a projection was that a request read, as `extensions.freshness` shows it. */
export interface StoreFreshness {
  store: string;
  /** The projection: `search.opensearch`. */
  target: string;
  /** Whether it held what the consistency token asks for; null where no token was sent. */
  reached: boolean | null;
  /**
   * Events of the tenant that it lacks, refused ones included; null while PostgreSQL, which knows, does not answer, and for
   * whoever is no operator: they tell of what others may not be met doing.
   */
  lagEvents: number | null;
  /** For how long it has lacked the oldest of them; null as `lagEvents`. */
  lagSeconds: number | null;
}

/**
 * `extensions.freshness`: answered to requests that ask for it (`x-marquee-freshness: 1`), and to those whose
 * consistency token was not reached in time, so that nothing stale is ever answered silently.
 */
export function freshness(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: async ({ contextValue: { freshness } }) => {
      if (!freshness) return;
      return {
        willSendResponse: async ({ request, response, contextValue }) => {
          const asked = request.http?.headers.get(FRESHNESS_HEADER) === "1";
          if (response.body.kind !== "single" || !(asked || freshness.behind.size > 0)) return;
          const stores = await describe(contextValue, freshness);
          // Others have put theirs in meanwhile.
          const { singleResult } = response.body;
          singleResult.extensions = { ...singleResult.extensions, freshness: { stores } };
        },
      };
    },
  };
}

async function describe(
  ctx: Context,
  { tenant, read, behind, wanted }: Freshness,
): Promise<StoreFreshness[]> {
  const { outbox, projections } = ctx.gateway.stores;
  // An answer that is ready does not wait for a store that is silent.
  const late = sleep(LAG_MS, [] as TargetLag[], { ref: false });
  const told = isOperator(ctx).then((operator) => (operator ? outbox.lag(tenant) : []));
  const lags = await Promise.race([told, late]).catch(() => []);
  return [...read].sort().map((target) => {
    const lag = lags.find((each) => each.target === target);
    return {
      store: projections.find(({ name }) => name === target)?.store ?? "POSTGRES",
      target,
      reached: wanted === null ? null : !behind.has(target),
      lagEvents: lag ? lag.lagEvents + lag.parked + lag.deadLetters : null,
      lagSeconds: lag ? Math.max(lag.lagSeconds, lag.refusedSeconds) : null,
    };
  });
}
