/** Rows and columns of a tile; a tile of 64 × 64 single-precision numbers (16 KB) fits the first-level cache. */
export const TILE = 64;
/** Numbers in a tile. */
export const TILE_SIZE = TILE * TILE;

/** Bytes of one number, of one SIMD vector (four numbers) and of one row of a tile. */
const NUMBER = 4;
const VECTOR = 16;
const ROW = TILE * NUMBER;
/** A pass of the innermost loop holds 4 rows × 2 vectors of the result in registers, of which there are 16. */
const ROWS = 4;
const VECTORS = 2;

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

const PAGE = 65_536;

/**
 * Memory for `count` numbers and the inner loop of the dense solver, as a WebAssembly function over it.
 *
 * JavaScript has no vector arithmetic: the same loop over typed arrays runs at about a tenth of the speed.
 * The function is small enough to be put together here, which spares a compiler, a binary file and a build step.
 * Instructions are numbered as in the WebAssembly core specification, section 5.4.
 */
export function createTileMemory(count: number): TileMemory {
  const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  const pages = Math.ceil((count * NUMBER) / PAGE);
  const memory = new Memory({ initial: pages, maximum: pages });
  const instance = new Instance(new Module(moduleBytes()), { tile: { memory } });
  const multiplyAdd = instance.exports["multiplyAdd"] as TileMemory["multiplyAdd"];
  return { numbers: new Float32Array(memory.buffer), multiplyAdd };
}

const I32 = 0x7f;
const V128 = 0x7b;
const END = 0x0b;
const I32_ADD = 0x6a;
const V128_LOAD = 0x00;
const V128_LOAD32_SPLAT = 0x09;
const V128_STORE = 0x0b;
const F32X4_ADD = 0xe4;
const F32X4_MUL = 0xe6;

// Locals: the three parameters, then loop counters and moving positions, then vectors.
const C = 0;
const A = 1;
const B = 2;
const rowsLeft = 3;
const columnsLeft = 4;
const stepsLeft = 5;
const cAt = 6;
const aAt = 7;
const bColumn = 8;
const bAt = 9;
const INTEGER_LOCALS = 7;
const bVector = (v: number): number => 10 + v;
const aSplat = 10 + VECTORS;
const sum = (r: number, v: number): number => aSplat + 1 + r * VECTORS + v;
const VECTOR_LOCALS = VECTORS + 1 + ROWS * VECTORS;

const get = (local: number): number[] => [0x20, ...unsigned(local)];
const set = (local: number): number[] => [0x21, ...unsigned(local)];
const tee = (local: number): number[] => [0x22, ...unsigned(local)];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const copy = (from: number, to: number): number[] => [...get(from), ...set(to)];
const advance = (local: number, by: number): number[] => [
  ...get(local),
  ...constant(by),
  I32_ADD,
  ...set(local),
];
const simd = (operation: number): number[] => [0xfd, ...unsigned(operation)];
const access = (operation: number, offset: number): number[] => [...simd(operation), 0, ...unsigned(offset)];

/** Runs `body` `times` times; `times` ≥ 1. */
function loop(counter: number, times: number, body: number[]): number[] {
  const countDown = [...get(counter), ...constant(-1), I32_ADD, ...tee(counter)];
  return [...constant(times), ...set(counter), 0x03, 0x40, ...body, ...countDown, 0x0d, 0, END];
}

/** The instructions `emit` gives for every accumulator: row `r`, vector `v`, byte offset from the first one. */
function forEachSum(emit: (r: number, v: number, offset: number) => number[]): number[] {
  const code: number[] = [];
  for (let r = 0; r < ROWS; r++) {
    for (let v = 0; v < VECTORS; v++) code.push(...emit(r, v, r * ROW + v * VECTOR));
  }
  return code;
}

/** One step along the shared dimension: one number of each of 4 rows of `a` times 2 vectors of a row of `b`. */
function multiplyStep(): number[] {
  const code: number[] = [];
  for (let v = 0; v < VECTORS; v++)
    code.push(...get(bAt), ...access(V128_LOAD, v * VECTOR), ...set(bVector(v)));
  for (let r = 0; r < ROWS; r++) {
    code.push(...get(aAt), ...access(V128_LOAD32_SPLAT, r * ROW), ...set(aSplat));
    for (let v = 0; v < VECTORS; v++) {
      const product = [...get(aSplat), ...get(bVector(v)), ...simd(F32X4_MUL)];
      code.push(...product, ...get(sum(r, v)), ...simd(F32X4_ADD), ...set(sum(r, v)));
    }
  }
  return [...code, ...advance(aAt, NUMBER), ...advance(bAt, ROW)];
}

function functionBody(): number[] {
  const columns = [
    ...copy(A, aAt),
    ...copy(bColumn, bAt),
    ...forEachSum((r, v, offset) => [...get(cAt), ...access(V128_LOAD, offset), ...set(sum(r, v))]),
    ...loop(stepsLeft, TILE, multiplyStep()),
    ...forEachSum((r, v, offset) => [...get(cAt), ...get(sum(r, v)), ...access(V128_STORE, offset)]),
    ...advance(bColumn, VECTORS * VECTOR),
    ...advance(cAt, VECTORS * VECTOR),
  ];
  const rows = [
    ...copy(B, bColumn),
    ...copy(C, cAt),
    ...loop(columnsLeft, ROW / (VECTORS * VECTOR), columns),
    ...advance(C, ROWS * ROW),
    ...advance(A, ROWS * ROW),
  ];
  const locals = [2, INTEGER_LOCALS, I32, VECTOR_LOCALS, V128];
  return [...locals, ...loop(rowsLeft, TILE / ROWS, rows), END];
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const body = functionBody();
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, I32, I32, I32, 0]),
    ...section(2, [1, ...name("tile"), ...name("memory"), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name("multiplyAdd"), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): number[] {
  return [...unsigned(text.length), ...Buffer.from(text, "latin1")];
}

/** An unsigned LEB128 number. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** A signed LEB128 number. */
function signed(value: number): number[] {
  if (value >= -0x40 && value < 0x40) return [value & 0x7f];
  return [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
