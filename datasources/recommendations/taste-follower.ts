import {
  deletesProfile,
  type NotForMeState,
  type OutboxEvent,
  type WatchState,
} from "../projection/outbox/outbox-event.js";
import { type Follower } from "../projection/targets/projection-target.js";
import { type Tenant } from "../core/tenant.js";
import {
  type Aversion,
  type TasteGraphSource,
  type Watch,
  type WatchRevision,
} from "./taste-graph-source.js";

/** The part of a taste graph that follows viewing. */
export interface WatchedGraph {
  recordWatches(tenant: Tenant, watches: readonly Watch[]): Promise<void>;
  removeWatches(tenant: Tenant, watches: readonly WatchRevision[]): Promise<void>;
  recordAversions(tenant: Tenant, aversions: readonly Aversion[]): Promise<void>;
  removeAversions(tenant: Tenant, aversions: readonly WatchRevision[]): Promise<void>;
  removeProfiles(tenant: Tenant, profiles: readonly string[]): Promise<void>;
}

/**
 * Follows WATCH, NOT_FOR_ME and PROFILE events: watches and aversions are set or taken out, deleted profiles go with all
 * they have watched and said.
 */
export function tasteFollower(
  source: Pick<TasteGraphSource, "watchesOf" | "aversionsOf" | "profilesOf">,
  graph: WatchedGraph,
): Follower {
  return {
    async apply(tenant, events) {
      const { watches, removed, aversions, takenBack, deleted } = changesOf(events);
      if (deleted.length > 0) await graph.removeProfiles(tenant, deleted);
      if (removed.length > 0) await graph.removeWatches(tenant, removed);
      if (watches.length > 0) await graph.recordWatches(tenant, watches);
      if (takenBack.length > 0) await graph.removeAversions(tenant, takenBack);
      if (aversions.length > 0) await graph.recordAversions(tenant, aversions);
    },
    async current(tenant, events) {
      const watches = byPair(await source.watchesOf(tenant, pairsOf(events, "WATCH")));
      const aversions = byPair(await source.aversionsOf(tenant, pairsOf(events, "NOT_FOR_ME")));
      const profiles = await source.profilesOf(
        tenant,
        events.map(({ entity }) => entity),
      );
      return events.map((event) => {
        if (event.topic === "PROFILE") return { ...event, state: { deleted: !profiles.has(event.entity) } };
        const pair = JSON.stringify([event.entity, event.related]);
        if (event.topic === "NOT_FOR_ME") return withState(event, aversions.get(pair), ({ at }) => ({ at }));
        return withState(event, watches.get(pair), stateOf);
      });
    },
  };
}

function pairsOf(events: readonly OutboxEvent[], of: OutboxEvent["topic"]) {
  return events
    .filter(({ topic }) => topic === of)
    .map(({ entity, related }) => ({ profileId: entity, titleId: related }));
}

function byPair<T extends { profileId: string; titleId: string }>(facts: readonly T[]): Map<string, T> {
  return new Map(facts.map((fact) => [JSON.stringify([fact.profileId, fact.titleId]), fact]));
}

/** The event with what is so now. */
function withState<T extends { revision?: number }>(
  event: OutboxEvent,
  fact: T | undefined,
  stateOf: (fact: T) => WatchState | NotForMeState,
): OutboxEvent {
  return fact ? { ...event, revision: fact.revision ?? 0, state: stateOf(fact) } : { ...event, state: null };
}

function stateOf({ at, completed, rating, leftEarly = false }: Watch): WatchState {
  return { at, completed, rating, leftEarly };
}

/** What events change. Of a profile that was deleted, only what came after its deletion counts. */
function changesOf(events: readonly OutboxEvent[]) {
  const deletedAt = new Map<string, number>();
  events.forEach((event, index) => {
    if (deletesProfile(event)) deletedAt.set(event.entity, index);
  });
  const changes = {
    watches: [] as Watch[],
    removed: [] as WatchRevision[],
    aversions: [] as Aversion[],
    takenBack: [] as WatchRevision[],
  };
  events.forEach(({ topic, entity, related, revision, state }, index) => {
    if (topic === "PROFILE" || index < (deletedAt.get(entity) ?? -1)) return;
    const pair = { profileId: entity, titleId: related, revision };
    if (topic === "NOT_FOR_ME") {
      if (state && "at" in state) changes.aversions.push({ ...pair, at: state.at });
      else changes.takenBack.push(pair);
    } else if (state && "completed" in state) changes.watches.push({ ...pair, ...state });
    else changes.removed.push(pair);
  });
  return { ...changes, deleted: [...deletedAt.keys()] };
}
