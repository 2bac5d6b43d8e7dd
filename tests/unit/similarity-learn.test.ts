import { describe, expect, it } from "vitest";
import { learnSimilarities } from "../../packages/similarity/learn-similarities.js";
import { interactions, list, randomProfiles } from "./similarity-support.js";

/** XᵀX + λI. */
function gramOf(items: number, profiles: number[][], lambda: number): number[][] {
  const rows = Array.from({ length: items }, (_, i) =>
    Array.from({ length: items }, (_, j) => (i === j ? lambda : 0)),
  );
  for (const profile of profiles) for (const a of profile) for (const b of profile) rows[a]![b]! += 1;
  return rows;
}

/** X of A X = B by Gauss-Jordan elimination in double precision. */
function solved(a: number[][], b: number[][]): number[][] {
  const rows = a.map((row, i) => [...row, ...b[i]!]);
  for (let p = 0; p < rows.length; p++) {
    const pivot = rows[p]![p]!;
    rows[p] = rows[p]!.map((value) => value / pivot);
    for (let r = 0; r < rows.length; r++) {
      const factor = rows[r]![p]!;
      if (r !== p) rows[r] = rows[r]!.map((value, c) => value - factor * rows[p]![c]!);
    }
  }
  return rows.map((row) => row.slice(rows.length));
}

/** EASE's weights by the book: B = I - P diag(1 / diag P). */
function easeByTheBook(items: number, profiles: number[][], lambda: number): number[][] {
  const identity = gramOf(items, [], 1);
  const inverse = solved(gramOf(items, profiles, lambda), identity);
  return inverse.map((row, i) => row.map((value, j) => (i === j ? 0 : -value / inverse[j]![j]!)));
}

/** The edges that are left of a title's `limit` strongest of {@link easeByTheBook}, fitted anew: `[from, weight]`, strongest first. */
function refittedByTheBook(
  weights: number[][],
  gram: number[][],
  to: number,
  limit: number,
): [number, number][] {
  let kept = weights
    .map((row, from) => [from, row[to]!] as [number, number])
    .filter(([, weight]) => weight > 0)
    .sort((a, b) => b[1] - a[1])
    .slice(0, limit);
  for (let round = 0; round < 2; round++) {
    const from = kept.filter(([, weight]) => weight > 0).map(([title]) => title);
    const system = from.map((a) => from.map((b) => gram[a]![b]!));
    const fit = solved(
      system,
      from.map((a) => [gram[a]![to]!]),
    );
    kept = from.map((title, at) => [title, fit[at]![0]!]);
  }
  return kept.filter(([, weight]) => weight > 0).sort((a, b) => b[1] - a[1]);
}

describe("learnSimilarities with EASE", () => {
  const items = 90;
  const profiles = randomProfiles(400, items, 0.2, 11);
  const input = interactions(items, profiles);

  it.each([items, 12])("fits the %i strongest positive weights of the closed form anew", async (maxEdges) => {
    const weights = easeByTheBook(items, profiles, 30);
    const gram = gramOf(items, profiles, 30 / 4);
    const { model, titles, edges } = await learnSimilarities(input, { model: "EASE", lambda: 30, maxEdges });
    expect([model, titles]).toEqual(["EASE", items]);
    const found = list(edges);
    for (let title = 0; title < items; title++) {
      const incoming = found.filter(([, to]) => to === title);
      expect(incoming.map(([from, , weight]) => [from, weight])).toEqual(
        refittedByTheBook(weights, gram, title, maxEdges).map(([from, weight]) => [
          from,
          expect.closeTo(weight, 4) as number,
        ]),
      );
    }
    expect(found.every(([from, to, weight]) => weight > 0 && from !== to)).toBe(true);
    expect(found.length).toBeGreaterThan(items);
  });

  it("gives the same edges for the same input", async () => {
    expect(await learnSimilarities(input)).toEqual(await learnSimilarities(input));
  });

  it("does not depend on the scale of the weights, but on their proportions", async () => {
    const twice = new Float32Array(input.itemIndex.length).fill(2);
    const uneven = twice.map((weight, i) => (i % 3 === 0 ? weight / 4 : weight));
    const plain = await learnSimilarities(input);
    const scaled = await learnSimilarities({ ...input, weight: twice });
    expect(Array.from(scaled.edges.weight)).toEqual(
      Array.from(plain.edges.weight, (w) => expect.closeTo(w, 5) as number),
    );
    expect((await learnSimilarities({ ...input, weight: uneven })).edges).not.toEqual(plain.edges);
  });

  it("leaves out titles with too few viewers and titles nobody watched", async () => {
    const profile = [0, 2, 5];
    const sparse = interactions(7, [profile, profile, profile, [0, 2, 3], [0, 3]]);
    const { titles, edges } = await learnSimilarities(sparse, { minViewers: 3 });
    expect(titles).toBe(3);
    expect(new Set([...edges.from, ...edges.to])).toEqual(new Set(profile));
  });

  it("is the choice up to the largest dense catalogue, and RP3β above", async () => {
    expect((await learnSimilarities(input, { maxDenseTitles: items })).model).toBe("EASE");
    expect((await learnSimilarities(input, { maxDenseTitles: items - 1 })).model).toBe("RP3BETA");
  });
});

describe("learnSimilarities with RP3β", () => {
  it("gives the weights worked out by hand", async () => {
    // Viewers 0: {A, B}, 1: {A, B, C}, 2: {B}. By the definition, with alpha 1:
    // walk A → B = ½·½ + ½·⅓ = 5/12, walk B → A = ⅓·½ + ⅓·⅓ = 5/18, walk A → C = ½·⅓, B → C = ⅓·⅓, C → A = C → B = ⅓;
    // divided by viewers of the target (A 2, B 3, C 1) to the power ½.
    const input = interactions(3, [[0, 1], [0, 1, 2], [1]]);
    const { edges } = await learnSimilarities(input, {
      model: "RP3BETA",
      alpha: 1,
      beta: 0.5,
      minViewers: 1,
    });
    const expected = [
      [2, 0, 1 / 3 / Math.sqrt(2)],
      [1, 0, 5 / 18 / Math.sqrt(2)],
      [0, 1, 5 / 12 / Math.sqrt(3)],
      [2, 1, 1 / 3 / Math.sqrt(3)],
      [0, 2, 1 / 6],
      [1, 2, 1 / 9],
    ];
    expect(list(edges)).toEqual(
      expected.map(([from, to, weight]) => [from, to, expect.closeTo(weight!, 6) as number]),
    );
  });

  it("raises every step's probability to alpha", async () => {
    const input = interactions(2, [[0, 1], [0, 1], [1]]);
    const { edges } = await learnSimilarities(input, {
      model: "RP3BETA",
      alpha: 0.5,
      beta: 0,
      minViewers: 1,
    });
    const toB = 2 * Math.sqrt(1 / 2) * Math.sqrt(1 / 2);
    const toA = 2 * Math.sqrt(1 / 3) * Math.sqrt(1 / 2);
    expect(list(edges)).toEqual([
      [1, 0, expect.closeTo(toA, 6)],
      [0, 1, expect.closeTo(toB, 6)],
    ]);
  });

  it("keeps the strongest and reports progress", async () => {
    const input = interactions(40, randomProfiles(60, 40, 0.3, 5));
    const seen: number[] = [];
    const all = list((await learnSimilarities(input, { model: "RP3BETA", maxEdges: 40 })).edges);
    const onProgress = (fraction: number): number => seen.push(fraction);
    const few = list((await learnSimilarities(input, { model: "RP3BETA", maxEdges: 3, onProgress })).edges);
    for (let title = 0; title < 40; title++) {
      expect(few.filter(([, to]) => to === title)).toEqual(all.filter(([, to]) => to === title).slice(0, 3));
    }
    expect(few).toHaveLength(120);
    expect(seen.at(-1)).toBe(1);
  });
});

describe("learnSimilarities", () => {
  const models = ["EASE", "RP3BETA"] as const;

  it.each(models)("finds nothing in nothing (%s)", async (model) => {
    for (const input of [interactions(0, []), interactions(4, []), interactions(4, [[], []])]) {
      const { titles, edges } = await learnSimilarities(input, { model });
      expect([titles, edges.from.length, edges.to.length, edges.weight.length]).toEqual([0, 0, 0, 0]);
    }
  });

  it.each(models)("learns from a single viewer when that is enough (%s)", async (model) => {
    const input = interactions(3, [[0, 2]]);
    expect((await learnSimilarities(input, { model })).edges.from).toHaveLength(0);
    const { edges } = await learnSimilarities(input, { model, minViewers: 1 });
    expect(list(edges).map(([from, to]) => [from, to])).toEqual([
      [2, 0],
      [0, 2],
    ]);
  });

  it("names what is wrong with its input", async () => {
    const good = interactions(3, [[0, 1], [2]]);
    const learn = (change: object) => learnSimilarities({ ...good, ...change });
    await expect(learn({ users: 3 })).rejects.toThrow("offsets must hold users + 1 = 4 positions, found 3");
    await expect(learn({ offsets: Uint32Array.of(0, 2, 2) })).rejects.toThrow(
      "run from 0 to the number of watches",
    );
    await expect(learn({ itemIndex: Uint32Array.of(1, 0, 2) })).rejects.toThrow("ascending and distinct");
    await expect(learn({ itemIndex: Uint32Array.of(0, 1, 3) })).rejects.toThrow("not in items");
    await expect(learn({ weight: Float32Array.of(1, NaN, 1) })).rejects.toThrow(
      "weight 1 must be a finite number",
    );
    await expect(learnSimilarities(good, { maxEdges: 0 })).rejects.toThrow("maxEdges");
    await expect(learnSimilarities(good, { lambda: 0 })).rejects.toThrow("lambda");
  });

  it("does not start when it is already cancelled", async () => {
    const reason = new Error("shutting down");
    const signal = AbortSignal.abort(reason);
    await expect(learnSimilarities(interactions(0, []), { signal })).rejects.toBe(reason);
  });
});
