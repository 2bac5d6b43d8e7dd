import { randomBytes } from "node:crypto";

import { type OpenSearchStore } from "../../engines/opensearch/store.opensearch.js";
import { type Tenant } from "../../core/tenant.js";
import { MAPPING_VERSION, TITLE_INDEX } from "./search-mapping.opensearch.js";

/** Where some of a tenant's titles are: an alias, through which all writing goes, and the generation it shows. */
export interface Target {
  alias: string;
  index: string;
  generation: string;
}

export interface Targets {
  live: Target | undefined;
  /** What rebuilds are filling: whatever is put reaches these as well. */
  next: Target[];
}

type Aliases = Record<string, { aliases: Record<string, { filter?: AliasFilter }> }>;
interface AliasFilter {
  bool: {
    filter: [{ term: { tenant: number | { value: number } } }, { term: { generation: GenerationTerm } }];
  };
}
type GenerationTerm = string | { value: string };

/** The generation that a tenant's first title is put into. */
const FIRST = "0";
/**
 * Documents that one request deletes. Each thousand of them adds a header to its answer, and Node takes 16 KB of
 * headers; a bounded request also stays within the time that a write may take.
 */
const SWEEP_BATCH = 10_000;
/** A rebuild that began longer ago has died. Milliseconds. */
const ABANDONED_MS = 12 * 3_600_000;
const ALREADY_EXISTS = 400;
const MISSING = 404;

/**
 * Which indexes and aliases there are. Titles of SHARED tenants lie in one index, each with its tenant and its
 * generation; those of others in an index for each generation. Either way a tenant's live titles are what its alias
 * shows, filtered by tenant and generation, so that changing the alias is the one step that switches, and a rebuild of
 * one tenant touches nobody else's titles. While a generation is being filled, an alias of its own says so.
 */
export class SearchTargets {
  constructor(private readonly opensearch: OpenSearchStore) {}

  /** Makes the shared index of the current mapping where it is missing. */
  async prepare(): Promise<void> {
    await this.#create(this.#sharedIndex, {});
  }

  /** The tenant's targets as they are now. */
  async of(tenant: Tenant): Promise<Targets> {
    const alias = this.opensearch.aliasOf(tenant);
    const { status, body } = await this.opensearch.write<Aliases>({
      method: "GET",
      path: `/_alias/${alias},${alias}-next-*`,
      expected: [MISSING],
    });
    const found = status === MISSING ? partOf(body) : body;
    const targets = Object.entries(found).flatMap(([index, { aliases }]) =>
      Object.entries(aliases).map(([name, { filter }]) => ({
        alias: name,
        index,
        generation: generationOf(filter),
      })),
    );
    return {
      live: targets.find((target) => target.alias === alias),
      next: targets.filter((target) => target.alias !== alias),
    };
  }

  /** The tenant's targets, with a live one, empty at first. */
  async ensured(tenant: Tenant): Promise<Targets & { live: Target }> {
    const { live, next } = await this.of(tenant);
    if (live) return { live, next };
    const made = await this.#make(tenant, FIRST, this.opensearch.aliasOf(tenant));
    return { live: made, next };
  }

  /** A fresh target, which nobody reads yet. */
  begin(tenant: Tenant): Promise<Target> {
    const generation = `${Date.now().toString(36)}${randomBytes(3).toString("hex")}`;
    return this.#make(tenant, generation, `${this.opensearch.aliasOf(tenant)}-next-${generation}`);
  }

  /** Makes a target the live one, in one step. */
  async switchTo(tenant: Tenant, target: Target): Promise<void> {
    const alias = this.opensearch.aliasOf(tenant);
    const { live } = await this.of(tenant);
    const elsewhere = live && live.index !== target.index;
    await this.#changeAliases([
      ...(elsewhere ? [{ remove: { index: live.index, alias } }] : []),
      { add: { index: target.index, alias, ...this.#view(tenant, target.generation) } },
      { remove: { index: target.index, alias: target.alias } },
    ]);
  }

  /** Gives up a target that was being filled. */
  async abandon(tenant: Tenant, target: Target): Promise<void> {
    await this.#changeAliases([{ remove: { index: target.index, alias: target.alias } }]);
    await this.sweep(tenant);
  }

  /** Removes what is neither live nor being filled: titles of old generations, indexes that no alias shows. */
  async sweep(tenant: Tenant): Promise<void> {
    const { live, next } = await this.of(tenant);
    const dead = next.filter((target) => isAbandoned(target.generation));
    await this.#changeAliases(dead.map(({ index, alias }) => ({ remove: { index, alias } })));
    const kept = [...(live ? [live] : []), ...next.filter((target) => !dead.includes(target))];
    await this.#sweepShared(tenant, kept);
    await this.#sweepOwn(tenant, kept);
  }

  /** Removes everything of a tenant. */
  async remove(tenant: Tenant): Promise<void> {
    const { live, next } = await this.of(tenant);
    const all = [...(live ? [live] : []), ...next];
    await this.#changeAliases(all.map(({ index, alias }) => ({ remove: { index, alias } })));
    await this.sweep(tenant);
  }

  async #make(tenant: Tenant, generation: string, alias: string): Promise<Target> {
    const view = this.#view(tenant, generation);
    if (tenant.tier === "SHARED") {
      const index = this.#sharedIndex;
      await this.prepare();
      await this.#changeAliases([{ add: { index, alias, ...view } }]);
      return { alias, index, generation };
    }
    const index = `${this.#ownIndexes(tenant)}v${MAPPING_VERSION}-${generation}`;
    await this.#create(index, { [alias]: view });
    return { alias, index, generation };
  }

  /** What an alias shows of its index. */
  #view(tenant: Tenant, generation: string): { filter: AliasFilter; routing: string } {
    return {
      filter: { bool: { filter: [{ term: { tenant: tenant.id } }, { term: { generation } }] } },
      routing: String(tenant.id),
    };
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

  async #sweepShared(tenant: Tenant, kept: readonly Target[]): Promise<void> {
    const { body } = await this.#indexesLike(`${this.opensearch.prefix}-shared-titles-*`);
    for (const index of Object.keys(body)) {
      const generations = kept.filter((target) => target.index === index).map((target) => target.generation);
      // Deleting goes by what can be found: what was written just now would stay.
      await this.opensearch.write({ method: "POST", path: `/${index}/_refresh` });
      // What others delete meanwhile is no longer there to be found: a batch that deletes nothing is the last.
      while ((await this.#deleteBatch(index, tenant, generations)) > 0);
    }
  }

  /** Deletes some of a tenant's titles that are of no generation kept. Answers how many. */
  async #deleteBatch(index: string, tenant: Tenant, kept: readonly string[]): Promise<number> {
    const { body } = await this.opensearch.write<{ deleted: number }>({
      method: "POST",
      path: `/${index}/_delete_by_query`,
      query: { conflicts: "proceed", refresh: true, routing: String(tenant.id), max_docs: SWEEP_BATCH },
      body: {
        query: {
          bool: {
            filter: [{ term: { tenant: tenant.id } }],
            must_not: [{ terms: { generation: kept } }],
          },
        },
      },
    });
    return body.deleted;
  }

  async #sweepOwn(tenant: Tenant, kept: readonly Target[]): Promise<void> {
    const { body } = await this.#indexesLike(`${this.#ownIndexes(tenant)}*`);
    const unused = Object.keys(body).filter((index) => !kept.some((target) => target.index === index));
    for (const index of unused)
      await this.opensearch.write({ method: "DELETE", path: `/${index}`, expected: [MISSING] });
  }

  #indexesLike(pattern: string) {
    return this.opensearch.write<Aliases>({ method: "GET", path: `/${pattern}/_alias` });
  }

  get #sharedIndex(): string {
    return `${this.opensearch.prefix}-shared-titles-v${MAPPING_VERSION}`;
  }

  /** What the names of a tenant's own indexes start with. */
  #ownIndexes(tenant: Tenant): string {
    return `${this.opensearch.prefix}-titles-${tenant.id}-`;
  }
}

/** Whether a target comes from a rebuild, which had everything, and not from what happened to be put first. */
export function isBuilt({ generation }: Target): boolean {
  return generation !== FIRST;
}

/** Where some of several aliases are missing, the answer has the others beside the error. */
function partOf(body: Aliases): Aliases {
  return Object.fromEntries(Object.entries(body).filter(([key]) => key !== "error" && key !== "status"));
}

function generationOf(filter: AliasFilter | undefined): string {
  const term = filter?.bool.filter[1].term.generation;
  return typeof term === "string" ? term : (term?.value ?? FIRST);
}

function isAbandoned(generation: string): boolean {
  const began = Number.parseInt(generation.slice(0, -6), 36);
  return !(began > Date.now() - ABANDONED_MS);
}
