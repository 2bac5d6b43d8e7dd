import { type ApolloServerPlugin } from "@apollo/server";

import { type Freshness } from "../datasources/freshness.js";
import { type TargetLag } from "../datasources/outbox/outbox.js";
import { type Stores } from "../datasources/stores.js";
import { type Context } from "./context.js";

/** How far behind its facts a projection was that a request read, as `extensions.freshness` shows it. */
export interface StoreFreshness {
  store: string;
  /** The projection: `search.opensearch`. */
  target: string;
  /** Whether it held what the consistency token asks for; null where no token was sent. */
  reached: boolean | null;
  /** Events of the tenant that it has still to follow; null while PostgreSQL, which knows, does not answer. */
  lagEvents: number | null;
  /** Age of the oldest of them. */
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
          const asked = request.http?.headers.get("x-marquee-freshness") === "1";
          if (response.body.kind !== "single" || !(asked || freshness.behind.size > 0)) return;
          response.body.singleResult.extensions = {
            ...response.body.singleResult.extensions,
            freshness: { stores: await describe(contextValue.gateway.stores, freshness) },
          };
        },
      };
    },
  };
}

async function describe(
  { outbox, projections }: Pick<Stores, "outbox" | "projections">,
  { tenant, read, behind, xid }: Freshness,
): Promise<StoreFreshness[]> {
  const lags: TargetLag[] = await outbox.lag(tenant).catch(() => []);
  return [...read].sort().map((target) => {
    const lag = lags.find((each) => each.target === target);
    return {
      store: projections.find(({ name }) => name === target)?.store ?? "POSTGRES",
      target,
      reached: xid === null ? null : !behind.has(target),
      lagEvents: lag?.lagEvents ?? null,
      lagSeconds: lag?.lagSeconds ?? null,
    };
  });
}
