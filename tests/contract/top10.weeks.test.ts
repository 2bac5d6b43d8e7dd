import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { zoneOf } from "../../datasources/core/time-zones.js";
import { LEAST_VIEWERS, LISTED, TOGETHER } from "../../datasources/top10/chart-rules.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { createRandom } from "../../scripts/random.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { documentOf, EDITOR, film, watch } from "./recommendations-support.js";

const stores = useStores();
const facts = useFacts();
const DAY = 86_400_000;
const TITLES = Array.from({ length: 14 }, (_, n) => `t${String(n).padStart(2, "0")}`);

async function tenantWith(events: readonly ViewingEvent[]): Promise<Tenant> {
  const tenant = await createTestTenant(stores);
  const films = TITLES.map((id) => documentOf(film(id)));
  await stores.catalogProjection.put(tenant, films);
  await stores.viewingIngest.ingest(tenant, events);
  return tenant;
}

/** `title viewers seconds rank-before weeks seconds-before` a line. */
async function week(tenant: Tenant, country: string, day: string | null): Promise<string[]> {
  const rows = await stores.top10.top10(testRequest(tenant), EDITOR, country, day, "WEEK");
  expect(rows.map(({ rank }) => rank)).toEqual(rows.map((_, index) => index + 1));
  return rows.map((row) =>
    [
      row.titleId,
      row.viewers,
      row.watchedSeconds,
      row.previousRank,
      row.daysOnList / 7,
      row.secondsBefore,
    ].join(" "),
  );
}

/** The Monday of the week that an instant falls in by the clocks of a country, by the runtime's own time zones. */
function mondayOf(country: string, at: string): string {
  const day = new Intl.DateTimeFormat("en-CA", { timeZone: zoneOf(country) }).format(Date.parse(at));
  const midnight = Date.parse(day);
  return new Date(midnight - ((new Date(midnight).getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10);
}

/** The lists of a country by week, computed by the rules as they are written down, in another language. */
function weeksOf(country: string, events: readonly ViewingEvent[]): Map<string, string[]> {
  const weeks = new Map<string, ViewingEvent[]>();
  for (const event of events.filter((each) => each.country === country)) {
    const monday = mondayOf(country, event.at);
    weeks.set(monday, [...(weeks.get(monday) ?? []), event]);
  }
  const lists = new Map<string, string[]>();
  const before = new Map<string, [rank: number, weeks: number]>();
  let secondsBefore = new Map<string, number>();
  for (const [monday, watched] of [...weeks].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (new Set(watched.map(({ profileId }) => profileId)).size < LEAST_VIEWERS) continue;
    const figures = TITLES.map((title) => {
      const of = watched.filter(({ titleId }) => titleId === title);
      const seconds = of.reduce((sum, event) => sum + event.seconds, 0);
      return { title, viewers: new Set(of.map(({ profileId }) => profileId)).size, seconds };
    }).filter(({ viewers }) => viewers > 0);
    figures.sort(
      (a, b) =>
        Number(a.viewers < TOGETHER) - Number(b.viewers < TOGETHER) ||
        b.seconds - a.seconds ||
        b.viewers - a.viewers ||
        (a.title < b.title ? -1 : 1),
    );
    const listed = figures.slice(0, LISTED).map(({ title, viewers, seconds }) => {
      const [rank, count] = before.get(title) ?? [null, 0];
      return {
        title,
        weeks: count + 1,
        line: [title, viewers, seconds, rank, count + 1, secondsBefore.get(title)].join(" "),
      };
    });
    lists.set(
      monday,
      listed.map(({ line }) => line),
    );
    before.clear();
    for (const [index, entry] of listed.entries()) before.set(entry.title, [index + 1, entry.weeks]);
    secondsBefore = new Map(figures.map(({ title, seconds }) => [title, seconds]));
  }
  return lists;
}

describe("the lists of weeks", () => {
  /** Clocks that change within these weeks, that are far ahead and far behind. */
  const COUNTRIES = ["US", "DE", "NZ", "KI", "AS"];
  const MONDAYS = ["2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30", "2026-04-06"];
  let events: ViewingEvent[];
  let tenant: Tenant;

  beforeAll(async () => {
    const random = createRandom(5);
    events = MONDAYS.flatMap((monday) =>
      COUNTRIES.flatMap((country) =>
        Array.from({ length: 60 }, (_, n) => {
          // Every third around a Monday of UTC's, where weeks of countries begin and end.
          const spread = n % 3 === 0 ? (random.below(48) - 24) * 3_600_000 : random.below(7 * 24) * 3_600_000;
          const at = new Date(Date.parse(monday) + spread).toISOString();
          const seconds = 200 + random.below(900);
          return watch(`p${random.below(9)}`, TITLES[Math.min(random.below(14), random.below(14))]!, at, {
            id: `${country} ${monday} ${n}`,
            country,
            seconds,
          });
        }),
      ),
    );
    tenant = await tenantWith(events);
    await stores.top10Job.recompute(tenant);
  });

  it.each(COUNTRIES)(
    "of %s are those that anybody computes from the same events, by its own clocks",
    async (country) => {
      const expected = weeksOf(country, events);
      expect(expected.size).toBeGreaterThan(4);
      for (const [monday, lines] of expected) {
        expect(await week(tenant, country, monday), monday).toEqual(lines);
        const sunday = new Date(Date.parse(monday) + 6 * DAY).toISOString().slice(0, 10);
        expect(await week(tenant, country, sunday), sunday).toEqual(lines);
      }
      expect(await week(tenant, country, null)).toEqual([...expected.values()].at(-1));
      expect(await week(tenant, country, "2026-01-01")).toEqual([]);
    },
  );
});

describe("a week", () => {
  const three = (title: string, at: string, seconds = 600) =>
    ["p1", "p2", "p3"].map((profile) => watch(profile, title, at, { seconds }));

  it("has a list when its Sunday is closed, which follows what comes late within two days", async () => {
    const tenant = await tenantWith([
      ...three("t00", "2026-05-06T16:00:00Z"),
      ...three("t01", "2026-05-13T16:00:00Z"),
      ...three("t02", "2026-05-17T16:00:00Z", 300),
    ]);
    // Monday, the 18th, a minute before three and at three in New York.
    await stores.top10Job.follow(tenant, { at: new Date("2026-05-18T06:59:00Z") });
    expect(await week(tenant, "US", null)).toEqual(["t00 3 1800  1 "]);
    await stores.top10Job.follow(tenant, { at: new Date("2026-05-18T07:00:00Z") });
    expect(await week(tenant, "US", null)).toEqual(["t01 3 1800  1 ", "t02 3 900  1 "]);
    await stores.viewingIngest.ingest(tenant, three("t02", "2026-05-17T17:00:00Z", 900));
    await stores.top10Job.follow(tenant, { at: new Date("2026-05-20T06:00:00Z") });
    expect(await week(tenant, "US", null)).toEqual(["t02 3 3600  1 ", "t01 3 1800  1 "]);
    await stores.viewingIngest.ingest(tenant, three("t00", "2026-05-20T16:00:00Z"));
    await stores.top10Job.follow(tenant, { at: new Date("2026-05-21T09:00:00Z") });
    await stores.viewingIngest.ingest(tenant, three("t03", "2026-05-12T17:00:00Z", 9_000));
    await stores.top10Job.follow(tenant, { at: new Date("2026-05-22T09:00:00Z") });
    expect(await week(tenant, "US", null)).toHaveLength(2);
  });

  it("has none while one of its days has not passed its checks: the week before stands", async () => {
    const tenant = await tenantWith([
      ...three("t00", "2026-05-06T16:00:00Z"),
      ...three("t01", "2026-05-13T16:00:00Z"),
    ]);
    await stores.top10Job.recompute(tenant);
    expect(await week(tenant, "US", null)).toEqual(["t01 3 1800  1 "]);
    await facts.run(
      tenant,
      `update top10_checks set passed = false
       where tenant_id = ${tenant.id} and day = '2026-05-13' and check_name = 'RANGES'`,
    );
    expect(await week(tenant, "US", null)).toEqual(["t00 3 1800  1 "]);
  });
});
