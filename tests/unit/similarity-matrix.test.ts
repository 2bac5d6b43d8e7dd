import { describe, expect, it } from "vitest";
import { SymmetricMatrix } from "../../packages/similarity/symmetric-matrix.js";
import { random } from "./similarity-support.js";

/** A random symmetric positive definite matrix: MᵀM + I. */
function positiveDefinite(size: number, seed: number): number[][] {
  const next = random(seed);
  const m = Array.from({ length: size }, () => Array.from({ length: size }, () => next() - 0.5));
  return m.map((_, i) => m.map((__, j) => m.reduce((sum, row) => sum + row[i]! * row[j]!, i === j ? 1 : 0)));
}

describe("SymmetricMatrix", () => {
  it.each([1, 2, 63, 64, 65, 128, 150, 200])("inverts a positive definite matrix of %i rows", (size) => {
    const a = positiveDefinite(size, size);
    const inverse = new SymmetricMatrix(size);
    a.forEach((row, i) => row.forEach((value, j) => j <= i && inverse.add(i, j, value)));
    inverse.invert();
    let worst = 0;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        let sum = 0;
        for (let k = 0; k < size; k++) sum += a[i]![k]! * inverse.get(k, j);
        worst = Math.max(worst, Math.abs(sum - (i === j ? 1 : 0)));
      }
    }
    expect(worst).toBeLessThan(1e-4);
  });

  it("is symmetric whichever half is written", () => {
    const matrix = new SymmetricMatrix(100);
    matrix.add(3, 90, 2);
    matrix.add(90, 3, 0.5);
    expect(matrix.get(90, 3)).toBe(2.5);
    expect(matrix.get(3, 90)).toBe(2.5);
    expect(matrix.get(3, 89)).toBe(0);
  });

  it("refuses a matrix that is not positive definite", () => {
    const matrix = new SymmetricMatrix(2);
    matrix.add(0, 0, 1);
    matrix.add(1, 1, 1);
    matrix.add(1, 0, 2);
    expect(() => matrix.invert()).toThrow(RangeError);
  });

  it("reports progress up to 1", () => {
    const matrix = new SymmetricMatrix(130);
    for (let i = 0; i < 130; i++) matrix.add(i, i, 1);
    const seen: number[] = [];
    matrix.invert((fraction) => seen.push(fraction));
    expect(seen).toEqual([1 / 3, 2 / 3, 1]);
  });
});
