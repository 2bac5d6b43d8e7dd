import { type EmbeddedTitles } from "../catalog/postgres/embedded-titles.postgres.js";
import { titleEvents } from "../catalog/title-follower.js";
import { type TitleVersions } from "../catalog/title-versions.js";
import { type TitleDocument } from "../core/title.document.js";
import { type OutboxHolds } from "../projection/outbox/outbox.js";
import {
  countedBatches,
  type Follower,
  type ProjectionSource,
  type ProjectionTarget,
  type RebuildProgress,
} from "../projection/targets/projection-target.js";
import { type AnySection } from "../projection/check/section.js";
import { type Tenant } from "../core/tenant.js";

/** What a target in PostgreSQL is made of. */
export interface EmbeddedParts {
  domain: "catalog" | "search";
  projection: EmbeddedTitles;
  source: ProjectionSource<TitleDocument>;
  sections: readonly AnySection[];
  versions: Pick<TitleVersions, "revisions">;
  follower: Follower;
  holds: OutboxHolds;
  ping(): Promise<unknown>;
}

const NOTHING_OWED = { settled: () => Promise.resolve(), missed: () => Promise.resolve() };

/** A projection in PostgreSQL's own tables: it always answers, and is rebuilt in place while reads go on. */
export function embeddedTarget(parts: EmbeddedParts): ProjectionTarget {
  const { domain, projection, follower, holds } = parts;
  const topics = ["TITLE"] as const;
  return {
    name: `${domain}.postgres`,
    topics,
    store: "POSTGRES",
    domain,
    embedded: true,
    sections: parts.sections,
    isFilled: () => true,
    receives: () => Promise.resolve(true),
    owe: () => Promise.resolve(NOTHING_OWED),
    missed: () => {},
    needsRebuild: () => false,
    isReplaced: () => Promise.resolve(false),
    prepare: () => Promise.resolve(),
    async status(tenant) {
      const { entries, outdated } = await projection.holding(tenant);
      return { entries, live: outdated > 0 ? null : `${domain}_titles` };
    },
    rebuild: (tenant, onProgress) =>
      holds.during(() => rebuildInPlace(parts, tenant, onProgress), {
        tenant,
        topics,
        replay: (events) => follower.apply(tenant, events),
      }),
    remove: () => Promise.resolve(),
    leave: () => Promise.resolve(),
    held: () => Promise.resolve(0),
    apply: (tenant, events) => follower.apply(tenant, events),
    current: (tenant, events) => follower.current(tenant, events),
    ping: () => parts.ping(),
  };
}

/** Puts everything in force again, then mends what differs still: what has no source, or claims to be newer than its source. */
async function rebuildInPlace(
  { projection, source, versions, follower }: EmbeddedParts,
  tenant: Tenant,
  onProgress?: RebuildProgress,
): Promise<number> {
  const put = new Map<string, number>();
  const counter = countedBatches(source, tenant, onProgress);
  for await (const titles of counter.batches()) {
    await projection.put(tenant, titles);
    for (const { id, revision } of titles) put.set(id, revision);
  }
  for await (const entries of projection.entries(tenant)) {
    const wrong = entries.filter(({ id, revision }) => put.get(id) !== revision);
    if (wrong.length === 0) continue;
    const revisions = await versions.revisions(
      tenant,
      wrong.map(({ id }) => id),
    );
    await projection.removeTitles(
      tenant,
      wrong.filter(({ id, revision }) => revision > (revisions.get(id) ?? 0)),
    );
    await follower.apply(tenant, titleEvents(wrong));
  }
  await projection.tidy(tenant);
  return counter.done;
}
