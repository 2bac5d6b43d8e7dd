import { type TitleSource } from "../../catalog/catalog-expectations.js";
import { type TitleProjection } from "../../catalog/title-follower.js";
import { type LiveGeneration, type TitleEngine } from "../../catalog/title-generations.js";
import { titleSection, type StoredTitle } from "../../catalog/title-section.js";
import { type OpenSearchStore } from "../../engines/opensearch/store.opensearch.js";
import { canonical, omit } from "../../projection/check/canonical.js";
import { byKeys, keysBehind, type AnySection } from "../../projection/check/section.js";
import { type Tenant } from "../../core/tenant.js";
import { documentId } from "./search-indexes.opensearch.js";
import { documentOf, type StoredTitle as StoredDocument } from "./search-document.opensearch.js";

interface Document {
  _id: string;
  _version: number;
  _source: StoredDocument;
}

interface ScrollAnswer {
  _scroll_id: string;
  hits: { hits: Document[] };
}

/** What the sections need of the engine beside them. */
interface Upkeep extends Pick<TitleEngine, "has"> {
  /** Makes what has been written visible to searches. */
  settle(tenant: Tenant, generation: number): Promise<void>;
}

/** Documents of one request. */
const BATCH = 500;
const SCROLL = "1m";
const MISSING = 404;

/** The search documents of a tenant: each as a whole and under its revision, but for its popularity, which is no fact. */
export function searchSections(
  opensearch: OpenSearchStore,
  engine: Upkeep,
  source: TitleSource,
  projection: TitleProjection & LiveGeneration,
): AnySection[] {
  const readable = async (tenant: Tenant) => {
    const generation = await projection.live(tenant);
    return generation !== null && (await engine.has(tenant, generation)) ? generation : null;
  };
  return [
    titleSection(source, projection, {
      formOf: (title) => contentOf(title.revision, documentOf({ ...title, popularity: 0 })),
      async *all(tenant) {
        const generation = await readable(tenant);
        if (generation === null) return;
        await engine.settle(tenant, generation);
        yield* everyTitle(opensearch, tenant, generation);
      },
      async of(tenant, ids) {
        const generation = await readable(tenant);
        return generation === null ? new Map() : storedTitles(opensearch, tenant, generation, ids);
      },
    }),
  ];
}

function contentOf(revision: number, document: StoredDocument): string {
  return canonical({ revision, document: omit(document, "popularity", "popularityRank") });
}

/** Every document that readers can find, in the order of the titles' ids. */
async function* everyTitle(
  opensearch: OpenSearchStore,
  tenant: Tenant,
  generation: number,
): AsyncGenerator<Map<string, StoredTitle<string>>> {
  let { body } = await opensearch.write<ScrollAnswer>({
    method: "POST",
    path: `/${opensearch.aliasOf(tenant, generation)}/_search`,
    query: { scroll: SCROLL, size: BATCH, version: true, sort: "id" },
  });
  const path = "/_search/scroll";
  try {
    while (body.hits.hits.length > 0) {
      yield new Map(body.hits.hits.map((each) => entryOf(tenant, generation, each)));
      const next = { scroll: SCROLL, scroll_id: body._scroll_id };
      ({ body } = await opensearch.write<ScrollAnswer>({ method: "POST", path, body: next }));
    }
  } finally {
    const { _scroll_id: scroll_id } = body;
    await opensearch.write({ method: "DELETE", path, body: { scroll_id }, expected: [MISSING] });
  }
}

function storedTitles(
  opensearch: OpenSearchStore,
  tenant: Tenant,
  generation: number,
  keys: readonly string[],
): Promise<Map<string, StoredTitle<string>>> {
  return byKeys(keys, BATCH, async (some) => {
    const { body } = await opensearch.write<{ docs: (Document & { found: boolean })[] }>({
      method: "POST",
      path: `/${opensearch.aliasOf(tenant, generation)}/_mget`,
      body: { ids: some.map(keysOf(tenant, generation).idOf) },
    });
    return body.docs.filter(({ found }) => found).map((each) => entryOf(tenant, generation, each));
  });
}

function entryOf(
  tenant: Tenant,
  generation: number,
  { _id, _source, _version }: Document,
): [string, StoredTitle<string>] {
  const { tenant: owner, generation: filling, ...source } = _source;
  const belongs = owner === tenant.id && filling === String(generation);
  const form = belongs ? contentOf(_version, source) : canonical({ owner, filling });
  return [keysOf(tenant, generation).keyOf(_id), { form, revision: _version, popularity: source.popularity }];
}

function keysOf(tenant: Tenant, generation: number) {
  return keysBehind(documentId(tenant, generation, ""));
}
