import {
  OpenSearchStore,
  type RestCall,
} from "../../../../datasources/engines/opensearch/store.opensearch.js";
import { type Tenant } from "../../../../datasources/core/tenant.js";
import { OpenSearchTraces } from "../../../../datasources/privacy/traces.opensearch.js";
import { SEARCH_FORM } from "../../../../datasources/search/opensearch/search-form.opensearch.js";
import { OpenSearchTitleEngine } from "../../../../datasources/search/opensearch/search-engine.opensearch.js";
import { OpenSearchSearch } from "../../../../datasources/search/opensearch/search.opensearch.js";
import { EVERYTHING, freshPrefix, textQuery } from "../../../engines/opensearch-support.js";
import { PATIENT_DEADLINE_MS } from "../../patience.js";
import { testRequest } from "../../stores.js";
import { inOrder, type EngineGround } from "./ground.js";
import { everyone, lookAtTitles, tenants, type TitlesUnderTest } from "./titles.js";

/** More than there are. */
const ALL = 1_000;

interface Found {
  _index: string;
  _id: string;
  _routing?: string;
  _source: { tenant?: number };
}

/** OpenSearch in indexes that nothing else uses. */
export function openOpenSearchGround(url: string): EngineGround {
  const prefix = freshPrefix();
  const options = { deadlineMs: PATIENT_DEADLINE_MS, prefix, onLog: () => {} };
  const [store, around] = [new OpenSearchStore(url, options), new OpenSearchStore(url, options)];
  const nameless = new Set<string>();
  store.client.on("request", (_, { meta }) => {
    for (const text of partsOf(meta.request.params))
      if (!namesTenant(text)) nameless.add(text.replaceAll(prefix, "").slice(0, 300));
  });
  const subject = { store: "OPENSEARCH", ...aroundOpenSearch(around), ...ofOpenSearch(store) } as const;
  const clear = () => around.write({ method: "DELETE", path: `/${prefix}-*` });
  return {
    name: "OPENSEARCH",
    async look(notes) {
      nameless.clear();
      try {
        await subject.engine.prepare();
        await lookAtTitles(subject, notes);
      } finally {
        await clear();
      }
      return [...nameless];
    },
    close: async () => {
      await clear();
      await Promise.all([store.close(), around.close()]);
    },
  };
}

function ofOpenSearch(store: OpenSearchStore): Pick<TitlesUnderTest, "engine" | "asks"> {
  const traces = new OpenSearchTraces(store);
  return {
    engine: new OpenSearchTitleEngine(store),
    asks: (generations) => {
      const search = new OpenSearchSearch(store, generations);
      const find = (tenant: Tenant, text: string) =>
        search.search(testRequest(tenant), everyone, textQuery(text, { wants: EVERYTHING, limit: 20 }));
      return {
        search: (tenant) => find(tenant, "lantern"),
        browse: (tenant) => find(tenant, ""),
        suggest: (tenant) => search.suggest(testRequest(tenant), everyone, "lan", 20),
        names: (tenant) => search.suggest(testRequest(tenant), everyone, "person", 20),
        traces: async (tenant) =>
          inOrder(await traces.search(tenant, ["Lantern"])).map((each) => each.replace(store.prefix, "")),
      };
    },
  };
}

function aroundOpenSearch(store: OpenSearchStore): Pick<TitlesUnderTest, "held" | "places" | "damage"> {
  const everywhere = `/${store.prefix}-*`;
  const ask = <T>(call: RestCall) => store.write<T>(call).then(({ body }) => body);
  const indexOf = ({ tier, id }: Tenant, generation: number) =>
    tier === "SHARED"
      ? `${store.prefix}-shared-titles-v${SEARCH_FORM}`
      : `${store.prefix}-titles-${id}-v${SEARCH_FORM}-${generation}`;
  return {
    held: async () => {
      await ask({ method: "POST", path: `${everywhere}/_refresh` });
      const path = `${everywhere}/_search`;
      const { hits } = await ask<{ hits: { hits: Found[] } }>({ method: "POST", path, body: { size: ALL } });
      return hits.hits.map(({ _index, _id, _routing, _source }) => ({
        tenant: _source.tenant,
        text: JSON.stringify([_index.replace(store.prefix, ""), _id, _routing, _source]),
      }));
    },
    places: async () => {
      const all = await ask<Record<string, unknown>>({ method: "GET", path: `${everywhere}/_alias` });
      return JSON.stringify(all)
        .replaceAll(store.prefix, "")
        .match(/-[a-z]+-[^"]*/g)
        ?.sort();
    },
    damage: (tenant, generation, other) =>
      ask({
        method: "PUT",
        path: `/${indexOf(tenant, generation)}/_doc/${encodeURIComponent(`${tenant.id}/${generation}/z`)}`,
        query: { routing: String(tenant.id), refresh: true },
        body: { tenant: other.id, generation: String(generation), id: "z", popularity: 0 },
      }).then(() => undefined),
  };
}

interface Asked {
  path: string;
  method: string;
  querystring?: unknown;
  body?: unknown;
  bulkBody?: unknown;
}

/** The request, or what each part of a `_bulk` or `_msearch` says of where it goes. */
function partsOf({ path, method, querystring, body, bulkBody }: Asked): string[] {
  const text = `${method} ${path} ${JSON.stringify(querystring ?? "")} ${textOf(body)}`;
  if (bulkBody === undefined) return [text];
  const lines = textOf(bulkBody).split("\n");
  return lines.filter((line) => /^\{"(index|delete)":/.test(line));
}

function textOf(body: unknown): string {
  return typeof body === "string"
    ? body
    : Buffer.isBuffer(body)
      ? body.toString()
      : JSON.stringify(body ?? "");
}

/** What is about the indexes that tenants share, or goes on with what was asked before. */
const NOBODYS =
  /^(PUT \/[\w-]+-shared-titles-v\w+ |(POST|DELETE) \/_search\/scroll|POST \/[\w-]+-shared-titles-v\w+\/_refresh|GET \/[\w-]+-shared-titles-\*\/_alias)/;

function namesTenant(text: string): boolean {
  const numbers = new RegExp(`(^|[^0-9a-z])(${tenants.map(({ id }) => id).join("|")})([^0-9a-z]|$)`);
  return NOBODYS.test(text) || numbers.test(text);
}
