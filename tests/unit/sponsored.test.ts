import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type Candidate } from "../../resolvers/recommendations.js";
import { pageOfList } from "../../resolvers/connection.js";
import { withSponsored } from "../../resolvers/sponsored.js";

const listOf = (length: number): Candidate[] =>
  Array.from({ length }, (_, at) => ({
    titleId: `t${at}`,
    position: { value: length - at, id: `t${at}` },
    score: length - at,
    because: null,
    model: "SIMILAR",
  }));
const idsOf = (list: readonly Candidate[]) => list.map(({ titleId }) => titleId);

describe("titles of campaigns", () => {
  it("take every fifth place, the strongest the first of these", () => {
    const list = withSponsored(listOf(9), ["x", "y"]);
    expect(idsOf(list)).toEqual(["t0", "t1", "t2", "t3", "x", "t4", "t5", "t6", "t7", "y", "t8"]);
    expect(list.filter(({ sponsored }) => sponsored).map(({ titleId }) => titleId)).toEqual(["x", "y"]);
  });

  it("that stand higher by themselves stay there, and are not sponsored; others come up from below", () => {
    const list = withSponsored(listOf(9), ["t2", "t8"]);
    expect(idsOf(list)).toEqual(["t0", "t1", "t2", "t3", "t8", "t4", "t5", "t6", "t7"]);
    expect(list.map(({ sponsored = false }) => sponsored)).toEqual(list.map((_, at) => at === 4));
  });

  it("are none of a list that is too short for them", () => {
    expect(idsOf(withSponsored(listOf(3), ["x"]))).toEqual(["t0", "t1", "t2"]);
    expect(idsOf(withSponsored([], ["x"]))).toEqual([]);
  });

  it("leave nothing out where one ends or begins between two pages", () => {
    const [plain, lifted] = [listOf(9), withSponsored(listOf(9), ["t8"])];
    const onFrom = (list: readonly Candidate[], at: Candidate) =>
      idsOf(pageOfList(list, { limit: 3, fromEnd: false, after: at.position, before: undefined }).rows);
    expect(onFrom(lifted, lifted[4]!)).toEqual(["t4", "t5", "t6"]);
    expect(onFrom(plain, lifted[4]!)).toEqual(["t4", "t5", "t6"]);
    expect(onFrom(withSponsored(listOf(9), ["t3"]), plain[3]!)).toEqual(["t4", "t5", "t6"]);
    expect(onFrom(withSponsored(plain, ["t7"]), plain[7]!)).toEqual(["t8"]);
  });

  it("are at most one in five of however many first ones, never the first, each once, in falling positions", () => {
    const titles = fc.uniqueArray(fc.integer({ min: 0, max: 40 }).map((n) => `t${n}`));
    fc.assert(
      fc.property(fc.nat(30), titles, (length, campaigns) => {
        const list = withSponsored(listOf(length), campaigns);
        let sponsored = 0;
        for (const [at, each] of list.entries()) {
          if (each.sponsored) sponsored += 1;
          expect(sponsored).toBeLessThanOrEqual((at + 1) / 5);
          const before = list[at - 1];
          if (before) expect(Number(each.position.value)).toBeLessThanOrEqual(Number(before.position.value));
        }
        const own = idsOf(list.filter((each) => !each.sponsored));
        expect(own).toEqual(idsOf(listOf(length)).filter((id) => own.includes(id)));
        expect(new Set(idsOf(list)).size).toBe(list.length);
        expect(new Set(idsOf(list))).toEqual(
          new Set([...idsOf(listOf(length)), ...idsOf(list.filter((each) => each.sponsored))]),
        );
      }),
    );
  });
});
