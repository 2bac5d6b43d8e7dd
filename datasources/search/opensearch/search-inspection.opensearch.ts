import { type TitleSource } from "../../catalog/catalog-expectations.js";
import { type TitleProjection } from "../../catalog/title-follower.js";
import { titleSection, type StoredTitle } from "../../catalog/title-section.js";
import { type OpenSearchStore } from "../../engines/opensearch/store.opensearch.js";
import { canonical, omit } from "../../projection/check/canonical.js";
import { chunks, type AnySection } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { documentOf, type StoredTitle as StoredDocument } from "./search-document.opensearch.js";
import { type SearchTargets, type Target } from "./search-targets.opensearch.js";

/** What the inspection needs of the projection beside it. */
export interface SearchUpkeep extends TitleProjection {
  /** Makes what has been written visible to searches. */
  settle(tenant: Tenant): Promise<void>;
}

interface Found {
  _id: string;
  found: boolean;
  _version: number;
  _source: StoredDocument;
}

interface ScrollAnswer {
  _scroll_id: string;
  hits: { hits: { _id: string }[] };
}

/** Documents of one request. */
const BATCH = 500;
const SCROLL = "1m";
const MISSING = 404;
/** Stands before the `_id` of a document that has none of a title's. */
const FOREIGN = "_id ";

/** The search documents of a tenant: each as a whole and under its version, but for its popularity, which is no fact. */
export function searchSections(
  opensearch: OpenSearchStore,
  targets: SearchTargets,
  source: TitleSource,
  upkeep: SearchUpkeep,
): AnySection[] {
  const documents = new SearchDocuments(opensearch, targets);
  return [
    titleSection(source, upkeep, {
      formOf: (title) => contentOf(title.version, documentOf(title)),
      async *keys(tenant) {
        await upkeep.settle(tenant);
        yield* documents.keys(tenant);
      },
      of: (tenant, ids) => documents.of(tenant, ids),
    }),
  ];
}

function contentOf(version: number, document: StoredDocument): string {
  return canonical({ version, document: omit(document, "popularity", "popularityRank") });
}

/** The live documents of tenants, by the local ids of their titles. */
class SearchDocuments {
  constructor(
    private readonly opensearch: OpenSearchStore,
    private readonly targets: SearchTargets,
  ) {}

  /** Every document that readers can find. */
  async *keys(tenant: Tenant): AsyncGenerator<string[]> {
    const { live } = await this.targets.of(tenant);
    if (!live) return;
    let { body } = await this.opensearch.write<ScrollAnswer>({
      method: "POST",
      path: `/${live.alias}/_search`,
      query: { scroll: SCROLL, size: BATCH, _source: false, sort: "_doc" },
    });
    try {
      while (body.hits.hits.length > 0) {
        yield body.hits.hits.map(({ _id }) => keyOf(tenant, live, _id));
        ({ body } = await this.opensearch.write<ScrollAnswer>({
          method: "POST",
          path: "/_search/scroll",
          body: { scroll: SCROLL, scroll_id: body._scroll_id },
        }));
      }
    } finally {
      const path = "/_search/scroll";
      await this.opensearch.write({
        method: "DELETE",
        path,
        body: { scroll_id: body._scroll_id },
        expected: [MISSING],
      });
    }
  }

  async of(tenant: Tenant, keys: readonly string[]): Promise<Map<string, StoredTitle<string>>> {
    const found = new Map<string, StoredTitle<string>>();
    const { live } = await this.targets.of(tenant);
    if (!live) return found;
    for (const batch of chunks(keys, BATCH)) {
      const { body } = await this.opensearch.write<{ docs: Found[] }>({
        method: "POST",
        path: `/${live.alias}/_mget`,
        body: { ids: batch.map((key) => idOf(tenant, live, key)) },
      });
      for (const document of body.docs) {
        if (document.found) found.set(keyOf(tenant, live, document._id), storedOf(tenant, live, document));
      }
    }
    return found;
  }
}

function storedOf(tenant: Tenant, { generation }: Target, document: Found): StoredTitle<string> {
  const { tenant: owner, generation: filling, ...source } = document._source;
  const belongs = owner === tenant.id && filling === generation;
  return {
    form: belongs ? contentOf(document._version, source) : canonical({ owner, filling }),
    revision: document._version,
    popularity: document._source.popularity,
  };
}

function prefixOf(tenant: Tenant, { generation }: Target): string {
  return `${tenant.id}/${generation}/`;
}

function keyOf(tenant: Tenant, target: Target, _id: string): string {
  const prefix = prefixOf(tenant, target);
  return _id.startsWith(prefix) ? _id.slice(prefix.length) : `${FOREIGN}${_id}`;
}

function idOf(tenant: Tenant, target: Target, key: string): string {
  return key.startsWith(FOREIGN) ? key.slice(FOREIGN.length) : `${prefixOf(tenant, target)}${key}`;
}
