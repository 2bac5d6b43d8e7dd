import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { mayMeet, type Audience } from "../../datasources/catalog/audience.js";
import { metOf } from "../../datasources/catalog/judged-pages.js";
import { type TitleLicence } from "../../datasources/core/title.document.js";
import { frozenSize } from "../../packages/fair-cache/index.js";
import { document } from "../contract/catalog-model.js";

const START = Date.parse("2026-03-01T12:00:00Z");
const instant = (ms: number) => new Date(START + ms).toISOString();
const ADULT: Audience = { country: "US", maturityLimit: 18, editor: false, now: new Date(START) };

function pageOf(licences: readonly TitleLicence[][]) {
  const rows = licences.map((own, n) => {
    const title = document({ id: `t${n}`, licences: own, state: n % 5 === 4 ? "DRAFT" : "PUBLISHED" });
    return { position: { value: n, id: title.id }, title };
  });
  return { rows, hasMore: true };
}

function kept(licences: readonly TitleLicence[][]) {
  const page = pageOf(licences);
  frozenSize(page);
  return page;
}

/** Edges at few instants, so that many fall together. */
const edges = fc.nat(8).map((at) => at * 10);
const licence = fc.record({
  countries: fc.subarray(["*", "US", "GB"]),
  from: edges.map(instant),
  until: fc.option(edges.map(instant)),
});
const audiences = fc.record({
  country: fc.constantFrom("US", "GB"),
  maturityLimit: fc.constantFrom(7, 18),
  editor: fc.boolean(),
  now: fc.integer({ min: -1, max: 91 }).map((ms) => new Date(START + ms)),
});

describe("what of a page may be met", () => {
  it("is what the rules of viewing say at each instant, whoever asked before", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(licence, { maxLength: 3 }), { maxLength: 6 }),
        fc.array(audiences, { minLength: 1, maxLength: 12 }),
        (licences, asking) => {
          const page = kept(licences);
          for (const audience of asking) {
            const met = metOf(page, audience);
            expect(met.rows).toEqual(page.rows.filter(({ title }) => mayMeet(title, audience)));
            expect(met).toEqual(metOf(pageOf(licences), audience));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is the same one for as long as nothing of it changes", () => {
    const page = kept([[{ countries: ["US"], from: instant(0), until: instant(50) }], []]);
    const at = (ms: number, more: Partial<Audience> = {}) =>
      metOf(page, { ...ADULT, ...more, now: new Date(START + ms) });
    const first = at(0);
    expect(at(49)).toBe(first);
    expect(first.rows).toHaveLength(1);
    expect(at(50).rows).toHaveLength(0);
    expect(at(49).rows).toHaveLength(1);
    expect(at(49, { country: "GB" }).rows).toHaveLength(0);
    expect(at(-1).rows).toHaveLength(0);
  });

  it("is judged each time of a page that may change", () => {
    const page = pageOf([[{ countries: ["*"], from: instant(0), until: null }]]);
    expect(metOf(page, ADULT).rows).toHaveLength(1);
    page.rows[0]!.title.licences.length = 0;
    expect(metOf(page, ADULT).rows).toHaveLength(0);
  });
});
