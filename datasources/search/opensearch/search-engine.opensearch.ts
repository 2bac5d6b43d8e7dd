import { withoutValues } from "../../../packages/told-errors/index.js";
import { type TitleSource } from "../../catalog/catalog-expectations.js";
import { latestRevisions } from "../../catalog/latest-revisions.js";
import { type TitleProjection } from "../../catalog/title-follower.js";
import { type LiveGeneration, type TitleEngine } from "../../catalog/title-generations.js";
import { type TitleDocument, type TitleRevision } from "../../core/title.document.js";
import { isOutageStatus, type OpenSearchStore } from "../../engines/opensearch/store.opensearch.js";
import { chunks } from "../../core/chunks.js";
import { type AnySection } from "../../projection/check/section.js";
import { RefusedEntriesError, StoreUnavailableError } from "../../core/store-error.js";
import { type Tenant } from "../../core/tenant.js";
import { documentOf, popularityFields, type StoredTitle } from "./search-document.opensearch.js";
import { documentId, SearchIndexes } from "./search-indexes.opensearch.js";
import { searchSections } from "./search-inspection.opensearch.js";
import { SEARCH_FORM } from "./search-form.opensearch.js";

interface BulkAnswer {
  errors: boolean;
  /** In the order of the operations, each under the name of its kind. */
  items: Record<string, BulkItem>[];
}

interface BulkItem {
  status: number;
  error?: { type: string; reason: string };
}

interface Write {
  id: string;
  revision: number;
  document: StoredTitle;
}

type Found = { found: false } | { found: true; _version: number; _source: StoredTitle };

/** Titles in one request: a few megabytes. */
const BATCH = 500;
const STALE = 409;
const GENERATION_GONE = 404;

/**
 * Writes the index that OpenSearchSearch reads. The version of a document is its title's revision (`external_gte`): an equal one
 * replaces, an older one is refused, which is as it should be. Titles that were put or removed can be found at once, a
 * popularity counts within a second; `settle` lets it count now.
 */
export class OpenSearchTitleEngine implements TitleEngine {
  readonly label = "titles";
  readonly form = SEARCH_FORM;
  readonly #indexes: SearchIndexes;

  constructor(private readonly opensearch: OpenSearchStore) {
    this.#indexes = new SearchIndexes(opensearch);
  }

  get readMs(): number {
    return this.opensearch.deadlineMs;
  }

  prepare(): Promise<void> {
    return this.#indexes.prepare();
  }

  open(tenant: Tenant, generation: number): Promise<void> {
    return this.#indexes.open(tenant, generation);
  }

  has(tenant: Tenant, generation: number): Promise<boolean> {
    return this.#indexes.has(tenant, generation);
  }

  drop(tenant: Tenant, kept: readonly number[]): Promise<void> {
    return this.#indexes.drop(tenant, kept);
  }

  held(tenant: Tenant): Promise<number> {
    return this.#indexes.held(tenant);
  }

  /** How many titles of the tenant can be found. */
  async count(tenant: Tenant, generation: number): Promise<number> {
    const path = `/${this.opensearch.aliasOf(tenant, generation)}/_count`;
    return (await this.opensearch.write<{ count: number }>({ method: "GET", path })).body.count;
  }

  /**
   * Indexes titles; of one given twice, or known already, the highest revision counts.
   *
   * @throws RefusedEntriesError with the titles that OpenSearch cannot keep; the others are written.
   */
  async put(
    tenant: Tenant,
    generation: number,
    titles: readonly TitleDocument[],
    filling = false,
  ): Promise<void> {
    const refused = new Map<string, string>();
    for (const batch of chunks(latestRevisions(titles), BATCH)) {
      const writes = batch.map((title) => ({
        id: title.id,
        revision: title.revision,
        document: documentOf(title),
      }));
      for (const [id, reason] of await this.#index(tenant, generation, writes, !filling))
        refused.set(id, reason);
    }
    if (refused.size > 0) throw new RefusedEntriesError("OPENSEARCH", refused);
  }

  async remove(tenant: Tenant, generation: number, titles: readonly TitleRevision[]): Promise<void> {
    // A deletion with a version would bring an index that is gone back, without a mapping.
    if (titles.length === 0 || !(await this.has(tenant, generation))) return;
    for (const batch of chunks(titles, BATCH)) {
      const refused = await this.#bulk(
        batch,
        batch.map(({ id, revision }) => ({
          delete: {
            _index: this.#indexes.indexOf(tenant, generation),
            _id: documentId(tenant, generation, id),
            routing: String(tenant.id),
            version: revision,
            version_type: "external_gte",
          },
        })),
        { refresh: true },
      );
      if (refused.size > 0) throw new RefusedEntriesError("OPENSEARCH", refused);
    }
  }

  /**
   * Sets the popularity of the titles named, in [0, 1]; unknown ids are passed over. The title is written again under
   * the revision that it was read with: a newer one that comes in between wins, with the popularity that it brings.
   */
  async setPopularity(
    tenant: Tenant,
    generation: number,
    popularity: ReadonlyMap<string, number>,
  ): Promise<void> {
    if (!(await this.has(tenant, generation))) return;
    for (const batch of chunks([...popularity], BATCH)) {
      await this.#index(tenant, generation, await this.#popularityWrites(tenant, generation, batch), false);
    }
  }

  /** Lets everything be found. */
  complete(tenant: Tenant, generation: number): Promise<void> {
    return this.settle(tenant, generation);
  }

  /** Resolves when everything put into a generation can be found. */
  async settle(tenant: Tenant, generation: number): Promise<void> {
    const path = `/${this.opensearch.aliasOf(tenant, generation)}/_refresh`;
    await this.opensearch.write({ method: "POST", path, expected: [GENERATION_GONE] });
  }

  sections(source: TitleSource, projection: TitleProjection & LiveGeneration): AnySection[] {
    return searchSections(this.opensearch, this, source, projection);
  }

  async #popularityWrites(
    tenant: Tenant,
    generation: number,
    batch: readonly (readonly [string, number])[],
  ): Promise<Write[]> {
    const { body } = await this.opensearch.write<{ docs: Found[] }>({
      method: "POST",
      path: `/${this.opensearch.aliasOf(tenant, generation)}/_mget`,
      body: { ids: batch.map(([id]) => documentId(tenant, generation, id)) },
    });
    return batch.flatMap(([id, value], index) => {
      const stored = body.docs[index];
      const fields = popularityFields(value);
      if (!stored?.found || stored._source.popularity === fields.popularity) return [];
      return [{ id, revision: stored._version, document: { ...stored._source, ...fields } }];
    });
  }

  /** @param visible whether it can be found when this resolves. */
  #index(
    tenant: Tenant,
    generation: number,
    writes: readonly Write[],
    visible: boolean,
  ): Promise<Map<string, string>> {
    const lines = writes.flatMap(({ id, revision, document }) => [
      {
        index: {
          _index: this.opensearch.aliasOf(tenant, generation),
          _id: documentId(tenant, generation, id),
          version: revision,
          version_type: "external_gte",
        },
      },
      { ...document, tenant: tenant.id, generation: String(generation) },
    ]);
    // A generation that is gone must not come back as an index without a mapping.
    return this.#bulk(writes, lines, { require_alias: true, ...(visible ? { refresh: true } : {}) });
  }

  /**
   * @returns by id of its title, why an operation was refused for what it holds.
   * @throws StoreUnavailableError when a part was not written for want of a store that works.
   */
  async #bulk(
    titles: readonly { id: string }[],
    lines: readonly object[],
    query: Record<string, boolean>,
  ): Promise<Map<string, string>> {
    const refused = new Map<string, string>();
    if (titles.length === 0) return refused;
    const { body } = await this.opensearch.write<BulkAnswer>({
      method: "POST",
      path: "/_bulk",
      query,
      lines: [...lines],
    });
    body.items.forEach((item, index) => {
      const [{ error, status } = { status: 0 }] = Object.values(item);
      if (!error || status === STALE || status === GENERATION_GONE) return;
      const reason = `${error.type}: ${withoutValues(error.reason)}`;
      if (isOutageStatus(status)) {
        throw new StoreUnavailableError("OPENSEARCH", { cause: new Error(reason) });
      }
      refused.set(titles[index]!.id, reason);
    });
    return refused;
  }
}
