import { beforeAll, expect, it } from "vitest";

import { MAX_RECOMMENDED } from "../../datasources/recommendations/recommendations.loaders.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";
import { titleBody } from "../support/titles.js";

/*
 * Titles that a limited profile may not meet take no place of its suggestions, however many of them suit it better.
 */

const gateway = useGateway();
const GROWN = Array.from({ length: MAX_RECOMMENDED + 20 }, (_, n) => `grown-${n}`);
const OPEN = Array.from({ length: 12 }, (_, n) => `open-${String(n).padStart(2, "0")}`);
const LIMITS = { child: 8, teenager: 14, grown: 18 };
let tenant: Tenant;

beforeAll(async () => {
  tenant = await gateway.createTenant();
  const { stores } = gateway;
  await publish(stores, tenant, [
    ...["seen", ...OPEN].map((id) => titleBody({ id, maturityRating: "G" })),
    ...GROWN.map((id) => titleBody({ id, maturityRating: "R" })),
  ]);
  const profiles = Object.entries(LIMITS).map(([id, maturityLimit]) => ({
    ...adultProfile(id),
    maturityLimit,
  }));
  await stores.accounts.putProfiles(tenant, profiles);
  const titles = ["seen", ...GROWN, ...OPEN];
  const to = Uint32Array.from({ length: titles.length - 1 }, (_, n) => n + 1);
  await stores.tasteGraph.replace(
    tenant,
    { titles, from: new Uint32Array(to.length), to, weight: Float32Array.from(to, (n) => 1 / n) },
    { model: "EASE", learnedAt: new Date().toISOString(), titles: titles.length, edges: to.length },
  );
  const watched = Object.keys(LIMITS).map((profileId) => ({
    id: profileId,
    profileId,
    titleId: "seen",
    at: new Date(Date.now() - 3_600_000).toISOString(),
    seconds: 6_000,
    completed: true,
    country: "US",
    device: "TV",
    rating: null,
  }));
  await stores.viewingIngest.ingest(tenant, watched);
});

async function suggestedTo(profile: string): Promise<string[]> {
  const token = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile });
  const { data, errors } = await gateway.ask(
    "{ viewer { profile { recommendations(first: 100) { model title { externalId } } } } }",
    { token },
  );
  expect(errors).toBeUndefined();
  const { profile: found } = data.viewer as {
    profile: { recommendations: { model: string; title: { externalId: string } }[] };
  };
  return found.recommendations
    .filter(({ model }) => model === "SIMILAR")
    .map(({ title }) => title.externalId);
}

it.each(["child", "teenager"])("a %s is suggested all that suits it of what it may meet", async (profile) => {
  await expect.poll(() => suggestedTo(profile), PATIENCE).toEqual(OPEN);
});

it("somebody without a limit is suggested what suits them best", async () => {
  await expect.poll(() => suggestedTo("grown"), PATIENCE).toEqual(GROWN.slice(0, 100));
});
