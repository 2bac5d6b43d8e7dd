import { TILE_KERNEL } from "./tile-kernel.wasm.js";

/** Rows and columns of a tile; a tile of 64 × 64 single-precision numbers (16 KB) fits the first-level cache. */
export const TILE = 64;
/** Numbers in a tile. */
export const TILE_SIZE = TILE * TILE;

const PAGE = 65_536;

/** Memory for numbers together with the one operation on tiles in it. */
export interface TileMemory {
  /** At least the numbers asked for, all 0. */
  numbers: Float32Array;
  /** `c += a · b` for three tiles, stored row by row, that start at these bytes of `numbers`; c is neither a nor b. */
  multiplyAdd: (c: number, a: number, b: number) => void;
}

/** The little of WebAssembly that is used here: TypeScript declares it only for browsers. */
interface WebAssemblyApi {
  Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
}

/**
 * Memory for `count` numbers and the inner loop of the dense solver, as a WebAssembly function over it; its source is
 * tile-kernel.wat. JavaScript has no vector arithmetic: the same loop over typed arrays, blocked in the same way, takes
 * nine times as long (1.7 against 15.5 thousand million additions and multiplications a second).
 */
export function createTileMemory(count: number): TileMemory {
  const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  const pages = Math.ceil((count * Float32Array.BYTES_PER_ELEMENT) / PAGE);
  const memory = new Memory({ initial: pages, maximum: pages });
  const instance = new Instance(new Module(Buffer.from(TILE_KERNEL, "base64")), { tile: { memory } });
  const multiplyAdd = instance.exports["multiplyAdd"] as TileMemory["multiplyAdd"];
  return { numbers: new Float32Array(memory.buffer), multiplyAdd };
}
