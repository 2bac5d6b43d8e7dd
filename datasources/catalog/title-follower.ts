import { titleEvent, type OutboxEvent } from "../projection/outbox/outbox-event.js";
import { type Follower } from "../projection/targets/projection-target.js";
import { RefusedEntriesError } from "../core/store-error.js";
import { type Tenant } from "../core/tenant.js";
import { type TitleVersions } from "./title-versions.js";
import { type TitleDocument, type TitleRevision } from "../core/title.document.js";

/** The writing side of a projection of titles. */
export interface TitleProjection {
  put(tenant: Tenant, titles: readonly TitleDocument[]): Promise<void>;
  removeTitles(tenant: Tenant, titles: readonly TitleRevision[]): Promise<void>;
}

/** Popularities by title: no fact, so that what puts a title has to bring it along. */
export type PopularityOf = (tenant: Tenant, ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;

/** Follows TITLE events: what is in force of the titles named is put, what has nothing in force is taken out. */
export function titleFollower(
  versions: Pick<TitleVersions, "inForce" | "revisions">,
  projection: TitleProjection,
  popularityOf?: PopularityOf,
): Follower {
  return {
    async apply(tenant, events) {
      const asked = new Map(events.map(({ entity, revision }) => [entity, revision]));
      const ids = [...asked.keys()];
      // Before what is in force: a title that comes into force in between is of a higher revision, and not taken out.
      const revisions = await versions.revisions(tenant, ids);
      const refused: RefusedEntriesError[] = [];
      for await (const titles of versions.inForce(tenant, ids)) {
        for (const { id } of titles) asked.delete(id);
        const popularity = await popularityOf?.(
          tenant,
          titles.map(({ id }) => id),
        );
        const documents = titles.map((title) => ({ ...title, popularity: popularity?.get(title.id) ?? 0 }));
        await collecting(refused, projection.put(tenant, documents));
      }
      const gone = [...asked].map(([id, revision]) => ({ id, revision: revisions.get(id) ?? revision }));
      if (gone.length > 0) await collecting(refused, projection.removeTitles(tenant, gone));
      const [first] = refused;
      if (!first) return;
      throw new RefusedEntriesError(
        first.store,
        refused.reduce((all, { reasons }) => new Map([...all, ...reasons]), new Map<string, string>()),
      );
    },
    current: (_tenant, events) => Promise.resolve([...events]),
  };
}

/** Keeps what a store refused in part, so that the rest of the work is done. */
async function collecting(refused: RefusedEntriesError[], work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof RefusedEntriesError)) throw error;
    refused.push(error);
  }
}

/** Events that tell of titles, for whoever knows that their projection is wrong. */
export function titleEvents(titles: readonly TitleRevision[]): OutboxEvent[] {
  return titles.map(({ id, revision }) => titleEvent({ entity: id, revision }));
}
