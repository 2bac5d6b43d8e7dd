import { beforeAll, describe, expect, it } from "vitest";

import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { learn } from "../../src/jobs/learn.js";
import { documentOf, film, graph, watch } from "../contract/recommendations-support.js";
import { viewerAccount } from "../support/accounts.js";
import { adultProfile } from "../support/catalogue.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant, signedIn, testRequest } from "../support/stores.js";

const stores = useStores();

const genre = (name: string) => [{ id: name.toLowerCase(), name }];
const CRIME = Array.from({ length: 14 }, (_, index) => film(`crime${index}`, { genres: genre("Crime") }));
const SPACE = Array.from({ length: 14 }, (_, index) => film(`space${index}`, { genres: genre("Space") }));
const UNSEEN = film("unseen", { genres: genre("Space") });

async function tenantWith(tier: TenantTier, films: TitleFacts[]): Promise<Tenant> {
  const tenant = await createTestTenant(stores, tier);
  await stores.titleVersions.append(
    tenant,
    films.map((body) => ({ body, effectiveFrom: null })),
  );
  await stores.catalogProjection.put(tenant, films.map(documentOf));
  await stores.searchProjection.put(tenant, films.map(documentOf));
  return tenant;
}

/** Thirty viewers of each taste, each having seen ten of the fourteen films. */
function watches() {
  const viewers = Array.from({ length: 30 }, (_, viewer) => viewer);
  return [CRIME, SPACE].flatMap((films, taste) =>
    viewers.flatMap((viewer) =>
      Array.from({ length: 10 }, (_, index) =>
        watch(`viewer${taste}-${viewer}`, films[(viewer + index * 3) % 14]!.id, "2026-05-01T10:00:00Z"),
      ),
    ),
  );
}

async function recommended(tenant: Tenant, profile: string): Promise<string[]> {
  const found = await stores.recommendations.forProfiles(testRequest(tenant), [profile], 100);
  return (found.get(profile) ?? []).map(({ titleId }) => titleId);
}

async function similar(tenant: Tenant, title: string): Promise<string[]> {
  const found = await stores.recommendations.similarTo(testRequest(tenant), [title], 100);
  return (found.get(title) ?? []).map(({ titleId }) => titleId);
}

describe.each<TenantTier>(["SHARED", "ISOLATED"])("learning from the events of a %s tenant", (tier) => {
  let tenant: Tenant;

  beforeAll(async () => {
    tenant = await tenantWith(tier, [...CRIME, ...SPACE, UNSEEN]);
    await stores.viewingIngest.ingest(tenant, watches());
  });

  it("reports what it made and tells its steps in order", async () => {
    const told: [string, number][] = [];
    const report = await learn(stores, tenant, (step, fraction) => told.push([step, fraction]));
    expect(report).toMatchObject({
      top10: { days: 1, countries: 1, entries: 10 },
      popular: 28,
      profiles: 60,
      watches: 600,
      model: "EASE",
      titles: 29,
    });
    expect(report.learnedEdges).toBeGreaterThan(28);
    expect(report.contentEdges).toBeGreaterThan(10);
    expect([...new Set(told.map(([step]) => step))]).toEqual([
      "statistics",
      "Top 10",
      "popularity",
      "searches",
      "watch history",
      "titles",
      "learning tastes",
      "learning tastes under limits",
      "similar content",
      "taste graph",
    ]);
    expect(told.every(([, fraction]) => fraction >= 0 && fraction <= 1)).toBe(true);
  });

  it("recommends a viewer the films of its taste that it has not seen", async () => {
    await learn(stores, tenant);
    const seen = watches().filter(({ profileId }) => profileId === "viewer0-3");
    const unseen = CRIME.map(({ id }) => id).filter((id) => !seen.some(({ titleId }) => titleId === id));
    expect((await recommended(tenant, "viewer0-3")).slice(0, 4).sort()).toEqual(unseen.sort());
  });

  it("joins a film nobody has seen to those of its kind, behind what viewers have shown", async () => {
    await learn(stores, tenant);
    const near = await similar(tenant, "unseen");
    expect(near).toHaveLength(10);
    expect(near.every((id) => id.startsWith("space"))).toBe(true);
    const suggestions = await recommended(tenant, "viewer1-3");
    expect(suggestions.indexOf("unseen")).toBeGreaterThanOrEqual(4);
  });

  it("tells catalog and search how popular titles are", async () => {
    await learn(stores, tenant);
    const titles = await stores.catalog.titlesByIds(testRequest(tenant), ["crime0", "unseen"]);
    const expected = await stores.top10Job.popularity(tenant);
    expect(titles.get("crime0")!.popularity).toBeCloseTo(expected.get("crime0")!, 5);
    expect(titles.get("unseen")!.popularity).toBe(0);
    expect(Math.max(...expected.values())).toBe(1);
  });

  it("makes the same graph again from the same facts", async () => {
    const answers = async () => [await similar(tenant, "crime1"), await recommended(tenant, "viewer1-5")];
    await learn(stores, tenant);
    const first = await answers();
    await learn(stores, tenant);
    expect(await answers()).toEqual(first);
  });
});

it("tells of a title too whose viewers have all been forgotten", async () => {
  const tenant = await tenantWith("SHARED", [film("forgotten"), film("seen")]);
  const viewers = ["p1", "p2"];
  const accounts = viewers.map((id) =>
    viewerAccount(id, { profiles: [adultProfile(id), adultProfile(`${id} stays`)] }),
  );
  await stores.accounts.putAccounts(tenant, accounts);
  await stores.viewingIngest.ingest(
    tenant,
    viewers.map((id) => watch(id, "forgotten", "2026-05-01T10:00:00Z")),
  );
  const popularity = async () => {
    await learn(stores, tenant);
    const titles = await stores.catalog.titlesByIds(testRequest(tenant), ["forgotten", "seen"]);
    return ["forgotten", "seen"].map((id) => titles.get(id)!.popularity);
  };
  expect(await popularity()).toEqual([1, 0]);
  for (const id of viewers) {
    const viewer = await stores.accounts.viewer(
      testRequest(tenant),
      await signedIn(stores, tenant, id, `${id} stays`),
    );
    await stores.profiles.delete(tenant, viewer!, id);
  }
  expect(await popularity()).toEqual([1, 0]);
  await stores.viewingIngest.ingest(tenant, [watch("p3", "seen", "2026-06-01T10:00:00Z")]);
  expect(await popularity()).toEqual([0, 1]);
});

it("gives a tenant without events a graph of what its titles are", async () => {
  const tenant = await tenantWith("SHARED", [
    ...CRIME,
    ...SPACE,
    film("withdrawn", { state: "ARCHIVED", genres: genre("Space") }),
  ]);
  const report = await learn(stores, tenant);
  expect(report).toMatchObject({
    popular: 0,
    profiles: 0,
    watches: 0,
    model: "CONTENT",
    titles: 28,
    learnedEdges: 0,
  });
  const near = await similar(tenant, "space5");
  expect(near.length).toBeGreaterThanOrEqual(10);
  expect(near.every((id) => id.startsWith("space"))).toBe(true);
  await stores.viewingIngest.ingest(tenant, [watch("first", "crime2", "2026-05-01T10:00:00Z")]);
  expect((await recommended(tenant, "first")).every((id) => id.startsWith("crime"))).toBe(true);
});

it("learns from too few events without failing", async () => {
  const tenant = await tenantWith("SHARED", CRIME);
  await stores.viewingIngest.ingest(tenant, [
    watch("only", "crime2", "2026-05-01T10:00:00Z"),
    watch("only", "gone", "2026-05-01T11:00:00Z"),
  ]);
  expect(await learn(stores, tenant)).toMatchObject({
    profiles: 1,
    watches: 2,
    model: "CONTENT",
    titles: 15,
  });
  expect(await recommended(tenant, "only")).toHaveLength(13);
});

it("does nothing for a tenant that has nothing", async () => {
  const tenant = await createTestTenant(stores);
  expect(await learn(stores, tenant)).toMatchObject({
    popular: 0,
    watches: 0,
    titles: 0,
    learnedEdges: 0,
    contentEdges: 0,
  });
});

describe("a model that is tried", () => {
  const VIEWERS = 50;
  const viewers = [CRIME, SPACE].flatMap((films, taste) =>
    Array.from({ length: VIEWERS }, (_, viewer) => ({
      id: `fan${taste}-${viewer}`,
      films: Array.from({ length: 10 }, (_, index) => films[(viewer + index * 3) % 14]!.id),
      // The day after, everybody begins with the first two of the other kind.
      then: [0, 1].map((index) => [SPACE, CRIME][taste]![index]!.id),
    })),
  );

  /** A tenant with a day of watching and one more, whose live model joins all titles that are given. */
  async function watched(joined: readonly string[]): Promise<Tenant> {
    const tenant = await tenantWith("SHARED", [...CRIME, ...SPACE]);
    await stores.viewingIngest.ingest(
      tenant,
      viewers.flatMap(({ id, films, then }) => [
        ...films.map((title) => watch(id, title, "2026-05-01T10:00:00Z")),
        ...then.map((title) => watch(id, title, "2026-05-02T10:00:00Z")),
      ]),
    );
    const edges = joined.flatMap((from) =>
      joined.flatMap((to) =>
        from === to ? [] : [`${from} ${to} ${/[01]$/.test(to) && !/1[01]$/.test(to) ? 9 : 1}`],
      ),
    );
    await stores.tasteGraph.replace(tenant, graph(edges.join("\n")), {
      model: "EASE",
      learnedAt: "2026-05-01T12:00:00Z",
      titles: joined.length,
      edges: edges.length,
    });
    return tenant;
  }

  it("is kept and not switched to where the one before foresees the latest day better", async () => {
    const tenant = await watched([...CRIME, ...SPACE].map(({ id }) => id));
    const { trial } = await learn(stores, tenant);
    expect(trial).toMatchObject({
      learnedUntil: "2026-05-02T00:00:00.000Z",
      verdict: "WORSE",
      figures: { profiles: 2 * VIEWERS, watches: 4 * VIEWERS },
    });
    expect(trial.figures!.liveNdcg).toBeGreaterThan(trial.figures!.ndcg);
    const kept = await stores.tasteModels.models(tenant);
    expect(kept.map(({ live, verdict }) => [live, verdict])).toEqual([
      [false, "WORSE"],
      [true, "UNTRIED"],
    ]);
    expect(kept[0]!.figures).toEqual(trial.figures);
    expect(await similar(tenant, "crime2")).toContain("space0");
    await stores.tasteModels.promote(tenant, kept[0]!.number);
    expect(await similar(tenant, "crime2")).not.toContain("space0");
  });

  it("is switched to where it foresees as much, and learned from nothing that it is tried on", async () => {
    const tenant = await watched(["crime12", "crime13"]);
    const report = await learn(stores, tenant);
    expect(report).toMatchObject({ watches: 2 * VIEWERS * 10, trial: { verdict: "NOT_WORSE" } });
    expect((await stores.tasteModels.models(tenant))[0]).toMatchObject({ live: true, verdict: "NOT_WORSE" });
    // Neither knows the latest day yet: they foresee the same.
    const { trial } = await learn(stores, tenant);
    expect(trial).toMatchObject({ verdict: "NOT_WORSE", figures: { profiles: 2 * VIEWERS } });
    expect(trial.figures!.ndcg).toBe(trial.figures!.liveNdcg);
  });
});
