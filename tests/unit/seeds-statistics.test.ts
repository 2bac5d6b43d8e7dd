import { beforeAll, describe, expect, it } from "vitest";
import { demoTenants } from "../../seeds/demo-tenants.js";
import { type DemoTenant } from "../../seeds/demo.js";
import { type EventLine } from "../../importer/lines.js";

const UNTIL = new Date("2026-06-01T00:00:00Z");

/** A profile's different titles, oldest first: what a recommender learns from, and what it should then find. */
interface Split {
  known: number[];
  hidden: number[];
}

/** Splits each profile's titles 80/20 by time; titles are numbered in the order in which they are met. */
function splitProfiles(events: readonly EventLine[]): { splits: Split[]; titles: number } {
  const numbers = new Map<string, number>();
  const histories = new Map<string, Set<number>>();
  for (const { profile, title } of events) {
    if (!numbers.has(title)) numbers.set(title, numbers.size);
    const history = histories.get(profile) ?? new Set<number>();
    histories.set(profile, history.add(numbers.get(title) as number));
  }
  const splits = [...histories.values()].flatMap((history) => {
    const titles = [...history];
    const cut = Math.floor(titles.length * 0.8);
    return titles.length < 5 ? [] : [{ known: titles.slice(0, cut), hidden: titles.slice(cut) }];
  });
  return { splits, titles: numbers.size };
}

/** NDCG at 10 of a ranking by score, without what is known already (Järvelin and Kekäläinen 2002, binary gains). */
function ndcg(scores: Float64Array, { known, hidden }: Split): number {
  for (const title of known) scores[title] = -1;
  const wanted = new Set(hidden);
  const order = [...scores.keys()].sort((a, b) => (scores[b] as number) - (scores[a] as number)).slice(0, 10);
  const gain = order.reduce((sum, title, rank) => sum + (wanted.has(title) ? 1 / Math.log2(rank + 2) : 0), 0);
  const ideal = hidden.slice(0, 10).reduce((sum, _, rank) => sum + 1 / Math.log2(rank + 2), 0);
  return gain / ideal;
}

/** Mean NDCG at 10 of popularity and of item–item cosine. */
function compare(events: readonly EventLine[]): { popularity: number; cosine: number } {
  const { splits, titles } = splitProfiles(events);
  const watchers = new Float64Array(titles);
  const together = new Float32Array(titles * titles);
  for (const { known } of splits) {
    for (const one of known) {
      watchers[one] = (watchers[one] as number) + 1;
      for (const other of known)
        together[one * titles + other] = (together[one * titles + other] as number) + 1;
    }
  }
  const byCosine = ({ known }: Split): Float64Array => {
    const scores = new Float64Array(titles);
    for (const one of known) {
      for (let other = 0; other < titles; other += 1) {
        const pairs = together[one * titles + other] as number;
        if (pairs > 0) {
          const norm = Math.sqrt((watchers[one] as number) * (watchers[other] as number));
          scores[other] = (scores[other] as number) + pairs / norm;
        }
      }
    }
    return scores;
  };
  const mean = (score: (split: Split) => Float64Array): number =>
    splits.reduce((sum, split) => sum + ndcg(score(split), split), 0) / splits.length;
  return { popularity: mean(() => watchers.slice()), cosine: mean(byCosine) };
}

function countBy(events: readonly EventLine[], keyOf: (event: EventLine) => string): [string, number][] {
  const counts = new Map<string, number>();
  for (const event of events) counts.set(keyOf(event), (counts.get(keyOf(event)) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

describe("viewing of meridian at full size", () => {
  let tenant: DemoTenant;
  let events: EventLine[];
  beforeAll(() => {
    tenant = demoTenants({ until: UNTIL })[0] as DemoTenant;
    events = [...tenant.events()];
  });

  it("is 100,000 events and more of 2,000 profiles and more", () => {
    expect(events.length).toBeGreaterThanOrEqual(100_000);
    expect(new Set(events.map(({ profile }) => profile)).size).toBeGreaterThanOrEqual(2_000);
  });

  it("lets a recommender beat popularity, also among adults alone", () => {
    const limits = new Map([...tenant.profiles()].map((profile) => [profile.id, profile.maturityLimit]));
    const adults = events.filter(({ profile }) => limits.get(profile) === 18);
    const { popularity, cosine } = compare(adults);
    expect(popularity).toBeGreaterThan(0.02);
    expect(cosine).toBeGreaterThan(1.5 * popularity);
  });

  it("has a long tail: a tenth of the titles has more than half of the events", () => {
    const counts = countBy(events, ({ title }) => title);
    const head = counts
      .slice(0, Math.ceil(tenant.counts.titles / 10))
      .reduce((sum, [, count]) => sum + count, 0);
    expect(head / events.length).toBeGreaterThan(0.5);
    expect(counts.length).toBeGreaterThan(tenant.counts.titles / 2);
  });

  it("has another Top 10 in Japan than in the United States", () => {
    const top = (country: string): string[] =>
      countBy(
        events.filter((event) => event.country === country),
        ({ title }) => title,
      )
        .slice(0, 10)
        .map(([title]) => title);
    const japan = top("JP");
    expect(top("US").filter((title) => japan.includes(title)).length).toBeLessThanOrEqual(6);
  });

  it("has more viewing lately and at weekends", () => {
    const age = ({ at }: EventLine): number => UNTIL.getTime() - Date.parse(at);
    const month = 30 * 86_400_000;
    const recent = events.filter((event) => age(event) <= month).length;
    expect(recent / events.length).toBeGreaterThan(0.52);
    const weekend = events.filter(({ at }) => [0, 6].includes(new Date(at).getUTCDay())).length;
    expect(weekend / events.length).toBeGreaterThan(2 / 7);
  });

  it("rates from one to five, higher what is of the genre that the viewer watches most", () => {
    const genres = new Map([...tenant.titles()].map((title) => [title.id, title.genres?.[0]]));
    const favourites = new Map<string, string>();
    for (const [key] of countBy(events, ({ profile, title }) => `${profile}/${genres.get(title)}`)) {
      const [profile, genre] = key.split("/") as [string, string];
      if (!favourites.has(profile)) favourites.set(profile, genre);
    }
    const rated = events.filter(({ rating }) => rating !== undefined);
    const mean = (some: readonly EventLine[]): number =>
      some.reduce((sum, { rating }) => sum + (rating as number), 0) / some.length;
    const isFavourite = ({ profile, title }: EventLine): boolean =>
      favourites.get(profile) === genres.get(title);
    expect(new Set(rated.map(({ rating }) => rating)).size).toBe(5);
    expect(rated.length).toBeGreaterThan(5_000);
    expect(mean(rated.filter(isFavourite))).toBeGreaterThan(
      mean(rated.filter((event) => !isFavourite(event))) + 0.15,
    );
  });
});
