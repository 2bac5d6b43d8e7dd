import { randomBytes } from "node:crypto";

import { type Audience } from "../../datasources/catalog/audience.js";
import { OpenSearchStore } from "../../datasources/engines/opensearch/store.opensearch.js";
import { OpenSearchSearch } from "../../datasources/search/opensearch/search.opensearch.js";
import { SEARCH_FORM } from "../../datasources/search/opensearch/search-form.opensearch.js";
import { OpenSearchTitleEngine } from "../../datasources/search/opensearch/search-engine.opensearch.js";
import { TitleGenerations } from "../../datasources/catalog/title-generations.js";
import { type SearchQuery } from "../../datasources/search/search.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { noFacts, openLedger } from "./ledger-support.js";
import { madeUpTenant } from "../support/tenants.js";

export const everyone: Audience = {
  country: "US",
  maturityLimit: 18,
  editor: false,
  now: new Date("2026-06-01T12:00:00.000Z"),
};
export const EVERYTHING = { total: true, facets: true, highlights: true, didYouMean: true };

/** Documents of one `_bulk`. */
const OLD_BATCH = 5_000;

/** A query that wants nothing beside hits. */
export function textQuery(text: string, more: Partial<SearchQuery> = {}): SearchQuery {
  const wants = { total: false, facets: false, highlights: false, didYouMean: false };
  return { text, filter: {}, limit: 10, wants, ...more };
}

/** No test reads for as long as a deadline that is generous to a busy machine: nor need a rebuild wait so long. */
class BrieflyRead extends OpenSearchTitleEngine {
  override get readMs(): number {
    return 500;
  }
}

/**
 * Adapters whose indexes nothing else uses, tenants of a tier, and the requests that crossed the wire. Others of the same
 * prefix and ledger are processes of one deployment.
 */
export function openOpenSearch(
  url: string,
  tier: TenantTier,
  prefix = freshPrefix(),
  deadlineMs = 10_000,
  ledger = openLedger(),
) {
  const store = new OpenSearchStore(url, { deadlineMs, prefix, onLog: () => {} });
  const engine = new BrieflyRead(store);
  const projection = new TitleGenerations(engine, ledger);
  const settle = async (tenant: Tenant) => {
    const { live } = await ledger.standing(tenant);
    if (live !== null) await engine.settle(tenant, live);
  };
  const tenants: Tenant[] = [];
  const requests: string[] = [];
  store.client.on("request", (_, { meta }) => requests.push(meta.request.params.path));
  const createTenant = (): Tenant => {
    const id = tenants.length + 1;
    const tenant = madeUpTenant({ id, slug: `t${id}`, name: `t${id}`, tier });
    tenants.push(tenant);
    return tenant;
  };
  return {
    store,
    search: new OpenSearchSearch(store, projection),
    projection,
    ledger,
    requests,
    createTenant,
    /** A tenant whose titles have been filled, with none. */
    openTenant: async (): Promise<Tenant> => {
      const tenant = createTenant();
      await projection.rebuild(tenant, noFacts());
      return tenant;
    },
    /** Resolves when everything put for a tenant can be found. */
    settleOf: settle,
    /** Puts bare documents of a generation that nobody reads any more into the shared index. */
    fillOldGeneration: async (tenant: Tenant, count: number) => {
      const index = `${prefix}-shared-titles-v${SEARCH_FORM}`;
      const old = { tenant: tenant.id, generation: "old" };
      for (let start = 0; start < count; start += OLD_BATCH) {
        const lines = Array.from({ length: Math.min(OLD_BATCH, count - start) }, () => [
          { index: { routing: String(tenant.id) } },
          old,
        ]);
        await store.write({ method: "POST", path: `/${index}/_bulk`, lines: lines.flat() });
      }
    },
    /** Documents of a tenant in the shared index, of whatever generation. */
    countStored: async (tenant: Tenant): Promise<number> => {
      const { body } = await store.write<{ count: number }>({
        method: "POST",
        path: `/${prefix}-shared-titles-v${SEARCH_FORM}/_count`,
        body: { query: { term: { tenant: tenant.id } } },
      });
      return body.count;
    },
    settle: async () => {
      for (const tenant of tenants) await settle(tenant);
    },
    close: async () => {
      await store.write({ method: "DELETE", path: `/${prefix}-*` });
      await Promise.all([store.close(), ledger.close()]);
    },
  };
}

export function freshPrefix(): string {
  return `test-${randomBytes(4).toString("hex")}`;
}
