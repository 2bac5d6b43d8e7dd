import { beforeAll, describe, expect, it } from "vitest";

import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { evaluate, type EvaluateOptions, type Evaluation } from "../../src/jobs/evaluate.js";
import { documentOf, film, watch } from "../contract/recommendations-support.js";
import { useStores } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";

const stores = useStores();

const genre = (name: string) => [{ id: name.toLowerCase(), name }];
const kind = (letter: string, name: string, more: Partial<TitleFacts> = {}) =>
  Array.from({ length: 5 }, (_, index) => film(`${letter}${index}`, { genres: genre(name), ...more }));
const [CRIME, SPACE] = [kind("a", "Crime"), kind("b", "Space")];
/** What nobody has watched and nobody may meet, but may be offered some day. */
const TO_COME = ["c", "d"].flatMap((letter) => kind(letter, `Kind ${letter}`, { licences: [] }));
const OLD = film("old", { genres: genre("Old"), licences: [] });

const VIEWERS = 20;
const hour = (n: number) => `2026-05-01T${String(n).padStart(2, "0")}:00:00Z`;

/**
 * Twenty viewers of each taste have seen all five of its films, each film last by four of them: without the latest of each
 * watch, a film has sixteen viewers, and exactly one of its taste is left to be foreseen by each viewer.
 */
const watches = [
  ...[CRIME, SPACE].flatMap((films, taste) =>
    Array.from({ length: VIEWERS }, (_, viewer) =>
      films.map(({ id }, at) =>
        watch(`v${taste}-${String(viewer).padStart(2, "0")}`, id, hour(((at - viewer + 20) % 5) + 10)),
      ),
    ).flat(),
  ),
  // The latest of one may not be met any more, and another has watched too little.
  ...["z0", "z1", "z2", "z3", "old"].map((id, at) => watch("vanished", id, hour(10 + at))),
  ...["z0", "z1"].map((id, at) => watch("short", id, hour(10 + at))),
];

const profileOf = (id: string) => ({ id, name: id, kind: "ADULT" as const, maturityLimit: 18 });

const LATEST: EvaluateOptions = { fraction: 0.2, order: "LATEST", seed: 1, profiles: 1_000, diversity: 0 };
const exactly = (value: number) => expect.closeTo(value, 6) as number;
const certain = (value: number) => ({ value: exactly(value), low: exactly(value), high: exactly(value) });

describe("evaluating a tenant whose right figures are known", () => {
  let tenant: Tenant;
  let found: Evaluation;

  beforeAll(async () => {
    tenant = await createTestTenant(stores);
    const films = [...CRIME, ...SPACE, ...TO_COME, OLD];
    await stores.titleVersions.append(
      tenant,
      films.map((body) => ({ body, effectiveFrom: null })),
    );
    await stores.catalogProjection.put(tenant, films.map(documentOf));
    const account = { email: "one@example.com", passwordHash: "x", roles: [], country: "US", planId: null };
    await stores.accounts.putAccounts(tenant, [
      { ...account, id: "one", profiles: ["v0-00", "v1-00"].map(profileOf) },
    ]);
    await stores.viewingIngest.ingest(tenant, watches);
    found = (await evaluate(stores, tenant, LATEST))!;
  });

  it("says what it held out, what it judged and what it left out", () => {
    expect(found).toMatchObject({
      counts: { profiles: 42, short: 1, learned: 166, held: 41 },
      model: "EASE",
      judged: { profiles: 40, watches: 40 },
      leftOut: { hidden: 1, profiles: 1 },
      // Behind the one film of its taste, each is shown the five of the other.
      filled: exactly(5 / 6),
    });
  });

  it("finds what learning, counting paths and the whole matrix foresee first, and popularity for one taste alone", () => {
    const { served, paths, dense, popularity } = found.rankings;
    for (const figures of [served, paths, dense]) {
      expect(figures).toMatchObject({ recall: certain(1), ndcg: certain(1) });
    }
    // All films are as popular as each other: those of the first taste come first for everybody.
    const sixth = 1 / Math.log2(7);
    expect(popularity).toMatchObject({ recall: certain(1), ndcg: { value: exactly((1 + sixth) / 2) } });
    const error = ((1 - sixth) / 2) * Math.sqrt(1 / 39) * 1.959964;
    expect(popularity!.ndcg.high - popularity!.ndcg.value).toBeCloseTo(error, 6);
    expect(popularity!.ndcg.value - popularity!.ndcg.low).toBeCloseTo(error, 6);
  });

  it("tells what part of the titles is shown, how few have watched it and how unlike it is", () => {
    const surprise = certain(-Math.log2(16 / 42));
    expect(found.rankings.served).toMatchObject({
      coverage: certain(10 / 21),
      novelty: surprise,
      // Of fifteen pairs, five are of both tastes.
      diversity: certain(1 / 3),
    });
    expect(found.rankings.paths).toMatchObject({ novelty: surprise, diversity: certain(0) });
  });

  it("draws the same at random for the same seed, and judges no more profiles than it may", async () => {
    const some: EvaluateOptions = { ...LATEST, order: "RANDOM", profiles: 10 };
    const one = (await evaluate(stores, tenant, some))!;
    expect(one.judged.profiles + one.leftOut.profiles).toBe(10);
    expect(await evaluate(stores, tenant, some)).toEqual(one);
    const other = (await evaluate(stores, tenant, { ...some, seed: 2 }))!;
    expect(other.counts).toEqual(one.counts);
  });

  it("writes nothing, and looks at nobody whose account has not agreed", async () => {
    expect(await stores.tasteModels.models(tenant)).toEqual([]);
    expect(await evaluate(stores, await createTestTenant(stores), LATEST)).toBeNull();
    await stores.profiles.setConsents(tenant, "one", { personalisation: false, textVersion: "2026-05" });
    const without = (await evaluate(stores, tenant, LATEST))!;
    expect(without.counts).toMatchObject({ profiles: 40, held: 39 });
    expect(without.judged.profiles).toBe(38);
  });
});

it("takes what was held out for untouched, so that what is popular may foresee it", async () => {
  const tenant = await createTestTenant(stores);
  const of = (viewer: string) => Array.from({ length: 5 }, (_, at) => film(`${viewer}${at}`));
  const films = ["x", "y"].flatMap(of);
  await stores.titleVersions.append(
    tenant,
    films.map((body) => ({ body, effectiveFrom: null })),
  );
  await stores.catalogProjection.put(tenant, films.map(documentOf));
  await stores.viewingIngest.ingest(
    tenant,
    ["x", "y"].flatMap((viewer) => of(viewer).map(({ id }, at) => watch(viewer, id, hour(10 + at)))),
  );
  const found = (await evaluate(stores, tenant, LATEST))!;
  // Nobody else has watched what was held out: there are six films that each has not, and nothing leads to any.
  expect(found).toMatchObject({ judged: { profiles: 2, watches: 2 }, filled: exactly(1) });
  expect(found.rankings.served).toMatchObject({ recall: certain(1) });
});
