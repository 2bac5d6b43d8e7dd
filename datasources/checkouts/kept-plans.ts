import { type KeptReads } from "../core/kept-reads.js";
import { type Checkouts } from "./checkouts.js";

/** Checkouts that are asked for plans where these are not known already. What is an account's own is not kept. */
export function keptPlans(checkouts: Checkouts, reads: KeptReads): Checkouts {
  const operation = "checkouts.plans";
  return {
    plans: async (request) => {
      const ask = async () => [await checkouts.plans(request)];
      const [plans = []] = await reads.read(request, {
        operation,
        keys: [operation],
        at: null,
        ask,
      });
      return [...plans];
    },
    subscribe: (tenant, request) => checkouts.subscribe(tenant, request),
    changePlan: (tenant, request) => checkouts.changePlan(tenant, request),
    cancel: (tenant, account, key) => checkouts.cancel(tenant, account, key),
    byIds: (request, account, ids) => checkouts.byIds(request, account, ids),
    end: (tenant, membership) => checkouts.end(tenant, membership),
  };
}
