import { describe, expect, it } from "vitest";

import { type Audience, mayMeet } from "../../datasources/catalog/audience.js";
import { licensed as inForce, toTest } from "../../datasources/core/predicate.js";
import {
  MATURITY_AGES,
  type MaturityRating,
  type TitleDocument,
  type TitleLicence,
} from "../../datasources/core/title.document.js";
import { titleBody } from "../support/titles.js";

const NOW = new Date("2026-05-01T12:00:00Z");
const adult: Audience = { country: "US", maturityLimit: 18, editor: false, now: NOW };
const title = (fields: Partial<TitleDocument> = {}): TitleDocument => ({
  ...titleBody({ id: "t" }),
  revision: 1,
  latestVersion: 1,
  popularity: 0,
  ...fields,
});
const licence = (fields: Partial<TitleLicence> = {}): TitleLicence => ({
  countries: ["*"],
  from: "2020-01-01T00:00:00Z",
  until: null,
  ...fields,
});

describe("a licence", () => {
  const licensed = (licences: TitleLicence[], country = "US") =>
    toTest(inForce({ country, at: NOW }))(title({ licences }));

  it("holds in its countries, or everywhere", () => {
    expect(licensed([licence()])).toBe(true);
    expect(licensed([licence({ countries: ["FR", "US"] })])).toBe(true);
    expect(licensed([licence({ countries: ["FR"] })])).toBe(false);
    expect(licensed([licence({ countries: [] })])).toBe(false);
    expect(licensed([])).toBe(false);
  });

  it("holds from its first instant until just before its last", () => {
    expect(licensed([licence({ from: "2026-05-01T12:00:00Z" })])).toBe(true);
    expect(licensed([licence({ from: "2026-05-01T12:00:00.001Z" })])).toBe(false);
    expect(licensed([licence({ until: "2026-05-01T12:00:00Z" })])).toBe(false);
    expect(licensed([licence({ until: "2026-05-01T12:00:00.001Z" })])).toBe(true);
  });

  it("reads instants with an offset as instants", () => {
    expect(licensed([licence({ from: "2026-05-01T13:00:00+02:00" })])).toBe(true);
    expect(licensed([licence({ from: "2026-05-01T11:30:00-01:00" })])).toBe(false);
  });

  it("need be only one of several, as a whole", () => {
    const past = licence({ until: "2021-01-01T00:00:00Z" });
    const french = licence({ countries: ["FR"] });
    expect(licensed([past, french])).toBe(false);
    expect(licensed([past, french], "FR")).toBe(true);
    expect(licensed([past, french, licence({ countries: ["US"] })])).toBe(true);
  });
});

describe("mayMeet", () => {
  it("asks for state, licence and maturity, all three", () => {
    expect(mayMeet(title(), adult)).toBe(true);
    expect(mayMeet(title({ state: "DRAFT" }), adult)).toBe(false);
    expect(mayMeet(title({ state: "ARCHIVED" }), adult)).toBe(false);
    expect(mayMeet(title({ licences: [] }), adult)).toBe(false);
    expect(mayMeet(title({ maturityRating: "R" }), { ...adult, maturityLimit: 16 })).toBe(false);
  });

  it.each(Object.entries(MATURITY_AGES))("lets %s be met from %i years on", (maturityRating, age) => {
    const rated = title({ maturityRating: maturityRating as MaturityRating });
    expect(mayMeet(rated, { ...adult, maturityLimit: age })).toBe(true);
    expect(mayMeet(rated, { ...adult, maturityLimit: age - 1 })).toBe(false);
  });

  it("keeps what is not rated from everyone with a limit", () => {
    expect(mayMeet(title({ maturityRating: "NR" }), { ...adult, maturityLimit: 17 })).toBe(false);
  });

  it("shows editors every state and licence, but no more than their profile's limit", () => {
    const editor = { ...adult, editor: true };
    expect(mayMeet(title({ state: "DRAFT", licences: [] }), editor)).toBe(true);
    expect(mayMeet(title({ state: "ARCHIVED" }), editor)).toBe(true);
    expect(mayMeet(title({ maturityRating: "R" }), { ...editor, maturityLimit: 8 })).toBe(false);
  });
});
