import { describe, expect, it } from "vitest";

import { titlesFor, type TitleFilter } from "../../datasources/catalog/title-filter.js";
import { CATALOG_PLACES } from "../../datasources/catalog/postgres/catalog-places.postgres.js";
import {
  ALWAYS,
  all,
  any,
  hasAll,
  licensed,
  NEVER,
  not,
  oneOf,
  toTest,
  within,
  type Predicate,
} from "../../datasources/core/predicate.js";
import { toSql } from "../../datasources/engines/postgres/predicate.postgres.js";
import { film, named } from "../support/titles.js";

const title = film("t", "Film", {
  releaseYear: 1999,
  genres: [named("Crime"), named("Drama")],
  studio: null,
  tags: ["heist", "space"],
  maturityRating: "PG",
  licences: [{ countries: ["FR"], from: "2026-05-01T00:00:00.000Z", until: "2026-06-01T00:00:00.000Z" }],
});
const meets = (predicate: Predicate, fields = {}) => toTest(predicate)({ ...title, ...fields });
const crime = oneOf("genre", [named("Crime").id]);
const comedy = oneOf("genre", [named("Comedy").id]);

describe("A predicate about titles", () => {
  it("is put together by all, any and not", () => {
    expect([meets(ALWAYS), meets(NEVER), meets(all([])), meets(any([]))]).toEqual([true, false, true, false]);
    expect([meets(all([crime, comedy])), meets(any([crime, comedy]))]).toEqual([false, true]);
    expect([meets(not(crime)), meets(not(comedy)), meets(not(not(crime)))]).toEqual([false, true, true]);
    expect([meets(all([crime, not(comedy)])), meets(any([comedy, not(crime)]))]).toEqual([true, false]);
  });

  it("asks for one of several texts, or for all of them", () => {
    expect(meets(oneOf("tag", ["heist", "other"]))).toBe(true);
    expect(meets(oneOf("tag", ["Heist", "hei"]))).toBe(false);
    expect(meets(hasAll("tag", ["space", "heist"]))).toBe(true);
    expect(meets(hasAll("tag", ["space", "other"]))).toBe(false);
    expect([meets(oneOf("tag", [])), meets(hasAll("tag", []))]).toEqual([false, true]);
  });

  it("finds nothing by texts that no store can keep", () => {
    expect(oneOf("tag", ["heist\0"])).toEqual(NEVER);
    expect(meets(oneOf("tag", ["heist\0", "heist"]))).toBe(true);
    expect(hasAll("tag", ["heist", "\ud800"])).toEqual(NEVER);
    expect(licensed({ country: "\0", at: new Date() })).toEqual(NEVER);
  });

  it("takes what a title lacks for being in no set and no range", () => {
    expect(meets(oneOf("studio", [""]))).toBe(false);
    expect(meets(not(oneOf("studio", ["Toho"])))).toBe(true);
    expect(meets(within("releaseYear", {}), { releaseYear: null })).toBe(false);
    expect(meets(not(within("releaseYear", { to: 2000 })), { releaseYear: null })).toBe(true);
  });

  it("includes both ends of a range", () => {
    expect(meets(within("releaseYear", { from: 1999, to: 1999 }))).toBe(true);
    expect(meets(within("releaseYear", { from: 2000 }))).toBe(false);
    expect(meets(within("releaseYear", { to: 1998 }))).toBe(false);
    expect(meets(within("maturityAge", { to: 8 }))).toBe(true);
  });

  it("takes merged titles for being in a state of their own", () => {
    expect(meets(oneOf("state", ["PUBLISHED"]))).toBe(true);
    expect(meets(oneOf("state", ["PUBLISHED"]), { mergedInto: "other" })).toBe(false);
  });

  it("asks for a licence at an instant, or at some instant of a span", () => {
    const on = (at: string, before?: string) =>
      meets(licensed({ country: "FR", at: new Date(at), before: before ? new Date(before) : undefined }));
    expect(on("2026-04-30T23:59:59.999Z")).toBe(false);
    expect(on("2026-05-01")).toBe(true);
    expect(on("2026-05-31T23:59:59.999Z")).toBe(true);
    expect(on("2026-06-01")).toBe(false);
    expect(on("2026-04-30", "2026-05-01")).toBe(false);
    expect(on("2026-04-30", "2026-05-01T00:00:00.001Z")).toBe(true);
    expect(on("2026-05-31", "2026-07-01")).toBe(true);
    expect(on("2026-06-01", "2026-07-01")).toBe(false);
    expect(meets(licensed({ country: "US", at: new Date("2026-05-02") }))).toBe(false);
  });
});

describe("A statement made from a predicate", () => {
  const audience = { country: "US", maturityLimit: 18, editor: false, now: new Date() };
  const textOf = (filter: TitleFilter, more = {}) =>
    toSql(titlesFor({ ...audience, ...more }, filter), CATALOG_PLACES).text;

  it("has one text for all values, so that it is planned once", () => {
    const other = { country: "FR", maturityLimit: 8, now: new Date(0) };
    expect(textOf({})).toBe(textOf({}, other));
    const filter = { genres: ["a"], tags: ["x", "y"], person: "p", releaseYear: { from: 1990 } };
    expect(textOf(filter)).toBe(
      textOf({ genres: ["b", "c"], tags: ["z"], person: "q", releaseYear: { from: -1 } }, other),
    );
  });

  it("carries what clients state as values", () => {
    const hostile = "'; drop table catalog_titles; --";
    const { text, values } = toSql(oneOf("tag", [hostile]), CATALOG_PLACES);
    expect(text).not.toContain("drop");
    expect(values).toEqual([[hostile]]);
  });
});
