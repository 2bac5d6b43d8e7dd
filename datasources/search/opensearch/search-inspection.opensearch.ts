import { setTimeout as sleep } from "node:timers/promises";

import {
  expectedTitles,
  titlesOf,
  titlesToPut,
  type TitleSource,
} from "../../catalog/catalog-expectations.js";
import { type TitleDocument } from "../../core/title.document.js";
import { type OpenSearchStore } from "../../engines/opensearch/store.opensearch.js";
import { canonical, omit } from "../../projection/check/canonical.js";
import {
  chunks,
  differing,
  unexpected,
  type AnySection,
  type Section,
} from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { documentOf, type StoredTitle } from "./search-document.opensearch.js";
import { type SearchTargets, type Target } from "./search-targets.opensearch.js";

/** What the inspection needs of the projection beside it. */
export interface SearchUpkeep {
  put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void>;
  /** Makes what has been written visible to searches. */
  settle(tenant: Tenant): Promise<void>;
}

interface Found {
  _id: string;
  found: boolean;
  _version: number;
  _seq_no: number;
  _primary_term: number;
  _source: StoredTitle;
}

interface ScrollAnswer {
  _scroll_id: string;
  hits: { hits: { _id: string }[] };
}

interface StoredDocument {
  content: string;
  version: number;
  /** What has to be unchanged for the document to be removed. */
  sequence: number;
  term: number;
}

/** Documents of one request. */
const BATCH = 500;
const SCROLL = "1m";
/** Times that a title is put that a deletion may still keep out, and the time between them. Milliseconds. */
const PUTS = 10;
const CLOCK_MS = 250;
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
  const section: Section<string, StoredDocument> = {
    kind: "title",
    faults: { absent: "missing", surplus: "orphaned" },
    size: async (tenant) => 2 * (await source.count(tenant)),
    async *suspects(tenant, looked) {
      yield* differing(section, tenant, expectedTitles(source, tenant, expectedContent), looked);
      await upkeep.settle(tenant);
      yield* unexpected(section, tenant, documents.keys(tenant), looked);
    },
    expectedOf: async (tenant, ids) => {
      const titles = await titlesOf(source, tenant, ids);
      return new Map([...titles].map(([id, title]) => [id, expectedContent(title)]));
    },
    storedOf: (tenant, ids) => documents.of(tenant, ids),
    same: (expected, stored) => expected === stored.content,
    mend: (tenant, ids) => mend(documents, source, upkeep, tenant, ids),
  };
  return [section];
}

async function mend(
  documents: SearchDocuments,
  source: TitleSource,
  upkeep: SearchUpkeep,
  tenant: Tenant,
  ids: readonly string[],
): Promise<void> {
  const stored = await documents.of(tenant, ids);
  const titles = await titlesToPut(source, tenant, ids);
  const versions = new Map(titles.map((title) => [title.id, title.version]));
  const inTheWay = [...stored].filter(([id, { version }]) => !(version <= (versions.get(id) ?? -1)));
  const absent = titles.filter(({ id }) => !stored.has(id));
  if (inTheWay.length + absent.length > 0) {
    await documents.withoutMemory(tenant, async () => {
      await documents.remove(tenant, inTheWay);
      await putUntilThere(documents, upkeep, tenant, titles);
    });
  } else await upkeep.put(tenant, titles);
  await upkeep.settle(tenant);
}

/** A deletion is forgotten with the next refresh, but not before OpenSearch's own clock, which is coarse, has gone on. */
async function putUntilThere(
  documents: SearchDocuments,
  upkeep: SearchUpkeep,
  tenant: Tenant,
  titles: readonly TitleDocument[],
): Promise<void> {
  let absent = [...titles];
  for (let attempt = 0; attempt < PUTS && absent.length > 0; attempt += 1) {
    if (attempt > 0) await sleep(CLOCK_MS);
    await upkeep.settle(tenant);
    await upkeep.put(tenant, absent);
    const there = await documents.of(
      tenant,
      absent.map(({ id }) => id),
    );
    absent = absent.filter(({ id }) => !there.has(id));
  }
}

function expectedContent(title: TitleDocument): string {
  return contentOf(title.version, documentOf(title));
}

function contentOf(version: number, document: StoredTitle): string {
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

  async of(tenant: Tenant, keys: readonly string[]): Promise<Map<string, StoredDocument>> {
    const found = new Map<string, StoredDocument>();
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

  /**
   * Does some work while deletions leave no trace: the version of a document that was deleted is otherwise remembered
   * for a minute, and keeps a lower one out.
   */
  async withoutMemory(tenant: Tenant, work: () => Promise<void>): Promise<void> {
    const { live } = await this.targets.of(tenant);
    if (!live) return work();
    await this.#remember(live, "0s");
    try {
      await work();
    } finally {
      await this.#remember(live, null);
    }
  }

  /** Removes documents as they were looked at; those that have changed since stay. */
  async remove(tenant: Tenant, documents: readonly (readonly [string, StoredDocument])[]): Promise<void> {
    const { live } = await this.targets.of(tenant);
    if (!live) return;
    for (const batch of chunks(documents, BATCH)) {
      await this.opensearch.write({
        method: "POST",
        path: "/_bulk",
        lines: batch.map(([key, { sequence, term }]) => ({
          delete: {
            _index: live.index,
            _id: idOf(tenant, live, key),
            routing: String(tenant.id),
            if_seq_no: sequence,
            if_primary_term: term,
          },
        })),
      });
    }
  }

  async #remember({ index }: Target, deletions: string | null): Promise<void> {
    await this.opensearch.write({
      method: "PUT",
      path: `/${index}/_settings`,
      body: { index: { gc_deletes: deletions } },
    });
  }
}

function storedOf(tenant: Tenant, { generation }: Target, document: Found): StoredDocument {
  const { tenant: owner, generation: filling, ...source } = document._source;
  const belongs = owner === tenant.id && filling === generation;
  return {
    content: belongs ? contentOf(document._version, source) : canonical({ owner, filling }),
    version: document._version,
    sequence: document._seq_no,
    term: document._primary_term,
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
