import { type Tenant } from "../core/tenant.js";
import { type OpenSearchStore } from "../engines/opensearch/store.opensearch.js";
import { mentionOf } from "./mentions.js";
import { type Trace, type TraceSearch } from "./traces.js";

/** Documents of one request, and how long the server remembers where it was. */
const BATCH = 500;
const SCROLL = "1m";

interface Scrolled {
  _scroll_id: string;
  hits: { hits: { _index: string; _id: string; _source: object }[] };
}

/** Looks through OpenSearch, document by document, whichever index and generation they are of. */
export class OpenSearchTraces implements TraceSearch {
  readonly store = "OPENSEARCH";

  constructor(private readonly opensearch: OpenSearchStore) {}

  async search(tenant: Tenant, wanted: readonly string[]): Promise<Trace[]> {
    const mentions = mentionOf(wanted);
    const traces = new Map<string, number>();
    for await (const hits of this.#documents(tenant)) {
      for (const { _index: index, _id: id, _source: source } of hits) {
        if (mentions(`${id} ${JSON.stringify(source)}`)) traces.set(index, (traces.get(index) ?? 0) + 1);
      }
    }
    return [...traces].map(([place, entries]) => ({ place, entries }));
  }

  heldOf(): Promise<object[]> {
    return Promise.resolve([]);
  }

  async *#documents(tenant: Tenant): AsyncGenerator<Scrolled["hits"]["hits"]> {
    const { prefix } = this.opensearch;
    let { body } = await this.opensearch.write<Scrolled>({
      method: "POST",
      path: `/${prefix}-shared-titles-*,${prefix}-titles-${tenant.id}-*/_search`,
      query: { scroll: SCROLL, size: BATCH, allow_no_indices: true },
      body: { query: { term: { tenant: tenant.id } }, sort: ["_doc"] },
    });
    const path = "/_search/scroll";
    try {
      while (body.hits.hits.length > 0) {
        yield body.hits.hits;
        const next = { scroll: SCROLL, scroll_id: body._scroll_id };
        ({ body } = await this.opensearch.write<Scrolled>({ method: "POST", path, body: next }));
      }
    } finally {
      await this.opensearch.write({
        method: "DELETE",
        path,
        body: { scroll_id: body._scroll_id },
        expected: [404],
      });
    }
  }
}
