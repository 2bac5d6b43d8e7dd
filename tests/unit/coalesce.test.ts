import { describe, expect, it } from "vitest";

import { applyBatch, type Applying } from "../../datasources/projection/following/apply-batch.js";
import { keyOf, latestByKey } from "../../datasources/projection/outbox/coalesce.js";
import { titleEvent, type OutboxEvent } from "../../datasources/projection/outbox/outbox-event.js";
import { tasteFollower, type WatchedGraph } from "../../datasources/recommendations/taste-follower.js";
import { madeUpTenant } from "../support/tenants.js";

const AT = "2026-05-01T20:00:00Z";

const profile = (deleted: boolean, entity = "p"): OutboxEvent => ({
  topic: "PROFILE",
  entity,
  related: "",
  revision: deleted ? 2 : 1,
  state: { deleted },
});
const averse = (related: string, revision: number, entity = "p"): OutboxEvent => ({
  topic: "NOT_FOR_ME",
  entity,
  related,
  revision,
  state: { at: AT },
});
const watched = (related: string, revision: number, entity = "p"): OutboxEvent => ({
  topic: "WATCH",
  entity,
  related,
  revision,
  state: { at: AT, completed: true, rating: null, leftEarly: false },
});

describe("events of one batch", () => {
  it("are the last of each key by its revision, in the order in which keys came last", () => {
    const [old, young] = [watched("a", 1), watched("a", 2)];
    const [first, second] = [1, 2].map((revision) => titleEvent({ entity: "t", revision }));
    expect(latestByKey([young, second!, old, watched("b", 1), first!])).toEqual([
      young,
      watched("b", 1),
      second,
    ]);
    expect(latestByKey([profile(false), profile(true)])).toEqual([profile(true)]);
  });

  it("say that a profile was deleted where it is there again, between what came before and what came behind", () => {
    const events = [averse("a", 9), profile(true), profile(false), averse("b", 1), profile(false)];
    expect(latestByKey(events)).toEqual([averse("a", 9), profile(true), averse("b", 1)]);
    expect(latestByKey([...events, profile(true), watched("c", 1)])).toEqual([
      averse("a", 9),
      averse("b", 1),
      profile(true),
      watched("c", 1),
    ]);
  });

  it("count revisions anew behind a deletion, for that profile alone", () => {
    const title = titleEvent({ entity: "p", revision: 9 });
    const events = [watched("a", 9), watched("a", 9, "q"), title, profile(true), profile(false)];
    const behind = [
      watched("a", 2),
      watched("a", 1),
      watched("a", 1, "q"),
      titleEvent({ entity: "p", revision: 1 }),
    ];
    expect(latestByKey([...events, ...behind])).toEqual([
      profile(true),
      watched("a", 2),
      watched("a", 9, "q"),
      title,
    ]);
    const ofTenant = (tenant: number, all: OutboxEvent[]) => all.map((event) => ({ ...event, tenant }));
    const mixed = [...ofTenant(1, events), ...ofTenant(2, behind)];
    expect(
      latestByKey(mixed, (event) => `${event.tenant} ${keyOf(event)}`).filter(({ tenant }) => tenant === 2),
    ).toEqual(ofTenant(2, [watched("a", 2), ...behind.slice(2)]));
  });
});

/** A taste graph of what profiles have watched and do not want, by revision, as engines keep it. */
function memoryGraph(...held: string[]) {
  const edges = new Map(held.map((edge) => [edge, 9]));
  const put =
    (kind: string) =>
    async (_: unknown, facts: readonly { profileId: string; titleId: string; revision?: number }[]) => {
      for (const { profileId, titleId, revision = 0 } of facts) {
        const edge = `${profileId} ${kind} ${titleId}`;
        if ((edges.get(edge) ?? 0) <= revision) edges.set(edge, revision);
      }
    };
  const remove =
    (kind: string) =>
    async (_: unknown, facts: readonly { profileId: string; titleId: string; revision: number }[]) => {
      for (const { profileId, titleId, revision } of facts) {
        const edge = `${profileId} ${kind} ${titleId}`;
        if ((edges.get(edge) ?? 0) <= revision) edges.delete(edge);
      }
    };
  const graph: WatchedGraph = {
    recordWatches: put("watched"),
    removeWatches: remove("watched"),
    recordAversions: put("averse"),
    removeAversions: remove("averse"),
    removeProfiles: async (_, profiles) => {
      for (const edge of [...edges.keys()]) if (profiles.includes(edge.split(" ")[0]!)) edges.delete(edge);
    },
  };
  return { edges, graph };
}

it("has a taste graph forget what a profile had done, that is there again within the same batch", async () => {
  const { edges, graph } = memoryGraph("p averse a", "p watched b", "q watched b");
  const follower = tasteFollower({} as never, graph);
  // Personalisation was given up, a title taken back, of which nobody is told, and personalisation asked for again.
  const events = [profile(true), profile(false), watched("b", 1), averse("c", 1)];
  const records = events.map((event, id) => ({ ...event, tenantId: 1, xid: 1, id }));
  const target: Applying = {
    store: "NEO4J",
    apply: (tenant, given) => follower.apply(tenant, given),
    ping: () => Promise.resolve(),
  };
  const refused = await applyBatch(target, records, () => Promise.resolve(madeUpTenant()));
  expect(refused).toEqual([]);
  expect([...edges]).toEqual([
    ["q watched b", 9],
    ["p watched b", 1],
    ["p averse c", 1],
  ]);
});
