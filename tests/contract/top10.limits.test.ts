import { beforeAll, describe, expect, it } from "vitest";

import { type Audience } from "../../datasources/catalog/audience.js";
import { MATURITY_AGES, type MaturityRating } from "../../datasources/core/title.document.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { KEPT_TITLES, LISTED } from "../../datasources/top10/chart-rules.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { createRandom } from "../../scripts/random.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { documentOf, film, watch } from "./recommendations-support.js";

const stores = useStores();
const facts = useFacts();
const RATINGS = Object.keys(MATURITY_AGES) as MaturityRating[];
const DAYS = Array.from({ length: 6 }, (_, n) => `2026-05-${String(n + 1).padStart(2, "0")}`);
const viewer = (stated: Partial<Audience> = {}): Audience => ({
  country: "US",
  maturityLimit: 18,
  editor: false,
  now: new Date("2026-06-01T12:00:00Z"),
  ...stated,
});

/** Where a title is licensed for none but the French: every ninth, so that fewer are hidden elsewhere than are kept. */
const isFrench = (n: number) => n % 9 === 4;
const TITLES = Array.from({ length: 200 }, (_, n) =>
  film(`t${String(n).padStart(3, "0")}`, {
    // The more is watched of a title, the older one has to be for it.
    maturityRating: n < 80 ? (["NC-17", "R", "TV-14"] as const)[n % 3]! : RATINGS[n % RATINGS.length]!,
    licences: [{ countries: isFrench(n) ? ["FR"] : ["*"], from: "2020-01-01T00:00:00Z", until: null }],
  }),
);

function eventsOf(country: string): ViewingEvent[] {
  const random = createRandom(11);
  return DAYS.flatMap((day) =>
    Array.from({ length: 1_000 }, (_, n) => {
      // The least of three makes the first titles the most watched.
      const title = TITLES[Math.min(random.below(200), random.below(200), random.below(200))]!;
      const seconds = 200 + random.below(900);
      const options = { id: `${country} ${day} ${n}`, country, seconds };
      return watch(`p${random.below(60)}`, title.id, `${day}T16:00:00Z`, options);
    }),
  );
}

/** A tenant of these titles, charted; what else was watched there, nobody knows. */
async function tenantOf(titles: typeof TITLES, countries = ["US"]): Promise<Tenant> {
  const tenant = await createTestTenant(stores);
  await stores.catalogProjection.put(tenant, titles.map(documentOf));
  for (const country of countries) await stores.viewingIngest.ingest(tenant, eventsOf(country));
  await stores.top10Job.recompute(tenant);
  return tenant;
}

const list = (tenant: Tenant, audience: Audience, country: string, day: string | null) =>
  stores.top10.top10(testRequest(tenant), audience, country, day);

describe("a Top 10 among what may be met", () => {
  let whole: Tenant;
  beforeAll(async () => {
    whole = await tenantOf(TITLES, ["US", "FR"]);
  });

  it.each([0, 8, 13, 16, 17, 18])(
    "up to %i years is that of a catalogue without anything else, on every day: full, with its places before",
    async (maturityLimit) => {
      const alone = await tenantOf(
        TITLES.filter((title) => MATURITY_AGES[title.maturityRating] <= maturityLimit),
      );
      const audience = viewer({ maturityLimit });
      const before = [];
      for (const day of DAYS) {
        const rows = await list(whole, audience, "US", day);
        expect(rows.map(({ rank }) => rank)).toEqual(Array.from({ length: LISTED }, (_, n) => n + 1));
        expect(rows).toEqual(await list(alone, viewer(), "US", day));
        before.push(...rows.flatMap(({ previousRank }) => previousRank ?? []));
      }
      expect(before.length).toBeGreaterThan(0);
    },
  );

  it("elsewhere is that of a catalogue without what is not licensed there", async () => {
    const alone = await tenantOf(
      TITLES.filter((_, n) => !isFrench(n)),
      ["FR"],
    );
    for (const maturityLimit of [8, 18]) {
      const rows = await list(whole, viewer({ maturityLimit }), "FR", null);
      expect(rows).toHaveLength(LISTED);
      expect(rows).toEqual(await list(alone, viewer({ maturityLimit }), "FR", null));
      const there = await list(whole, viewer({ maturityLimit, country: "FR" }), "FR", null);
      expect(there).not.toEqual(rows);
    }
  });

  it("is in the places of the home page too, in one call", async () => {
    const audience = viewer({ maturityLimit: 8 });
    const request = testRequest(whole);
    const places = await stores.top10.places(request, audience, "US");
    expect(request.calls.calls).toMatchObject([{ operation: "top10.places" }]);
    const rows = await list(whole, audience, "US", null);
    expect(places).toEqual(rows.map(({ rank, titleId }) => ({ rank, titleId })));
  });

  it("keeps no more of a day than every limit may need", async () => {
    const [most] = await facts.rows<{ kept: number }>(
      whole,
      "select max(kept)::int as kept from (select count(*) as kept from top10_entries where tenant_id = $1 group by country, day) k",
    );
    const ages = new Set(Object.values(MATURITY_AGES)).size;
    expect(most!.kept).toBeGreaterThan(KEPT_TITLES);
    expect(most!.kept).toBeLessThanOrEqual(ages * KEPT_TITLES);
  });
});
