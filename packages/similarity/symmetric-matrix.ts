import { TILE, TILE_SIZE, createTileMemory, type TileMemory } from "./tile-kernel.js";

const NUMBER = Float32Array.BYTES_PER_ELEMENT;

/**
 * A dense symmetric matrix of single-precision numbers that can be inverted where it lies.
 *
 * Only the lower triangle is kept, as tiles of 64 × 64 in WebAssembly memory: 2 bytes × size² and little more
 * (52 MB for 5,000 rows), freed with the object.
 */
export class SymmetricMatrix {
  private readonly tilesPerSide: number;
  private readonly numbers: Float32Array;
  private readonly multiplyAdd: TileMemory["multiplyAdd"];
  /** Where the work space of `invert` starts: a column of tiles, the same scaled, and two single tiles. */
  private readonly column: number;
  private readonly scaled: number;
  private readonly pivot: number;
  private readonly spare: number;

  /** A matrix of zeros with `size` rows. */
  constructor(readonly size: number) {
    this.tilesPerSide = Math.ceil(size / TILE);
    this.column = (this.tilesPerSide * (this.tilesPerSide + 1) * TILE_SIZE) / 2;
    this.scaled = this.column + this.tilesPerSide * TILE_SIZE;
    this.pivot = this.scaled + this.tilesPerSide * TILE_SIZE;
    this.spare = this.pivot + TILE_SIZE;
    const memory = createTileMemory(this.spare + TILE_SIZE);
    this.numbers = memory.numbers;
    this.multiplyAdd = memory.multiplyAdd;
    // Rows that only fill up the last tile form an identity of their own: inverting leaves them alone.
    for (let row = size; row < this.tilesPerSide * TILE; row++) this.numbers[this.at(row, row)] = 1;
  }

  /** The number in `row` and `column`. */
  get(row: number, column: number): number {
    return this.numbers[row >= column ? this.at(row, column) : this.at(column, row)]!;
  }

  /** Adds to the number in `row` and `column`, and so to its mirror image. */
  add(row: number, column: number, value: number): void {
    this.numbers[row >= column ? this.at(row, column) : this.at(column, row)]! += value;
  }

  /**
   * Replaces a positive definite matrix by its inverse, in size³ additions and multiplications.
   *
   * This is the symmetric sweep (Gauss-Jordan elimination without exchanges, which a positive definite matrix
   * does not need) with one tile as the pivot: sweeping pivot D = A[k,k] turns A[i,j] into
   * A[i,j] - A[i,k] D⁻¹ A[k,j], A[i,k] into A[i,k] D⁻¹ and A[k,k] into -D⁻¹; after all pivots it holds -A⁻¹.
   * See Goodnight, "A Tutorial on the SWEEP Operator", The American Statistician 33 (1979).
   *
   * @param onProgress called with the part done, from 0 to 1.
   * @throws RangeError when the matrix is not positive definite; its content is lost then.
   */
  invert(onProgress?: (fraction: number) => void): void {
    for (let k = 0; k < this.tilesPerSide; k++) {
      this.sweep(k);
      onProgress?.((k + 1) / this.tilesPerSide);
    }
    for (let i = 0; i < this.column; i++) this.numbers[i] = -this.numbers[i]!;
  }

  private sweep(k: number): void {
    this.readPivot(k);
    for (let i = 0; i < this.tilesPerSide; i++) if (i !== k) this.scaleColumn(i, k);
    for (let i = 0; i < this.tilesPerSide; i++) {
      if (i === k) continue;
      for (let j = 0; j <= i; j++) {
        if (j === k) continue;
        this.multiply(this.tile(i, j), this.scaled + i * TILE_SIZE, this.column + j * TILE_SIZE);
      }
    }
    for (let i = 0; i < this.tilesPerSide; i++) if (i !== k) this.writeColumn(i, k);
    this.numbers.copyWithin(this.tile(k, k), this.pivot, this.pivot + TILE_SIZE);
  }

  /** Sets `pivot` to -A[k,k]⁻¹. */
  private readPivot(k: number): void {
    const from = this.tile(k, k);
    const block = new Float64Array(TILE_SIZE);
    for (let row = 0; row < TILE; row++) {
      for (let column = 0; column <= row; column++) {
        const value = this.numbers[from + row * TILE + column]!;
        block[row * TILE + column] = value;
        block[column * TILE + row] = value;
      }
    }
    sweepTile(block);
    this.numbers.set(block, this.pivot);
  }

  /** Keeps A[k,i] as tile `i` of `column`, and -A[i,k] A[k,k]⁻¹ as tile `i` of `scaled`. */
  private scaleColumn(i: number, k: number): void {
    const column = this.column + i * TILE_SIZE;
    const scaled = this.scaled + i * TILE_SIZE;
    let below = this.spare;
    if (i > k) {
      below = this.tile(i, k);
      this.transpose(below, column, 1);
    } else {
      this.numbers.copyWithin(column, this.tile(k, i), this.tile(k, i) + TILE_SIZE);
      this.transpose(column, below, 1);
    }
    this.numbers.fill(0, scaled, scaled + TILE_SIZE);
    this.multiply(scaled, below, this.pivot);
  }

  /** Stores A[i,k] A[k,k]⁻¹ where A[i,k] was. */
  private writeColumn(i: number, k: number): void {
    const scaled = this.scaled + i * TILE_SIZE;
    if (i < k) return this.transpose(scaled, this.tile(k, i), -1);
    const to = this.tile(i, k);
    for (let x = 0; x < TILE_SIZE; x++) this.numbers[to + x] = -this.numbers[scaled + x]!;
  }

  private multiply(c: number, a: number, b: number): void {
    this.multiplyAdd(c * NUMBER, a * NUMBER, b * NUMBER);
  }

  private transpose(from: number, to: number, sign: 1 | -1): void {
    for (let row = 0; row < TILE; row++) {
      for (let column = 0; column < TILE; column++) {
        this.numbers[to + column * TILE + row] = sign * this.numbers[from + row * TILE + column]!;
      }
    }
  }

  /** Where tile (i, j), i ≥ j, starts. */
  private tile(i: number, j: number): number {
    return ((i * (i + 1)) / 2 + j) * TILE_SIZE;
  }

  /** Where the number in `row` ≥ `column` is. */
  private at(row: number, column: number): number {
    return (
      this.tile(Math.floor(row / TILE), Math.floor(column / TILE)) + (row % TILE) * TILE + (column % TILE)
    );
  }
}

/** Turns a full symmetric tile into the negative of its inverse. */
function sweepTile(block: Float64Array): void {
  for (let p = 0; p < TILE; p++) {
    const pivot = block[p * TILE + p]!;
    if (!(pivot > 0)) throw new RangeError("the matrix is not positive definite");
    for (let row = 0; row < TILE; row++) {
      if (row === p) continue;
      const factor = block[row * TILE + p]! / pivot;
      for (let column = 0; column < TILE; column++) {
        if (column !== p) block[row * TILE + column]! -= factor * block[p * TILE + column]!;
      }
    }
    for (let row = 0; row < TILE; row++) {
      if (row === p) continue;
      block[row * TILE + p]! /= pivot;
      block[p * TILE + row] = block[row * TILE + p]!;
    }
    block[p * TILE + p] = -1 / pivot;
  }
}
