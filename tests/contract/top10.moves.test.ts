import { beforeAll, describe, expect, it } from "vitest";

import { type Audience } from "../../datasources/catalog/audience.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Top10Row, type WeeklyChanges } from "../../datasources/top10/top10.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { createRandom } from "../../scripts/random.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { documentOf, EDITOR, film, watch } from "./recommendations-support.js";

const stores = useStores();
const facts = useFacts();
const COUNTRIES = ["DE", "NZ", "US"];
const MONDAYS = ["2026-03-09", "2026-03-16", "2026-03-23"];
const DAY = 86_400_000;
const LIMITED: Audience = { ...EDITOR, maturityLimit: 13 };
const isOriginal = (n: number) => n % 3 === 0;
const TITLES = Array.from({ length: 30 }, (_, n) =>
  film(`t${String(n).padStart(2, "0")}`, {
    original: isOriginal(n),
    maturityRating: n % 4 === 0 ? "R" : "PG",
  }),
);
const ORIGINALS = new Set(TITLES.filter(({ original }) => original).map(({ id }) => id));

/** Each week has favourites of its own; nobody watches in the last one in New Zealand. */
function events(): ViewingEvent[] {
  const random = createRandom(9);
  return MONDAYS.flatMap((monday, week) =>
    COUNTRIES.filter((country) => country !== "NZ" || week < 2).flatMap((country) =>
      Array.from({ length: 150 }, (_, n) => {
        const at = new Date(Date.parse(monday) + DAY + random.below(4 * DAY)).toISOString();
        const title = TITLES[(Math.min(random.below(25), random.below(25)) + 3 * week) % TITLES.length]!;
        const stated = { id: `${country} ${monday} ${n}`, country, seconds: 200 + random.below(900) };
        return watch(`p${random.below(9)}`, title.id, at, stated);
      }),
    ),
  );
}

const changes = (of: Tenant, audience: Audience, country: string | null, day: string | null) =>
  stores.top10.weeklyChanges(testRequest(of), audience, country, day);
const list = (of: Tenant, audience: Audience, country: string, day: string) =>
  stores.top10.top10(testRequest(of), audience, country, day, "WEEK");

/** What two lists tell, told by themselves. */
function told(country: string, now: readonly Top10Row[], before: readonly Top10Row[]) {
  const rankIn = (rows: readonly Top10Row[], id: string) =>
    rows.find(({ titleId }) => titleId === id)?.rank ?? null;
  const ids = [...new Set([...now, ...before].map(({ titleId }) => titleId))].sort();
  const sum = (rows: readonly Top10Row[]) => rows.reduce((all, row) => all + row.watchedSeconds, 0);
  const sums = (rows: readonly Top10Row[]) => {
    const own = rows.filter(({ titleId }) => ORIGINALS.has(titleId));
    return {
      watchedSeconds: rows.length > 0 ? sum(rows) : null,
      titles: rows.length,
      originals: own.length,
      originalSeconds: sum(own),
    };
  };
  return {
    ranks: ids.map((id) => [id, rankIn(now, id), rankIn(before, id)]),
    country: { country, now: sums(now), before: sums(before) },
  };
}

function ranksOf({ moves }: WeeklyChanges, country: string) {
  return moves
    .filter((move) => move.country === country)
    .map(({ titleId, rank, previousRank }) => [titleId, rank, previousRank])
    .sort();
}

let tenant: Tenant;
beforeAll(async () => {
  tenant = await createTestTenant(stores);
  await stores.catalogProjection.put(tenant, TITLES.map(documentOf));
  await stores.viewingIngest.ingest(tenant, events());
  await stores.top10Job.recompute(tenant);
});

describe("how weekly lists change", () => {
  it.each([
    ["an editor", EDITOR],
    ["one with a limit", LIMITED],
  ])("is told by the lists of both weeks, as %s may meet them", async (_, audience) => {
    const found = (await changes(tenant, audience, null, "2026-03-18"))!;
    expect(found.week).toBe("2026-03-16");
    expect(found.countries.map(({ country }) => country)).toEqual(COUNTRIES);
    for (const [at, country] of COUNTRIES.entries()) {
      const now = await list(tenant, audience, country, "2026-03-16");
      const expected = told(country, now, await list(tenant, audience, country, "2026-03-09"));
      expect(now).toHaveLength(10);
      expect(ranksOf(found, country)).toEqual(expected.ranks);
      expect(found.countries[at]).toEqual(expected.country);
      for (const { titleId, watchedSeconds, secondsBefore } of now)
        expect(found.moves).toContainEqual(
          expect.objectContaining({ country, titleId, watchedSeconds, secondsBefore }),
        );
      expect(await changes(tenant, audience, country, "2026-03-22")).toEqual({
        week: found.week,
        countries: [found.countries[at]],
        moves: found.moves.filter((move) => move.country === country),
      });
    }
    const turns = found.moves.map((move) => Math.abs((move.watchedSeconds ?? 0) - (move.secondsBefore ?? 0)));
    expect(turns).toEqual([...turns].sort((a, b) => b - a));
    expect(found.moves.some(({ rank }) => rank === null)).toBe(true);
    expect(found.moves.some(({ previousRank }) => previousRank === null)).toBe(true);
  });

  it("is of the latest week that there is a list of, and of countries that have one then", async () => {
    const found = (await changes(tenant, EDITOR, null, null))!;
    expect(found.week).toBe("2026-03-23");
    expect(found.countries.map(({ country }) => country)).toEqual(["DE", "US"]);
    expect((await changes(tenant, EDITOR, "NZ", null))?.week).toBe("2026-03-16");
    expect(await changes(tenant, EDITOR, "NZ", "2026-03-23")).toBeNull();
    expect(await changes(tenant, EDITOR, "FR", null)).toBeNull();
    expect(await changes(tenant, EDITOR, null, "2026-03-02")).toBeNull();
  });

  it("has all titles enter in the first week, and none of a week that is held back", async () => {
    const first = (await changes(tenant, EDITOR, "DE", "2026-03-09"))!;
    expect(first.moves.map(({ previousRank, secondsBefore }) => previousRank ?? secondsBefore)).toEqual(
      Array.from({ length: 10 }, () => null),
    );
    expect(first.countries[0]!.before).toMatchObject({ watchedSeconds: null, titles: 0 });
    await facts.run(
      tenant,
      `update top10_checks set passed = false
       where tenant_id = ${tenant.id} and country = 'DE' and day = '2026-03-17' and check_name = 'RANGES'`,
    );
    expect(await changes(tenant, EDITOR, "DE", "2026-03-16")).toBeNull();
    const next = (await changes(tenant, EDITOR, "DE", "2026-03-23"))!;
    expect(next.countries[0]!.before.watchedSeconds).toBeNull();
    expect(
      next.moves.every(({ previousRank, secondsBefore }) => previousRank === null && secondsBefore === null),
    ).toBe(true);
  });
});
