import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { zoneOf } from "../../datasources/core/time-zones.js";
import {
  CLOSING_HOURS,
  ENOUGH_SHARE,
  LEAST_VIEWERS,
  LISTED,
  MAX_PROFILE_SECONDS,
  TOGETHER,
  USUAL_DAYS,
} from "../../datasources/top10/chart-rules.js";
import { type ViewingEvent } from "../../datasources/viewing/viewing.js";
import { createRandom } from "../../scripts/random.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { documentOf, EDITOR, film, watch } from "./recommendations-support.js";

const stores = useStores();
const facts = useFacts();
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const TITLES = Array.from({ length: 14 }, (_, n) => `t${String(n).padStart(2, "0")}`);

async function tenantWith(events: readonly ViewingEvent[]): Promise<Tenant> {
  const tenant = await createTestTenant(stores);
  await stores.catalogProjection.put(
    tenant,
    TITLES.map((id) => documentOf(film(id))),
  );
  await stores.viewingIngest.ingest(tenant, events);
  return tenant;
}

async function titlesOf(tenant: Tenant, country: string, day: string | null): Promise<string[]> {
  const rows = await stores.top10.top10(testRequest(tenant), EDITOR, country, day);
  return rows.map(({ titleId }) => titleId);
}

const formats = new Map<string, Intl.DateTimeFormat>();
/** The day that an instant falls on in a country, by the runtime's own time zones. */
function dayIn(country: string, instant: number): string {
  const format =
    formats.get(country) ??
    new Intl.DateTimeFormat("en-CA", {
      timeZone: zoneOf(country),
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
  formats.set(country, format);
  return format.format(instant);
}

describe("every country's own days", () => {
  /** Clocks that go forward and back, that never change, that stand at halves and quarters of hours, far ahead and behind. */
  const COUNTRIES = ["US", "DE", "BR", "IN", "NP", "NZ", "AU", "KI", "AS", "CL", "EG"];
  /** Weekends on which clocks change: of Europe, and of New Zealand and Chile; of the United States; of Europe in autumn. */
  const TURNS = ["2026-03-29", "2026-04-05", "2026-03-08", "2026-10-25"];
  let tenant: Tenant;
  let events: ViewingEvent[];

  beforeAll(async () => {
    const random = createRandom(7);
    events = TURNS.flatMap((turn) =>
      COUNTRIES.flatMap((country) =>
        Array.from({ length: 60 }, (_, n) => {
          // Around the midnights of the country, to the minute, for four days.
          const near = Date.parse(turn) + (random.below(5) - 2) * DAY - offsetOf(country, Date.parse(turn));
          const at = new Date(near + (random.below(240) - 120) * 60_000).toISOString();
          return watch(`${country}-${random.below(9)}`, TITLES[random.below(14)]!, at, {
            id: `${turn} ${country} ${n}`,
            country,
            seconds: 100 + random.below(12_000),
            completed: random.chance(0.2),
          });
        }),
      ),
    );
    tenant = await tenantWith(events);
    await stores.top10Job.recompute(tenant);
  });

  it("have the lists that anybody computes from the same events", async () => {
    const expected = chartsOf(events);
    expect(expected.size).toBeGreaterThan(100);
    const stored = await facts.rows<{ country: string; day: string; titles: string[] }>(
      tenant,
      `select country, day::text, array_agg(concat_ws(' ', title_id, viewers, watched_seconds) order by rank) as titles
       from top10_entries where tenant_id = $1 and rank <= ${LISTED} group by 1, 2`,
    );
    expect(new Map(stored.map(({ country, day, titles }) => [`${country} ${day}`, titles]))).toEqual(
      expected,
    );
  });

  /** By how much the country's clocks are ahead of UTC. Milliseconds. */
  function offsetOf(country: string, instant: number): number {
    const parts = new Intl.DateTimeFormat("en-US", { timeZone: zoneOf(country), timeZoneName: "longOffset" });
    const name = parts.formatToParts(instant).find(({ type }) => type === "timeZoneName")!.value;
    const [, sign = "+", hours = "0", minutes = "0"] = /GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
    return Number(`${sign}1`) * (Number(hours) * HOUR + Number(minutes) * 60_000);
  }
});

/** The lists by country and day, computed by the rules as they are written down, in another language. */
function chartsOf(events: readonly ViewingEvent[]): Map<string, string[]> {
  const viewed = new Map<string, { seconds: number; completed: boolean }>();
  for (const { country, at, profileId, titleId, seconds, completed } of events) {
    const key = [country, dayIn(country!, Date.parse(at)), profileId, titleId].join(" ");
    const sum = viewed.get(key) ?? { seconds: 0, completed: false };
    viewed.set(key, { seconds: sum.seconds + seconds, completed: sum.completed || completed === true });
  }
  const watched = [...viewed].filter(([, { seconds, completed }]) => completed || seconds >= 120);
  const byProfile = new Map<string, typeof watched>();
  for (const entry of watched) {
    const key = entry[0].split(" ").slice(0, 3).join(" ");
    byProfile.set(key, [...(byProfile.get(key) ?? []), entry]);
  }
  const counted = new Map<string, { viewers: Set<string>; titles: Map<string, [number, number]> }>();
  for (const [key, titles] of byProfile) {
    const [country, day, profile] = key.split(" ");
    const list = counted.get(`${country} ${day}`) ?? {
      viewers: new Set<string>(),
      titles: new Map<string, [number, number]>(),
    };
    counted.set(`${country} ${day}`, list);
    list.viewers.add(profile!);
    let left = MAX_PROFILE_SECONDS;
    const longest = titles.map(([id, { seconds }]) => ({ title: id.split(" ")[3]!, seconds }));
    longest.sort((a, b) => b.seconds - a.seconds || (a.title < b.title ? -1 : 1));
    for (const { title, seconds } of longest) {
      const [viewers, sum] = list.titles.get(title) ?? [0, 0];
      list.titles.set(title, [viewers + 1, sum + Math.min(seconds, left)]);
      left -= Math.min(seconds, left);
    }
  }
  return new Map(
    [...counted].flatMap(([key, { viewers, titles }]) => {
      const [country, day] = key.split(" ");
      const before = Array.from({ length: USUAL_DAYS }, (_, n) => {
        const earlier = new Date(Date.parse(day!) - (n + 1) * DAY).toISOString().slice(0, 10);
        return counted.get(`${country} ${earlier}`)?.viewers.size ?? [];
      }).flat();
      const usual = before.reduce((sum, size) => sum + size, 0) / Math.max(1, before.length);
      if (viewers.size < LEAST_VIEWERS || viewers.size < ENOUGH_SHARE * usual) return [];
      const ranked = [...titles].sort(
        ([one, [a, x]], [other, [b, y]]) =>
          Number(a < TOGETHER) - Number(b < TOGETHER) || y - x || b - a || (one < other ? -1 : 1),
      );
      return [[key, ranked.slice(0, LISTED).map(([title, [who, sum]]) => `${title} ${who} ${sum}`)] as const];
    }),
  );
}

describe("a list", () => {
  const three = (title: string, at: string, seconds = 600) =>
    ["p1", "p2", "p3"].map((profile) => watch(profile, title, at, { seconds }));

  it("is there once the country's day is closed, and is the latest one then", async () => {
    const tenant = await tenantWith([
      ...three("t00", "2026-05-01T16:00:00Z"),
      ...three("t01", "2026-05-02T16:00:00Z"),
    ]);
    const midnight = Date.parse("2026-05-03T04:00:00Z");
    const closing = midnight + CLOSING_HOURS * HOUR;
    await stores.top10Job.recompute(tenant, { at: new Date(closing - 1) });
    expect(await titlesOf(tenant, "US", null)).toEqual(["t00"]);
    await stores.top10Job.recompute(tenant, { at: new Date(closing) });
    expect(await titlesOf(tenant, "US", null)).toEqual(["t01"]);
  });

  it("is never one to come, whoever wrote it", async () => {
    const tenant = await tenantWith(three("t00", "2026-05-01T16:00:00Z"));
    await stores.top10Job.recompute(tenant);
    const tomorrow = new Date(Date.now() + DAY).toISOString().slice(0, 10);
    await facts.rows(
      tenant,
      `insert into top10_entries values ($1, 'US', '${tomorrow}', 1, 't05', 9, 9000) returning rank`,
    );
    expect(await titlesOf(tenant, "US", null)).toEqual(["t00"]);
    expect(await titlesOf(tenant, "US", tomorrow)).toEqual([]);
  });

  it("is not made by one profile, whatever it watches, nor led by what one watches alone", async () => {
    const [first, second] = ["2026-05-01T16:00:00Z", "2026-05-02T16:00:00Z"];
    const tenant = await tenantWith([
      ...TITLES.map((title) => watch("p1", title, first, { seconds: 86_000 })),
      ...three("t01", second),
      ...TITLES.map((title) => watch("fan", title, second, { id: `fan ${title}`, seconds: 86_000 })),
    ]);
    await stores.top10Job.recompute(tenant);
    expect(await titlesOf(tenant, "US", "2026-05-01")).toEqual([]);
    const rows = await stores.top10.top10(testRequest(tenant), EDITOR, "US", "2026-05-02");
    expect(rows[0]).toMatchObject({ titleId: "t01", viewers: 4 });
    const together = rows.reduce((sum, { watchedSeconds }) => sum + watchedSeconds, 0);
    expect(together).toBeLessThanOrEqual(MAX_PROFILE_SECONDS + 3 * 600);
  });

  it("waits for a day whose viewers have hardly begun to come in", async () => {
    const many = Array.from({ length: 40 }, (_, n) => watch(`v${n}`, "t00", "2026-05-01T16:00:00Z"));
    const tenant = await tenantWith([...many, ...three("t01", "2026-05-02T05:00:00Z")]);
    await stores.top10Job.recompute(tenant);
    expect(await titlesOf(tenant, "US", null)).toEqual(["t00"]);
    await stores.viewingIngest.ingest(
      tenant,
      many.map(({ profileId }) => watch(profileId, "t02", "2026-05-02T16:00:00Z")),
    );
    await stores.top10Job.recompute(tenant);
    expect(await titlesOf(tenant, "US", null)).toEqual(["t02", "t01"]);
  });
});

describe("following the clock", () => {
  const at = (day: number) => `2026-05-${String(day).padStart(2, "0")}T16:00:00Z`;
  const day = (of: number) => at(of).slice(0, 10);
  const seen = (of: number, title: string, seconds: number, who = ["p1", "p2", "p3"]) =>
    who.map((profile) => watch(profile, title, at(of), { id: `${profile} ${title} ${of}`, seconds }));

  it("ranks anew what came late within two days, notes what stood there, and lets older lists stand", async () => {
    const tenant = await tenantWith([1, 2, 3, 4].flatMap((of) => seen(of, "t00", 3600)));
    // At five in the morning of the fifth in New York, when the fourth, the third and the second have closed.
    const now = new Date("2026-05-05T09:00:00Z");
    expect(await stores.top10Job.follow(tenant, { at: now })).toMatchObject({ days: 4, changed: 0 });
    await stores.viewingIngest.ingest(
      tenant,
      [1, 3].flatMap((of) => seen(of, "t01", 7200)),
    );
    expect(await stores.top10Job.follow(tenant, { at: now })).toMatchObject({ changed: 1 });
    expect(await titlesOf(tenant, "US", day(1))).toEqual(["t00"]);
    expect(await titlesOf(tenant, "US", day(3))).toEqual(["t01", "t00"]);
    const changes = await facts.rows(
      tenant,
      "select day::text, earlier, later from top10_changes where tenant_id = $1",
    );
    expect(changes).toEqual([{ day: day(3), earlier: ["t00"], later: ["t01", "t00"] }]);
    const rows = await stores.top10.top10(testRequest(tenant), EDITOR, "US", day(4));
    expect(rows).toMatchObject([{ titleId: "t00", rank: 1, previousRank: 2, daysOnList: 4 }]);
    expect(await stores.top10Job.follow(tenant, { at: now })).toMatchObject({ changed: 0 });
  });

  it("makes up for the days on which nobody followed", async () => {
    const tenant = await tenantWith([1, 2].flatMap((of) => seen(of, "t00", 3600)));
    await stores.top10Job.follow(tenant, { at: new Date("2026-05-03T09:00:00Z") });
    await stores.viewingIngest.ingest(
      tenant,
      [4, 9, 14].flatMap((of) => seen(of, "t01", 3600)),
    );
    await stores.top10Job.follow(tenant, { at: new Date("2026-05-20T09:00:00Z") });
    for (const of of [4, 9, 14]) expect(await titlesOf(tenant, "US", day(of)), day(of)).toEqual(["t01"]);
  });
});
