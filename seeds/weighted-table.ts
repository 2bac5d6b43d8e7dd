import { type Random } from "./random.js";

/**
 * Draws from a fixed distribution in constant time: Walker's alias method as set up by M. D. Vose (1991). Eight bytes
 * an entry.
 */
export class WeightedTable {
  private readonly keep: Float32Array;
  private readonly alias: Uint32Array;
  /** Whether any entry can be drawn. */
  readonly empty: boolean;

  /** Entry i is drawn in proportion to `weights[i]`, which must not be negative. */
  constructor(weights: Float64Array) {
    const size = weights.length;
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.empty = !(total > 0);
    this.keep = new Float32Array(size).fill(1);
    this.alias = new Uint32Array(size);
    if (!this.empty) this.fill(Float64Array.from(weights, (weight) => (weight * size) / total));
  }

  /** The index of an entry. The table must not be empty. */
  draw(random: Random): number {
    const slot = random.below(this.keep.length);
    return random.next() < (this.keep[slot] ?? 1) ? slot : (this.alias[slot] ?? slot);
  }

  private fill(scaled: Float64Array): void {
    const small: number[] = [];
    const large: number[] = [];
    scaled.forEach((weight, i) => (weight < 1 ? small : large).push(i));
    const heaviest = scaled.reduce((best, weight, i) => (weight > (scaled[best] ?? 0) ? i : best), 0);
    for (let low = small.pop(); low !== undefined; low = small.pop()) {
      const high = large.at(-1) ?? heaviest;
      const share = scaled[low] ?? 0;
      this.keep[low] = low === high ? 1 : share;
      this.alias[low] = high;
      scaled[high] = (scaled[high] ?? 0) + share - 1;
      if (large.length > 0 && (scaled[high] ?? 0) < 1) small.push(large.pop() as number);
    }
  }
}
