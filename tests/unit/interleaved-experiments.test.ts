import { describe, expect, it } from "vitest";

import { preferenceOf } from "../../datasources/experiments/arm-figures.js";
import { assigned } from "../../datasources/experiments/assignment.js";
import { type RunningExperiment } from "../../datasources/experiments/experiments.js";
import { coinOf } from "../../datasources/experiments/coin.js";
import { teamDraft } from "../../packages/interleaving/index.js";
import { Random } from "../../seeds/random.js";

describe("a coin", () => {
  it("falls the same for the same, and as often one way as the other", () => {
    const heads = Array.from({ length: 2_000 }, (_, n) => coinOf("experiment", `p${n}`)()).filter(Boolean);
    expect(Math.abs(heads.length / 2_000 - 0.5)).toBeLessThan(0.035);
    const tossed = () => {
      const coin = coinOf("experiment", "one");
      return Array.from({ length: 2_000 }, () => coin());
    };
    expect(Math.abs(tossed().filter(Boolean).length / 2_000 - 0.5)).toBeLessThan(0.035);
    expect(tossed()).toEqual(tossed());
    expect(tossed().slice(0, 256)).not.toEqual(tossed().slice(256, 512));
  });
});

describe("interleaved lists", () => {
  /** Of so many accounts that watch one title of the first four, by how good it is, the part that takes to the first's. */
  function observed(one: string, other: string, accounts: number, seed: string) {
    const random = new Random(seed);
    let [wins, losses] = [0, 0];
    for (let account = 0; wins + losses < accounts; account += 1) {
      const titles = teamDraft([...one], [...other], coinOf(seed, `${account}`)).slice(0, 4);
      const watched = titles.find(({ item }) => random.next() < (item < "e" ? 0.6 : 0.1));
      if (watched?.team === "A") wins += 1;
      else if (watched) losses += 1;
    }
    return preferenceOf(wins, losses)!;
  }

  it("show which list is better, and none where both are as good", () => {
    expect(observed("abcdefgh", "hgfedcba", 60, "better").low).toBeGreaterThan(0.5);
    expect(observed("hgfedcba", "abcdefgh", 60, "worse").high).toBeLessThan(0.5);
    const draws = Array.from({ length: 400 }, (_, n) => observed("abcdefgh", "abcdefgh", 60, `same ${n}`));
    const held = draws.filter(({ low, high }) => low <= 0.5 && high >= 0.5);
    expect(held.length / 400).toBeGreaterThan(0.91);
  });
});

describe("a preference", () => {
  it("has Wilson's interval, and is none where nobody has one", () => {
    expect(preferenceOf(8, 2)).toEqual({
      value: 0.8,
      low: expect.closeTo(0.4902, 4) as number,
      high: expect.closeTo(0.9433, 4) as number,
    });
    expect(preferenceOf(0, 0)).toBeNull();
  });
});

describe("an experiment that interleaves", () => {
  const arm = (position: number, model: number | null) => ({
    position,
    percent: 50,
    model,
    diversity: null,
    ended: false,
  });
  const experiment = (id: string, kind: RunningExperiment["kind"]): RunningExperiment => ({
    id,
    kind,
    exclusionGroup: null,
    firstPlace: 0,
    arms: [arm(1, null), arm(2, 7)],
  });
  const [draft, arms] = [experiment("draft", "INTERLEAVING"), experiment("arms", "ARMS")];
  const of = (running: RunningExperiment[], makes?: ("model" | "diversity")[]) =>
    assigned(running, { id: 1 }, "somebody", makes);

  it("makes the list alone where it began last, of both arms whichever place the profile has", () => {
    expect(of([arms, draft])).toEqual({
      arms: ["draft/1", "draft/2"],
      model: null,
      diversity: null,
      between: { experiment: "draft", arms: draft.arms },
    });
    expect(of([draft, arms])).toMatchObject({
      between: null,
      arms: [expect.stringMatching(/^arms/) as string],
    });
    expect(of([draft], ["diversity"])).toEqual({ arms: [], model: null, diversity: null, between: null });
  });
});
