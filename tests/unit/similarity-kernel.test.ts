import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { createTileMemory, TILE, TILE_SIZE } from "../../packages/similarity/tile-kernel.js";
import { KERNEL_MODULE, kernelModule } from "../../scripts/kernel/compile.js";
import { createRandom } from "../../scripts/random.js";

/** Tiles in the memory, in an order in which none follows the one before. */
const A = 2;
const B = 0;
const C = 3;
const TILES = 4;

describe("the kernel of the dense solver", () => {
  it("is what its source compiles to; else: npm run kernel", async () => {
    expect(readFileSync(KERNEL_MODULE, "utf8")).toBe(await kernelModule());
  });

  it("adds the product of two tiles to a third, and touches nothing else", () => {
    const { numbers, multiplyAdd } = createTileMemory(TILES * TILE_SIZE);
    const random = createRandom(1);
    for (let i = 0; i < TILES * TILE_SIZE; i++) numbers[i] = random.next() - 0.5;
    const before = numbers.slice();
    multiplyAdd(bytesOf(C), bytesOf(A), bytesOf(B));
    const expected = before.slice();
    for (let row = 0; row < TILE; row++)
      for (let column = 0; column < TILE; column++)
        expected[C * TILE_SIZE + row * TILE + column] = sumOfProducts(before, row, column);
    expect(numbers).toEqual(expected);
  });
});

function bytesOf(tile: number): number {
  return tile * TILE_SIZE * Float32Array.BYTES_PER_ELEMENT;
}

/** In single precision and in the kernel's order, so that every bit has to be the same. */
function sumOfProducts(numbers: Float32Array, row: number, column: number): number {
  let sum = numbers[C * TILE_SIZE + row * TILE + column]!;
  for (let step = 0; step < TILE; step++) {
    const a = numbers[A * TILE_SIZE + row * TILE + step]!;
    const b = numbers[B * TILE_SIZE + step * TILE + column]!;
    sum = Math.fround(sum + Math.fround(a * b));
  }
  return sum;
}
