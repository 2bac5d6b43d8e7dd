import { beforeAll, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { replay } from "../../src/jobs/replay.js";
import { replayInWords } from "../../src/cli/replay-in-words.js";
import { graph, MODEL, watch } from "../contract/recommendations-support.js";
import { viewerAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const stores = useStores();
const facts = useFacts();
const OPTIONS = { profiles: 1_000, fading: 1 };
const PROFILES = Array.from({ length: 80 }, (_, n) => `p${String(n).padStart(2, "0")}`);
let tenant: Tenant;
let numbers: { live: number; swapped: number; other: number };

/** What a model of these edges is numbered, and when it learned. */
async function learned(
  edges: string,
  learnedAt = MODEL.learnedAt,
  learnedUntil: string | null = null,
): Promise<number> {
  const made = graph(edges);
  const trial = { learnedUntil, verdict: "UNTRIED", figures: null } as const;
  await stores.tasteGraph.replace(tenant, made, { ...MODEL, learnedAt, edges: made.from.length }, trial);
  return (await stores.tasteModels.models(tenant))[0]!.number;
}

/** Notes a list, with other columns. */
const list = (profile: string, at: string, more: string, values: string, titles = "c1,c2,c3") =>
  facts.run(
    tenant,
    `insert into served_lists (tenant_id, id, profile_id, at, place, title_ids, model, model_number, latency_ms, kept ${more})
     values (${tenant.id}, gen_random_uuid(), '${profile}', '${at}', 1, '{${titles}}', 'EASE', 1, 1, false ${values})`,
  );

beforeAll(async () => {
  tenant = await createTestTenant(stores);
  await publish(
    stores,
    tenant,
    ["seen", "c1", "c2", "c3", "far"].map((id) => titleBody({ id })),
  );
  const other = await learned("seen far 1\nc2 c3 1");
  const swapped = await learned("seen c2 1\nseen c1 0.5");
  numbers = { other, swapped, live: await learned("seen c1 1\nseen c2 0.9\nseen c3 0.8") };
  await stores.accounts.putAccounts(
    tenant,
    PROFILES.map((id) => viewerAccount(id)),
  );
  for (const profile of PROFILES) await list(profile, "2026-06-01T00:00:00Z", ", context", ", 'HOME'");
  // None of these is a list that suits the profile by itself, made by one model.
  await list("p00", "2026-06-01T00:30:00Z", ", context", ", 'BECAUSE'");
  await list("p00", "2026-06-01T00:30:00Z", ", context, row_id, row_place", ", 'HOME', 'RECOMMENDED', 2");
  await list("p00", "2026-06-01T00:30:00Z", ", context, arms, teams", ", 'HOME', '{x/1,x/2}', '{1,2,1}'");
  await stores.viewingIngest.ingest(
    tenant,
    PROFILES.flatMap((profile) => [
      watch(profile, "seen", "2026-05-01T00:00:00Z"),
      watch(profile, "c2", "2026-06-01T01:00:00Z"),
      // A day after there was a list.
      watch(profile, "c3", "2026-06-02T01:00:00Z"),
    ]),
  );
});

it("tells what another model would have come to, from what a profile had watched by then", async () => {
  const found = await replay(stores, tenant, { ...OPTIONS, model: numbers.swapped });
  expect(found).toMatchObject({ lists: 80, accounts: 80, overlap: 1 });
  expect(found!.logged).toMatchObject({ value: 1 });
  // Watched at the second place, and would be at the first, of which half as much is looked at elsewhere.
  expect(found!.replayed).toMatchObject({ value: 2 });
  expect(found!.effective).toBeCloseTo((80 * 2.5 ** 2) / (2 ** 2 + 0.5 ** 2), 6);
  expect(replayInWords(found!, numbers.swapped)).toContain(
    "would have shown: 2.0000 [2.0000, 2.0000] a list.",
  );
  const flat = await replay(stores, tenant, { ...OPTIONS, fading: 0.5, model: numbers.swapped });
  expect(flat!.replayed!.value).toBeCloseTo(Math.SQRT2, 9);
});

it("tells that the log does not tell where it never showed what the model would", async () => {
  const found = await replay(stores, tenant, { ...OPTIONS, model: numbers.other });
  expect(found).toMatchObject({ lists: 80, overlap: 0, effective: 0, replayed: null });
  expect(replayInWords(found!, numbers.other)).toContain("The log does not tell");
  expect(await replay(stores, tenant, { ...OPTIONS, model: 999 })).toBeNull();
});

it("looks at so many profiles, and at none whose account does not agree to both, or that is a child's", async () => {
  expect(await replay(stores, tenant, { ...OPTIONS, profiles: 10, model: numbers.swapped })).toMatchObject({
    lists: 10,
    replayed: null,
  });
  await stores.profiles.setConsents(tenant, "p01", { measurement: false, textVersion: "1" });
  await stores.profiles.setConsents(tenant, "p02", { personalisation: false, textVersion: "1" });
  await stores.accounts.putProfiles(tenant, [{ ...adultProfile("p03"), kind: "KIDS", maturityLimit: 8 }]);
  expect(await replay(stores, tenant, { ...OPTIONS, model: numbers.swapped })).toMatchObject({ lists: 77 });
});

it("looks at lists alone that were served since the model learned, or since what it was tried on", async () => {
  for (const profile of PROFILES.slice(10, 30))
    await list(profile, "2026-06-01T00:40:00Z", ", context", ", 'HOME'");
  const edges = "seen c2 1\nseen c1 0.5";
  const late = await learned(edges, "2026-06-01T00:20:00Z");
  const found = await replay(stores, tenant, { ...OPTIONS, model: late });
  expect(found).toMatchObject({ lists: 20, accounts: 20, logged: { value: 1 } });
  expect(Date.parse(found!.since)).toBe(Date.parse("2026-06-01T00:20:00Z"));
  expect(replayInWords(found!, late)).toContain(`served since ${found!.since}`);
  const tried = await learned(edges, "2026-06-05T00:00:00Z", "2026-06-01T00:00:00Z");
  expect(await replay(stores, tenant, { ...OPTIONS, model: tried })).toMatchObject({ lists: 97 });
  const latest = await learned(edges, "2026-06-05T00:00:00Z");
  expect(await replay(stores, tenant, { ...OPTIONS, model: latest })).toMatchObject({
    lists: 0,
    logged: null,
  });
});

it("shows what the profile might meet when the list was served, and titles as what they were merged into", async () => {
  tenant = await createTestTenant(stores);
  const until = (end: string) => ({
    licences: [{ countries: ["*"], from: "2020-01-01T00:00:00Z", until: end }],
  });
  await publish(stores, tenant, [
    ...["seen", "old", "c1", "c2"].map((id) => titleBody({ id })),
    titleBody({ id: "abroad", licences: [{ countries: ["US"], from: "2020-01-01T00:00:00Z", until: null }] }),
    titleBody({ id: "adult", maturityRating: "R" }),
    titleBody({ id: "archived", state: "ARCHIVED" }),
    titleBody({ id: "over", ...until("2026-05-31T00:00:00Z") }),
    titleBody({ id: "ended", ...until("2026-06-02T00:00:00Z") }),
  ]);
  await stores.accounts.putAccounts(
    tenant,
    PROFILES.map((id) =>
      viewerAccount(id, { profiles: [{ ...adultProfile(id), maturityLimit: 13, country: "DE" }] }),
    ),
  );
  const barred = ["abroad", "adult", "archived", "over"].map((id) => `seen ${id} 1`).join("\n");
  const model = await learned(
    `${barred}\nseen c2 0.8\nseen old 0.7\nseen c1 0.2\nseen ended 0.6\nold c1 1\nseen unknown 1`,
  );
  for (const profile of PROFILES)
    await list(profile, "2026-06-01T00:00:00Z", ", context", ", 'HOME'", "old,c2,ended");
  await stores.viewingIngest.ingest(
    tenant,
    PROFILES.flatMap((profile) => [
      watch(profile, "seen", "2026-05-01T00:00:00Z"),
      watch(profile, "old", "2026-06-01T01:00:00Z"),
    ]),
  );
  await stores.titleEditing.merge(tenant, { keep: "c1", merge: "old", expectedVersion: null, by: "command" });
  const found = await replay(stores, tenant, { ...OPTIONS, model });
  expect(found).toMatchObject({ lists: 80, overlap: 1, logged: { value: 1 } });
  // The second would be the first, the first the second, and what ended later stays the third.
  expect(found!.effective).toBeCloseTo((80 * 3.5 ** 2) / (2 ** 2 + 0.5 ** 2 + 1), 6);
  expect(found!.replayed!.value).toBeCloseTo(0.5, 9);
});
