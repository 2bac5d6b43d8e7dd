import { type OutboxEvent, type WatchState } from "../projection/outbox/outbox-event.js";
import { type Follower } from "../projection/targets/projection-target.js";
import { type Tenant } from "../core/tenant.js";
import { type TasteGraphSource, type Watch, type WatchRevision } from "./taste-graph-source.js";

/** The part of a taste graph that follows viewing. */
export interface WatchedGraph {
  recordWatches(tenant: Tenant, watches: readonly Watch[]): Promise<void>;
  removeWatches(tenant: Tenant, watches: readonly WatchRevision[]): Promise<void>;
  removeProfiles(tenant: Tenant, profiles: readonly string[]): Promise<void>;
}

/** Follows WATCH and PROFILE events: watches are set or taken out, deleted profiles go with all they have watched. */
export function tasteFollower(
  source: Pick<TasteGraphSource, "watchesOf" | "profilesOf">,
  graph: WatchedGraph,
): Follower {
  return {
    async apply(tenant, events) {
      const { watches, removed, deleted } = changesOf(events);
      if (deleted.length > 0) await graph.removeProfiles(tenant, deleted);
      if (removed.length > 0) await graph.removeWatches(tenant, removed);
      if (watches.length > 0) await graph.recordWatches(tenant, watches);
    },
    async current(tenant, events) {
      const pairs = events
        .filter(({ topic }) => topic === "WATCH")
        .map(({ entity, related }) => ({ profileId: entity, titleId: related }));
      const there = new Map(
        (await source.watchesOf(tenant, pairs)).map((watch) => [
          JSON.stringify([watch.profileId, watch.titleId]),
          watch,
        ]),
      );
      const profiles = await source.profilesOf(
        tenant,
        events.map(({ entity }) => entity),
      );
      return events.map((event) => {
        if (event.topic === "PROFILE") return { ...event, state: { deleted: !profiles.has(event.entity) } };
        const watch = there.get(JSON.stringify([event.entity, event.related]));
        return watch
          ? { ...event, revision: watch.revision ?? 0, state: stateOf(watch) }
          : { ...event, state: null };
      });
    },
  };
}

function stateOf({ at, completed, rating }: Watch): WatchState {
  return { at, completed, rating };
}

/** What events change. Of a profile that was deleted, only what came after its deletion counts. */
function changesOf(events: readonly OutboxEvent[]) {
  const deletedAt = new Map<string, number>();
  events.forEach(({ topic, entity, state }, index) => {
    if (topic === "PROFILE" && state && "deleted" in state && state.deleted) deletedAt.set(entity, index);
  });
  const watches: Watch[] = [];
  const removed: WatchRevision[] = [];
  events.forEach(({ topic, entity, related, revision, state }, index) => {
    if (topic !== "WATCH" || index < (deletedAt.get(entity) ?? -1)) return;
    const pair = { profileId: entity, titleId: related, revision };
    if (state && "at" in state) watches.push({ ...pair, ...state });
    else removed.push(pair);
  });
  return { watches, removed, deleted: [...deletedAt.keys()] };
}
