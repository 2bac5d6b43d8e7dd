import { type OpenSearchStore } from "../../engines/opensearch/store.opensearch.js";
import { type Tenant } from "../../core/tenant.js";
import { SEARCH_FORM } from "./search-form.opensearch.js";
import { TITLE_INDEX } from "./search-mapping.opensearch.js";

/** Indexes, each with its aliases. */
type Aliases = Record<string, { aliases: Record<string, unknown> }>;

/**
 * Documents that one request deletes. Each thousand of them adds a header to its answer, and Node takes 16 KB of
 * headers; a bounded request also stays within the time that a write may take.
 */
const SWEEP_BATCH = 10_000;
const ALREADY_EXISTS = 400;
const MISSING = 404;

/**
 * Which indexes and aliases there are. Titles of SHARED tenants lie in one index, each with its tenant and its
 * generation; those of others in an index for each generation. Either way a generation is what an alias of its own
 * shows, filtered by tenant and generation, so that a rebuild of one tenant touches nobody else's titles, and a
 * generation that has gone takes nothing any more.
 */
export class SearchIndexes {
  constructor(private readonly opensearch: OpenSearchStore) {}

  /** Makes the shared index of the current mapping where it is missing. */
  async prepare(): Promise<void> {
    await this.#create(this.#sharedIndex, {});
  }

  /** The index that a generation lies in. */
  indexOf(tenant: Tenant, generation: number): string {
    if (tenant.tier === "SHARED") return this.#sharedIndex;
    return `${this.#ownIndexes(tenant)}v${SEARCH_FORM}-${generation}`;
  }

  /** Makes a generation: its alias, and its index unless tenants share it. */
  async open(tenant: Tenant, generation: number): Promise<void> {
    const index = this.indexOf(tenant, generation);
    const alias = this.opensearch.aliasOf(tenant, generation);
    const own = [{ term: { tenant: tenant.id } }, { term: { generation: String(generation) } }];
    const view = { filter: { bool: { filter: own } }, routing: String(tenant.id) };
    await this.#create(index, {});
    await this.#changeAliases([{ add: { index, alias, ...view } }]);
  }

  async has(tenant: Tenant, generation: number): Promise<boolean> {
    const path = `/_alias/${this.opensearch.aliasOf(tenant, generation)}`;
    const { status } = await this.opensearch.write({ method: "GET", path, expected: [MISSING] });
    return status !== MISSING;
  }

  /** Removes every generation of a tenant but these: aliases, titles, indexes of its own. */
  async drop(tenant: Tenant, kept: readonly number[]): Promise<void> {
    const names = new Set(kept.map((generation) => this.opensearch.aliasOf(tenant, generation)));
    const found = await this.#aliases(tenant);
    await this.#changeAliases(
      found
        .filter(({ alias }) => !names.has(alias))
        .map(({ index, alias }) => ({ remove: { index, alias } })),
    );
    await this.#dropShared(tenant, kept);
    const used = new Set(kept.map((generation) => this.indexOf(tenant, generation)));
    for (const index of await this.#indexesLike(`${this.#ownIndexes(tenant)}*`)) {
      if (used.has(index)) continue;
      await this.opensearch.write({ method: "DELETE", path: `/${index}`, expected: [MISSING] });
    }
  }

  /** Aliases and indexes of a tenant's own, and its titles among those of others. */
  async held(tenant: Tenant): Promise<number> {
    const aliases = await this.#aliases(tenant);
    const indexes = await this.#indexesLike(`${this.#ownIndexes(tenant)}*`);
    let titles = 0;
    for (const index of await this.#indexesLike(this.#sharedIndexes)) {
      await this.opensearch.write({ method: "POST", path: `/${index}/_refresh` });
      const { body } = await this.opensearch.write<{ count: number }>({
        method: "POST",
        path: `/${index}/_count`,
        body: { query: { term: { tenant: tenant.id } } },
      });
      titles += body.count;
    }
    return aliases.length + indexes.length + titles;
  }

  /** A tenant's aliases; earlier versions had one for what was live, without a number. */
  async #aliases(tenant: Tenant): Promise<{ index: string; alias: string }[]> {
    const unnumbered = `${this.opensearch.prefix}-search-${tenant.id}`;
    const { body } = await this.opensearch.write<Aliases>({
      method: "GET",
      path: `/_alias/${unnumbered},${unnumbered}-*`,
      expected: [MISSING],
    });
    // Where some of several aliases are missing, the answer has the others beside the error.
    return Object.entries(body).flatMap(([index, entry]) =>
      index === "error" || index === "status"
        ? []
        : Object.keys(entry.aliases).map((alias) => ({ index, alias })),
    );
  }

  async #create(index: string, aliases: Record<string, object>): Promise<void> {
    const { status, body } = await this.opensearch.write<{ error?: { type: string; reason: string } }>({
      method: "PUT",
      path: `/${index}`,
      body: { ...TITLE_INDEX, aliases },
      expected: [ALREADY_EXISTS],
    });
    if (status === ALREADY_EXISTS && body.error?.type !== "resource_already_exists_exception")
      throw new Error(`OpenSearch did not create the index ${index}: ${body.error?.reason ?? ""}`);
  }

  async #changeAliases(actions: readonly object[]): Promise<void> {
    if (actions.length === 0) return;
    await this.opensearch.write({ method: "POST", path: "/_aliases", body: { actions } });
  }

  async #dropShared(tenant: Tenant, kept: readonly number[]): Promise<void> {
    for (const index of await this.#indexesLike(this.#sharedIndexes)) {
      // Deleting goes by what can be found: what was written just now would stay.
      await this.opensearch.write({ method: "POST", path: `/${index}/_refresh` });
      // What others delete meanwhile is no longer there to be found: a batch that deletes nothing is the last.
      while ((await this.#deleteBatch(index, tenant, kept)) > 0);
    }
  }

  /** Deletes some of a tenant's titles that are of no generation kept. Answers how many. */
  async #deleteBatch(index: string, tenant: Tenant, kept: readonly number[]): Promise<number> {
    const { body } = await this.opensearch.write<{ deleted: number }>({
      method: "POST",
      path: `/${index}/_delete_by_query`,
      query: { conflicts: "proceed", refresh: true, routing: String(tenant.id), max_docs: SWEEP_BATCH },
      body: {
        query: {
          bool: {
            filter: [{ term: { tenant: tenant.id } }],
            must_not: [{ terms: { generation: kept.map(String) } }],
          },
        },
      },
    });
    return body.deleted;
  }

  async #indexesLike(pattern: string): Promise<string[]> {
    const { body } = await this.opensearch.write<Aliases>({ method: "GET", path: `/${pattern}/_alias` });
    return Object.keys(body);
  }

  /** Of whatever mapping. */
  get #sharedIndexes(): string {
    return `${this.opensearch.prefix}-shared-titles-*`;
  }

  get #sharedIndex(): string {
    return `${this.opensearch.prefix}-shared-titles-v${SEARCH_FORM}`;
  }

  /** What the names of a tenant's own indexes start with. */
  #ownIndexes(tenant: Tenant): string {
    return `${this.opensearch.prefix}-titles-${tenant.id}-`;
  }
}

/** Ids are unique in the index, where tenants and generations lie side by side. */
export function documentId(tenant: Tenant, generation: number, titleId: string): string {
  return `${tenant.id}/${generation}/${titleId}`;
}
