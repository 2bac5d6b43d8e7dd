import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { MATURITY_AGES } from "../../datasources/core/title.document.js";
import { versionInForce } from "../../seeds/catalogue.js";
import { demoTenants, type DemoOptions } from "../../seeds/demo-tenants.js";
import { readFilms } from "../../seeds/films.js";
import { type DemoTenant, type ProfileLine } from "../../seeds/demo.js";
import { DEVICES, type EventLine, type TitleLine } from "../../importer/lines.js";

const UNTIL = new Date("2026-06-01T00:00:00Z");
const DAY = 86_400_000;

interface Rows {
  tenant: DemoTenant;
  versions: Map<string, TitleLine[]>;
  profiles: Map<string, ProfileLine>;
  events: EventLine[];
}

function rowsOf(tenant: DemoTenant): Rows {
  const versions = new Map<string, TitleLine[]>();
  for (const line of tenant.titles()) versions.set(line.id, [...(versions.get(line.id) ?? []), line]);
  const all = [...tenant.profiles(), ...tenant.accounts.flatMap(({ profiles }) => profiles)];
  return {
    tenant,
    versions,
    profiles: new Map(all.map((profile) => [profile.id, profile])),
    events: [...tenant.events()],
  };
}

function digest(options: DemoOptions): string {
  const hash = createHash("sha256");
  for (const tenant of demoTenants({ until: UNTIL, profiles: 40, events: 800, ...options })) {
    for (const rows of [tenant.titles(), tenant.profiles(), tenant.events(), tenant.accounts]) {
      for (const row of rows) hash.update(JSON.stringify(row));
    }
  }
  return hash.digest("hex");
}

describe("real films", () => {
  const films = readFilms();
  const named = (name: string) =>
    films.filter(({ line }) => line.name === name || line.alternativeNames?.includes(name));

  it("are the 3,201 of the data set, each with an id, a name and a plausible year", () => {
    expect(films).toHaveLength(3201);
    expect(new Set(films.map(({ line }) => line.id)).size).toBe(3201);
    for (const { line } of films) {
      expect(line.name.trim()).not.toBe("");
      expect(line.name).not.toMatch(/, The$|null|\s{2}/);
      if (line.releaseYear !== null) expect(line.releaseYear).toBeGreaterThanOrEqual(1915);
      if (line.releaseYear !== null) expect(line.releaseYear).toBeLessThanOrEqual(2011);
    }
  });

  it.each(["The Godfather", "Spider-Man", "Se7en", "Seven", "300", "1941", "La Môme", "Amélie", "Unknown"])(
    "can be found as %s",
    (name) => expect(named(name).length).toBeGreaterThan(0),
  );

  it("keep votes out of the title", () => {
    expect(films.filter(({ line }) => "vote" in line)).toEqual([]);
    expect(films[0]?.votes).toBeGreaterThan(100_000);
  });
});

describe("determinism", () => {
  it("gives the same rows for the same seed and other rows for another seed or end", () => {
    const first = digest({ seed: 7 });
    expect(digest({ seed: 7 })).toBe(first);
    expect(digest({ seed: 8 })).not.toBe(first);
    expect(digest({ seed: 7, until: new Date(UNTIL.getTime() - DAY) })).not.toBe(first);
  });
});

describe.each(["meridian", "lumen", "atelier"])("tenant %s", (slug) => {
  let rows: Rows;
  beforeAll(() => {
    const tenant = demoTenants({ until: UNTIL, profiles: 300, events: 9_000 }).find(
      (one) => one.slug === slug,
    );
    rows = rowsOf(tenant as DemoTenant);
  });

  it("has as many rows as it says, with ids of their own", () => {
    const { tenant, versions, events } = rows;
    expect(versions.size).toBe(tenant.counts.titles);
    expect([...tenant.profiles()]).toHaveLength(300);
    expect(tenant.counts.profiles).toBe(300);
    expect(events).toHaveLength(tenant.counts.events);
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(rows.profiles.size).toBe(305);
  });

  it("has titles that are complete and versions that follow each other", () => {
    for (const [id, versions] of rows.versions) {
      const starts = versions.map(({ effectiveFrom }) => effectiveFrom ?? "");
      expect([...starts].sort()).toEqual(starts);
      expect(new Set(starts).size).toBe(starts.length);
      for (const { kind, name, maturityRating, licences, addedAt, seasons } of versions) {
        expect(id).toMatch(/^[a-z0-9-]+$/);
        expect(name).not.toBe("");
        expect(Object.keys(MATURITY_AGES)).toContain(maturityRating);
        expect(licences?.length).toBeGreaterThan(0);
        expect(Date.parse(addedAt as string)).toBeLessThan(UNTIL.getTime());
        expect((seasons ?? []).length > 0).toBe(kind === "SERIES");
      }
    }
  });

  it("has names of its own for invented titles", () => {
    const invented = [...rows.versions.values()].map((versions) => versions.at(-1)?.name);
    if (slug !== "meridian") expect(new Set(invented).size).toBe(invented.length);
    expect(invented.some((name) => /[^\u0020-\u007e]/.test(name ?? ""))).toBe(true);
  });

  it("has a share of restricted, expired and future licences", () => {
    const titles = [...rows.versions.values()].map((versions) => versionInForce(versions, UNTIL.getTime()));
    const share = (test: (title: TitleLine) => boolean | undefined) =>
      titles.filter(test).length / titles.length;
    const first = (title: TitleLine) => title.licences?.[0];
    expect(share((title) => first(title)?.until === "2024-12-31T00:00:00.000Z")).toBeGreaterThan(0.01);
    expect(share((title) => first(title)?.until === "2024-12-31T00:00:00.000Z")).toBeLessThan(0.06);
    expect(share((title) => first(title)?.from.startsWith("2031"))).toBeGreaterThan(0.005);
    expect(share((title) => title.licences?.length === 2)).toBeGreaterThan(0.005);
    expect(share((title) => !first(title)?.countries.includes("*"))).toBeGreaterThan(0.06);
    expect(share((title) => title.state !== "PUBLISHED")).toBeLessThan(0.04);
  });

  it("lets profiles watch only what they may, where and when they may", () => {
    for (const event of rows.events) {
      const title = versionInForce(rows.versions.get(event.title) ?? [], UNTIL.getTime());
      const profile = rows.profiles.get(event.profile);
      const at = Date.parse(event.at);
      const licensed = title.licences?.some(
        ({ countries, from, until }) =>
          (countries.includes("*") || countries.includes(event.country as string)) &&
          Date.parse(from) <= at &&
          (!until || at < Date.parse(until)),
      );
      expect(licensed).toBe(true);
      expect(title.state).toBe("PUBLISHED");
      expect(MATURITY_AGES[title.maturityRating ?? "NR"]).toBeLessThanOrEqual(profile?.maturityLimit ?? -1);
      expect(at).toBeLessThan(UNTIL.getTime());
      expect(at).toBeGreaterThanOrEqual(UNTIL.getTime() - 60 * DAY);
      expect(Date.parse(title.addedAt as string)).toBeLessThanOrEqual(at);
      expect(event.country).toBe(profile?.country);
      expect(DEVICES).toContain(event.device);
      expect(event.seconds).toBeGreaterThan(0);
      if (event.rating !== undefined) expect([1, 2, 3, 4, 5]).toContain(event.rating);
    }
  });

  it("has the four accounts, with watchlists of titles that exist", () => {
    const { accounts } = rows.tenant;
    expect(accounts.map(({ email }) => email.split("@")[0])).toEqual([
      "viewer",
      "family",
      "editor",
      "operator",
    ]);
    expect(accounts[1]?.profiles.map(({ kind, maturityLimit }) => [kind, maturityLimit])).toEqual([
      ["ADULT", 18],
      ["KIDS", 8],
    ]);
    for (const account of accounts.slice(0, 2)) {
      for (const profile of account.profiles) {
        const listed = account.watchlist[profile.id] ?? [];
        expect(listed.length).toBeGreaterThan(0);
        expect(listed.filter((id) => !rows.versions.has(id))).toEqual([]);
      }
    }
  });

  it("gives viewer@ sixty watches and more, some of them left unfinished of late", () => {
    const mine = rows.events.filter(({ profile }) => profile === `${slug}-viewer`);
    const last = new Map(mine.map((event) => [event.title, event]));
    const recent = UNTIL.getTime() - 21 * DAY;
    expect(last.size).toBeGreaterThanOrEqual(60);
    const unfinished = [...last.values()].filter(
      ({ at, completed }) => !completed && Date.parse(at) > recent,
    );
    expect(unfinished.length).toBeGreaterThanOrEqual(5);
    expect(mine.some(({ rating }) => rating === 5)).toBe(true);
  });
});

describe("titles with several versions", () => {
  it("are at least eight in meridian, The Godfather among them, some with a version yet to come", () => {
    const [meridian] = demoTenants({ until: UNTIL, profiles: 1, events: 1 });
    const versions = new Map<string, TitleLine[]>();
    for (const line of (meridian as DemoTenant).titles())
      versions.set(line.id, [...(versions.get(line.id) ?? []), line]);
    const several = [...versions.values()].filter((lines) => lines.length > 1);
    expect(several.length).toBeGreaterThanOrEqual(8);
    const godfather = versions.get("film-the-godfather-1972") ?? [];
    expect(versionInForce(godfather, Date.parse("2020-01-01")).name).toBe("Mario Puzo's The Godfather");
    expect(versionInForce(godfather, UNTIL.getTime())).toMatchObject({
      name: "The Godfather",
      maturityRating: "R",
    });
    expect(
      several.some((lines) => Date.parse(lines.at(-1)?.effectiveFrom ?? "") > Date.parse("2032-01-01")),
    ).toBe(true);
  });
});

describe("scale", () => {
  it("reaches 100,000 titles and a million events, and counts before it generates", () => {
    const [meridian] = demoTenants({ until: UNTIL, scale: 1 });
    expect(meridian?.counts).toMatchObject({ titles: 3201, profiles: 2400 });
    expect(meridian?.counts.events).toBeGreaterThanOrEqual(100_000);
    const [small] = demoTenants({ until: UNTIL, scale: 0.1 });
    const ids = [...(small as DemoTenant).titles()].map(({ id }) => id);
    expect(new Set(ids).size).toBe(320);
    expect(ids).toContain("film-the-godfather-1972");
  });

  it("fills up with invented titles of natural, different names", () => {
    const [large] = demoTenants({ until: UNTIL, scale: 4, profiles: 10, events: 100 });
    const lines = [...(large as DemoTenant).titles()].slice(3300);
    const names = new Map(lines.map(({ id, name }) => [id, name]));
    expect(names.size).toBeGreaterThan(9_000);
    expect(new Set(names.values()).size).toBe(names.size);
  });
});
