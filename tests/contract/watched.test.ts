import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { adultProfile } from "../support/catalogue.js";
import { outboxOf } from "../support/facts.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { documentOf, EDITOR, film, graph, MODEL, watch } from "./recommendations-support.js";

const stores = useStores();
const facts = useFacts();
const AT = "2026-05-01T12:00:00Z";
const DAY = AT.slice(0, 10);
const PROFILES = ["p1", "p2", "p3"];

/** What was viewed of titles: runtime in minutes, the sittings in seconds, whether to the end, and whether that is a watch. */
const VIEWED = {
  glimpse: { runtime: 100, sittings: [20], completed: false, watched: false },
  almost: { runtime: 100, sittings: [119], completed: false, watched: false },
  enough: { runtime: 100, sittings: [120], completed: false, watched: true },
  twice: { runtime: 100, sittings: [60, 60], completed: false, watched: true },
  shortLeft: { runtime: 10, sittings: [29], completed: false, watched: false },
  shortTried: { runtime: 10, sittings: [30], completed: false, watched: true },
  unknownLeft: { runtime: null, sittings: [119], completed: false, watched: false },
  unknownTried: { runtime: null, sittings: [120], completed: false, watched: true },
  done: { runtime: 100, sittings: [1], completed: true, watched: true },
} as const;
const TITLES = Object.entries(VIEWED).map(([id, viewed]) => ({ id, ...viewed }));
const WATCHED = TITLES.filter(({ watched }) => watched).map(({ id }) => id);
/** Watches of a twentieth, months ago: what is like them is suggested no more. */
const LEFT_EARLY = ["enough", "twice", "shortTried"];

let tenant: Tenant;
const sorted = (ids: Iterable<string>) => [...ids].sort();
const expected = sorted(WATCHED);

beforeAll(async () => {
  tenant = await createTestTenant(stores);
  await stores.catalogProjection.put(
    tenant,
    TITLES.map(({ id, runtime }) => documentOf(film(id, { runtimeMinutes: runtime }))),
  );
  await stores.viewingIngest.ingest(
    tenant,
    PROFILES.flatMap((profile) =>
      TITLES.flatMap(({ id, sittings, completed }) =>
        sittings.map((seconds, hour) =>
          watch(profile, id, `2026-05-01T${12 + hour}:00:00Z`, { seconds, completed }),
        ),
      ),
    ),
  );
  const edges = TITLES.flatMap(({ id }) => [`${id} like-${id} 1`, `done ${id} 0.5`]);
  await stores.tasteGraph.replace(
    tenant,
    graph(edges.filter((edge) => edge !== "done done 0.5").join("\n")),
    MODEL,
  );
});

describe("what was left at once is no watch", () => {
  it("to rows that are built on what was watched", async () => {
    const recent = await stores.viewing.recentWatches(testRequest(tenant), "p1", 100);
    expect(sorted(recent.map(({ titleId }) => titleId))).toEqual(expected);
  });

  it("to recommendations: it recommends nothing, and is recommended", async () => {
    const found = await stores.recommendations.forProfiles(testRequest(tenant), ["p1"], 100);
    const titles = (found.get("p1") ?? []).map(({ titleId }) => titleId);
    const left = TITLES.filter(({ watched }) => !watched).map(({ id }) => id);
    const liked = WATCHED.filter((id) => !LEFT_EARLY.includes(id));
    expect(sorted(titles)).toEqual(sorted([...left, ...liked.map((id) => `like-${id}`)]));
  });

  it("to what is learned from", async () => {
    const pairs = [];
    for await (const batch of stores.top10Job.interactions(tenant)) pairs.push(...batch);
    expect(pairs.map(({ profileId, titleId }) => `${profileId} ${titleId}`)).toEqual(
      PROFILES.flatMap((profile) => expected.map((id) => `${profile} ${id}`)),
    );
  });

  it("to charts and popularity", async () => {
    await stores.top10Job.recompute(tenant);
    const chart = await stores.top10.top10(testRequest(tenant), EDITOR, "US", DAY);
    expect(sorted(chart.map(({ titleId }) => titleId))).toEqual(expected);
    const popularity = await stores.top10Job.popularity(tenant);
    expect(sorted([...popularity].filter(([, value]) => value > 0).map(([id]) => id))).toEqual(expected);
  });

  it("to projections, which hear of it once it is one", async () => {
    const own = await createTestTenant(stores);
    await stores.accounts.putProfiles(own, [adultProfile("u1")]);
    const start = Date.now() - 3_600_000;
    const tell = (second: number) =>
      stores.viewingWriting.recordProgress(own, {
        profileId: "u1",
        titleId: "a",
        durationSeconds: 6_000,
        positionSeconds: 3_000 + second,
        completed: null,
        device: "TV",
        country: "US",
        at: new Date(start + second * 1_000),
        eventId: null,
      });
    for (const second of [0, 119, 120]) await tell(second);
    const states = (await outboxOf(facts, own)).map(({ state }) => state);
    expect(states).toEqual([null, null, expect.objectContaining({ completed: false })]);
    await stores.viewingWriting.rate(own, { profileId: "u1", titleId: "a" }, 4);
    expect((await outboxOf(facts, own)).at(-1)?.state).toMatchObject({ rating: 4 });
  });
});
