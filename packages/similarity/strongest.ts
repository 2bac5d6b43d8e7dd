/** A model's result, one position an edge: `from[i]` was watched, `to[i]` is recommended, `weight[i]` > 0. */
export interface Edges {
  from: Uint32Array;
  to: Uint32Array;
  weight: Float32Array;
}

/**
 * Keeps the `limit` strongest of any number of offered pairs, in memory bounded by `limit`.
 * A pair of equal weight ranks by the lower index, so that the outcome does not depend on the order of offers.
 */
export class Strongest {
  private readonly keys: Uint32Array;
  private readonly weights: Float64Array;
  private size = 0;

  constructor(private readonly limit: number) {
    this.keys = new Uint32Array(limit);
    this.weights = new Float64Array(limit);
  }

  /** Offers one pair; anything that is not above 0 is ignored. */
  offer(key: number, weight: number): void {
    if (!(weight > 0) || this.limit === 0) return;
    if (this.size < this.limit) {
      this.siftUp(this.size++, key, weight);
    } else if (weaker(this.weights[0]!, this.keys[0]!, weight, key)) {
      this.siftDown(key, weight);
    }
  }

  /** Empties into `edges` as edges that come in at `to`, strongest first; `name` turns a key into an item index. */
  drain(edges: EdgeList, to: number, name: (key: number) => number): void {
    for (const at of this.ordered()) edges.push(name(this.keys[at]!), to, this.weights[at]!);
    this.size = 0;
  }

  /** Empties into the keys, strongest first. */
  take(): Uint32Array {
    const keys = Uint32Array.from(this.ordered(), (at) => this.keys[at]!);
    this.size = 0;
    return keys;
  }

  /** Empties into `visit`, in no particular order. */
  empty(visit: (key: number) => void): void {
    for (let at = 0; at < this.size; at++) visit(this.keys[at]!);
    this.size = 0;
  }

  private ordered(): number[] {
    return Array.from({ length: this.size }, (_, i) => i).sort((a, b) =>
      weaker(this.weights[a]!, this.keys[a]!, this.weights[b]!, this.keys[b]!) ? 1 : -1,
    );
  }

  private siftUp(start: number, key: number, weight: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (weaker(this.weights[parent]!, this.keys[parent]!, weight, key)) break;
      this.put(at, this.keys[parent]!, this.weights[parent]!);
      at = parent;
    }
    this.put(at, key, weight);
  }

  private siftDown(key: number, weight: number): void {
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && this.isWeakerAt(child + 1, child)) child++;
      if (weaker(weight, key, this.weights[child]!, this.keys[child]!)) break;
      this.put(at, this.keys[child]!, this.weights[child]!);
      at = child;
    }
    this.put(at, key, weight);
  }

  private isWeakerAt(a: number, b: number): boolean {
    return weaker(this.weights[a]!, this.keys[a]!, this.weights[b]!, this.keys[b]!);
  }

  private put(at: number, key: number, weight: number): void {
    this.keys[at] = key;
    this.weights[at] = weight;
  }
}

/** True when the first pair ranks below the second. */
function weaker(weightA: number, keyA: number, weightB: number, keyB: number): boolean {
  return weightA < weightB || (weightA === weightB && keyA > keyB);
}

/** Edges gathered in typed arrays that grow by doubling. */
export class EdgeList {
  private edges: Edges = {
    from: new Uint32Array(1024),
    to: new Uint32Array(1024),
    weight: new Float32Array(1024),
  };
  private count = 0;

  /** Appends an edge. A weight too small for single precision, which would turn into 0, is left out. */
  push(from: number, to: number, weight: number): void {
    if (Math.fround(weight) === 0) return;
    if (this.count === this.edges.from.length) this.grow();
    this.edges.from[this.count] = from;
    this.edges.to[this.count] = to;
    this.edges.weight[this.count++] = weight;
  }

  /** What was gathered, in the order it was pushed. */
  take(): Edges {
    const { from, to, weight } = this.edges;
    return {
      from: from.slice(0, this.count),
      to: to.slice(0, this.count),
      weight: weight.slice(0, this.count),
    };
  }

  private grow(): void {
    const { from, to, weight } = this.edges;
    const size = from.length * 2;
    this.edges = { from: new Uint32Array(size), to: new Uint32Array(size), weight: new Float32Array(size) };
    this.edges.from.set(from);
    this.edges.to.set(to);
    this.edges.weight.set(weight);
  }
}
