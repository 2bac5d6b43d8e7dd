import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { VARIED, varied } from "../../resolvers/diversity.js";

const title = (id: string, score: number, ...genres: string[]) => ({ id, score, genres });
const ids = (list: readonly { id: string }[]) => list.map(({ id }) => id).join(" ");

describe("variety", () => {
  const list = [title("a", 1, "x"), title("b", 0.9, "x"), title("c", 0.8, "x", "y"), title("d", 0.5, "z")];

  it("leaves the order where it counts for nothing, and the best first wherever score counts", () => {
    expect(ids(varied(list, 0))).toBe("a b c d");
    for (const strength of [0.1, 0.5, 0.9]) expect(varied(list, strength)[0]).toBe(list[0]);
  });

  it("takes what is unlike those above first, by the part of the genres that two share", () => {
    // At a tenth: b .81 − .1, c .72 − .05, d .45.
    expect(ids(varied(list, 0.1))).toBe("a b c d");
    // At a quarter: c .6 − .125 against b .675 − .25; then b .675 − .25 against d .375.
    expect(ids(varied(list, 0.25))).toBe("a c b d");
    // At a half d .25 is before c .4 − .25 and b .45 − .5.
    expect(ids(varied(list, 0.5))).toBe("a d c b");
  });

  it("keeps titles without genres, equal ones and everything far down in their order", () => {
    const plain = ["a", "b", "c"].map((id) => title(id, 1));
    expect(ids(varied(plain, 0.9))).toBe("a b c");
    const long = Array.from({ length: VARIED + 20 }, (_, n) =>
      title(String(n), 1 / (n + 1), n % 2 ? "x" : "y"),
    );
    expect(varied(long, 0.9).slice(VARIED)).toEqual(long.slice(VARIED));
  });

  it("loses and doubles nothing", () => {
    const some = fc.array(
      fc.record({
        score: fc.double({ min: 0, max: 9, noNaN: true }),
        genres: fc.uniqueArray(fc.constantFrom("x", "y", "z")),
      }),
    );
    fc.assert(
      fc.property(some, fc.double({ min: 0, max: 1, noNaN: true }), (titles, strength) => {
        const sorted = [...titles].sort((a, b) => b.score - a.score);
        const answer = varied(sorted, strength);
        expect(answer).toHaveLength(sorted.length);
        expect(new Set(answer)).toEqual(new Set(sorted));
      }),
    );
  });
});
