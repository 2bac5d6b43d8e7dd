import { type TitleSource } from "../../catalog/catalog-expectations.js";
import { latestVersions } from "../../catalog/latest-versions.js";
import { type TitleDocument, type TitleVersion } from "../../core/title.document.js";
import { isOutageStatus, type OpenSearchStore } from "../../engines/opensearch/store.opensearch.js";
import { type Projection, type ProjectionStatus } from "../../projection/targets/projection.js";
import { type AnySection } from "../../projection/check/section.js";
import { RefusedEntriesError, StoreUnavailableError } from "../../core/store-error.js";
import { type Tenant } from "../../core/tenant.js";
import { documentOf, popularityFields, type StoredTitle } from "./search-document.opensearch.js";
import { searchSections } from "./search-inspection.opensearch.js";
import { isBuilt, SearchTargets, type Target } from "./search-targets.opensearch.js";
import { type SearchProjection } from "../search.js";

interface BulkAnswer {
  errors: boolean;
  /** In the order of the operations, each under the name of its kind. */
  items: Record<string, BulkItem>[];
}

interface BulkItem {
  status: number;
  error?: { type: string; reason: string };
}

/** Titles that were refused for what they hold, with the reason, and whether a target was gone. */
interface Verdict {
  gone: boolean;
  refused: Map<string, string>;
}

interface Write {
  target: Target;
  titleId: string;
  version: number;
  document: StoredTitle;
}

type Found = { found: false } | { found: true; _version: number; _source: StoredTitle };

/** Titles in one request: a few megabytes. */
const BATCH = 500;
/** Times that a write begins again because a rebuild has switched meanwhile. */
const ATTEMPTS = 4;
const STALE = 409;
const TARGET_GONE = 404;

/**
 * Writes the index that OpenSearchSearch reads. The version of a document is its title's (`external_gte`): an equal one
 * replaces, an older one is refused, which is as it should be. Titles that were put or removed can be found at once, a
 * popularity counts within a second; `settle` lets it count now.
 */
export class OpenSearchSearchProjection implements SearchProjection, Projection<TitleDocument> {
  readonly #targets: SearchTargets;

  constructor(private readonly opensearch: OpenSearchStore) {
    this.#targets = new SearchTargets(opensearch);
  }

  /** Makes the shared index of the current mapping; indexes of a tenant's own are made with its first title. */
  prepare(): Promise<void> {
    return this.#targets.prepare();
  }

  /** How many titles of the tenant can be found, and in what. */
  async status(tenant: Tenant): Promise<ProjectionStatus> {
    const { live } = await this.#targets.of(tenant);
    if (!live) return { entries: 0, live: null };
    const { body } = await this.opensearch.write<{ count: number }>({
      method: "GET",
      path: `/${live.alias}/_count`,
    });
    return { entries: body.count, live: isBuilt(live) ? nameOf(live) : null };
  }

  async receives(tenant: Tenant): Promise<boolean> {
    const { live, next } = await this.#targets.of(tenant);
    return next.length > 0 || (live !== undefined && isBuilt(live));
  }

  /**
   * Indexes titles; of one given twice, or known already, the highest version counts.
   *
   * @throws RefusedEntriesError with the titles that OpenSearch cannot keep; the others are written.
   */
  async put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void> {
    const refused = new Map<string, string>();
    for (const batch of batchesOf(latestVersions(titles))) {
      const reasons = await this.#write(
        tenant,
        async () => {
          const { live, next } = await this.#targets.ensured(tenant);
          return [live, ...next].flatMap((target) => batch.map((title) => writeOf(target, title)));
        },
        true,
      );
      for (const [id, reason] of reasons) refused.set(id, reason);
    }
    if (refused.size > 0) throw new RefusedEntriesError("OPENSEARCH", refused);
  }

  async removeTitles(tenant: Tenant, titles: readonly TitleVersion[]): Promise<void> {
    const done = new Set<string>();
    for (;;) {
      const { live, next } = await this.#targets.of(tenant);
      const left = [...(live ? [live] : []), ...next].filter((target) => !done.has(nameOf(target)));
      if (left.length === 0) return;
      for (const target of left) {
        for (const batch of batchesOf(titles)) await this.#delete(tenant, target, batch);
        // A rebuild that began meanwhile may have read the titles before they went.
        done.add(nameOf(target));
      }
    }
  }

  /**
   * Sets the popularity of the titles named, in [0, 1]; unknown ids are passed over. The title is written again under
   * the version that it was read with: a newer one that comes in between wins, with the popularity that it brings.
   */
  async setPopularity(tenant: Tenant, popularity: ReadonlyMap<string, number>): Promise<void> {
    for (const batch of batchesOf([...popularity])) {
      await this.#write(
        tenant,
        async () => {
          const { live, next } = await this.#targets.of(tenant);
          const targets = [...(live ? [live] : []), ...next];
          return (
            await Promise.all(targets.map((target) => this.#popularityWrites(tenant, target, batch)))
          ).flat();
        },
        false,
      );
    }
  }

  /** Fills a fresh generation and switches to it. See SearchTargets for how others are left alone. */
  async rebuild(tenant: Tenant, batches: AsyncIterable<readonly TitleDocument[]>): Promise<void> {
    await this.#targets.ensured(tenant);
    const target = await this.#targets.begin(tenant);
    try {
      for await (const titles of batches) {
        for (const batch of batchesOf(latestVersions(titles))) {
          const writes = batch.map((title) => writeOf(target, title));
          const { refused, gone } = await this.#bulk(tenant, writes);
          if (gone) throw new Error(`${nameOf(target)} was taken away while it was being filled`);
          if (refused.size > 0) throw new RefusedEntriesError("OPENSEARCH", refused);
        }
      }
      await this.#refresh(target.index);
      await this.#targets.switchTo(tenant, target);
    } catch (error) {
      await this.#targets.abandon(tenant, target).catch((failure: unknown) => {
        this.opensearch.log(`A rebuild of search left ${nameOf(target)} behind: ${String(failure)}`);
      });
      throw error;
    }
    await this.#targets.sweep(tenant);
  }

  /** What there is to compare with a source. */
  sections(source: TitleSource): AnySection[] {
    return searchSections(this.opensearch, this.#targets, source, this);
  }

  /** Resolves when everything put for the tenant can be found. */
  async settle(tenant: Tenant): Promise<void> {
    const { live } = await this.#targets.of(tenant);
    if (live) await this.#refresh(live.index);
  }

  /** Removes everything of a tenant. */
  remove(tenant: Tenant): Promise<void> {
    return this.#targets.remove(tenant);
  }

  async #popularityWrites(
    tenant: Tenant,
    target: Target,
    batch: readonly (readonly [string, number])[],
  ): Promise<Write[]> {
    const { body } = await this.opensearch.write<{ docs: Found[] }>({
      method: "POST",
      path: `/${target.alias}/_mget`,
      body: { ids: batch.map(([titleId]) => documentId(tenant, target, titleId)) },
    });
    return batch.flatMap(([titleId, value], index) => {
      const stored = body.docs[index];
      const fields = popularityFields(value);
      if (!stored?.found || stored._source.popularity === fields.popularity) return [];
      return [{ target, titleId, version: stored._version, document: { ...stored._source, ...fields } }];
    });
  }

  /** Writes to all targets; looks for them anew when one is gone because a rebuild has just ended. Answers what was refused. */
  async #write(
    tenant: Tenant,
    writes: () => Promise<Write[]>,
    visible: boolean,
  ): Promise<Map<string, string>> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { gone, refused } = await this.#bulk(tenant, await writes(), visible);
      if (!gone) return refused;
    }
    throw new Error(`The targets of search kept changing while titles of ${tenant.slug} were written`);
  }

  /** @param visible whether it can be found when this resolves. */
  async #bulk(tenant: Tenant, writes: readonly Write[], visible = false): Promise<Verdict> {
    if (writes.length === 0) return { gone: false, refused: new Map() };
    const { body } = await this.opensearch.write<BulkAnswer>({
      method: "POST",
      path: "/_bulk",
      // A target that is gone must not come back as an index without a mapping.
      query: { require_alias: true, ...(visible ? { refresh: true } : {}) },
      lines: writes.flatMap((write) => linesOf(tenant, write)),
    });
    return verdictOf(
      body,
      writes.map(({ titleId }) => titleId),
    );
  }

  /** By the index, not by the alias: a deletion with a version would bring an alias that is gone back as an index. */
  async #delete(tenant: Tenant, target: Target, titles: readonly TitleVersion[]): Promise<void> {
    const { body } = await this.opensearch.write<BulkAnswer>({
      method: "POST",
      path: "/_bulk",
      query: { refresh: true },
      lines: titles.map(({ id, version }) => ({
        delete: {
          _index: target.index,
          _id: documentId(tenant, target, id),
          routing: String(tenant.id),
          version,
          version_type: "external_gte",
        },
      })),
    });
    const { refused } = verdictOf(
      body,
      titles.map(({ id }) => id),
    );
    if (refused.size > 0) throw new RefusedEntriesError("OPENSEARCH", refused);
  }

  async #refresh(index: string): Promise<void> {
    await this.opensearch.write({ method: "POST", path: `/${index}/_refresh` });
  }
}

function writeOf(target: Target, title: TitleDocument): Write {
  return { target, titleId: title.id, version: title.version, document: documentOf(title) };
}

function linesOf(tenant: Tenant, { target, titleId, version, document }: Write): object[] {
  const index = {
    _index: target.alias,
    _id: documentId(tenant, target, titleId),
    version,
    version_type: "external_gte",
  };
  return [{ index }, { ...document, tenant: tenant.id, generation: target.generation }];
}

/** @throws StoreUnavailableError when a part was not written for want of a store that works. */
function verdictOf({ errors, items }: BulkAnswer, titleIds: readonly string[]): Verdict {
  const verdict: Verdict = { gone: false, refused: new Map() };
  if (!errors) return verdict;
  items.forEach((item, index) => {
    const [{ error, status } = { status: 0 }] = Object.values(item);
    if (!error || status === STALE) return;
    const reason = `${error.type}: ${error.reason}`;
    if (isOutageStatus(status)) {
      throw new StoreUnavailableError("OPENSEARCH", { cause: new Error(reason) });
    }
    if (status === TARGET_GONE) verdict.gone = true;
    else verdict.refused.set(titleIds[index]!, reason);
  });
  return verdict;
}

/** Ids are unique in the index, where tenants and generations lie side by side. */
function documentId(tenant: Tenant, { generation }: Target, titleId: string): string {
  return `${tenant.id}/${generation}/${titleId}`;
}

function nameOf({ index, generation }: Target): string {
  return index.endsWith(`-${generation}`) ? index : `${index}#${generation}`;
}

function batchesOf<T>(items: readonly T[]): T[][] {
  const count = Math.ceil(items.length / BATCH);
  return Array.from({ length: count }, (_, batch) => items.slice(batch * BATCH, (batch + 1) * BATCH));
}
