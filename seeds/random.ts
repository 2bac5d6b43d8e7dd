/**
 * A stream of pseudo-random numbers that a seed decides entirely: sfc32 by Chris Doty-Humphrey (the 32-bit "small fast
 * chaotic" generator of PractRand). Not for secrets.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** Starts the stream named by these parts. Different parts give unrelated streams. */
  constructor(...parts: (string | number)[]) {
    this.a = hash32(1, parts);
    this.b = hash32(2, parts);
    this.c = hash32(3, parts);
    for (let warmUp = 0; warmUp < 12; warmUp += 1) this.bits();
  }

  /** Next 32 random bits, as a signed integer. */
  bits(): number {
    const sum = (this.a + this.b + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    this.c |= 0;
    return sum;
  }

  /** Uniform in [0, 1). */
  next(): number {
    return (this.bits() >>> 0) / 4294967296;
  }

  /** Uniform integer from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** Uniform integer from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** One of these, each as likely. The list must not be empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** `count` different ones of these, or all when there are fewer. */
  sample<T>(items: readonly T[], count: number): T[] {
    const pool = [...items];
    const chosen: T[] = [];
    while (chosen.length < count && pool.length > 0) chosen.push(...pool.splice(this.below(pool.length), 1));
    return chosen;
  }

  /** Standard normal deviate (Box–Muller). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }
}

/** 32-bit hash of these parts: FNV-1a over their characters, finished by MurmurHash3's mixer (Austin Appleby). */
export function hash32(salt: number, parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b9);
  for (const part of parts) {
    const text = String(part);
    for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0x1f, 0x01000193);
  }
  return mix32(hash);
}

/** MurmurHash3's 32-bit finaliser: every input bit reaches every output bit. */
export function mix32(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}

/** Standard normal deviate of two whole numbers, without a stream (sum of four uniforms, scaled). */
export function noiseOf(x: number, y: number): number {
  let sum = 0;
  for (let i = 1; i <= 4; i += 1)
    sum += (mix32(Math.imul(x + 1, 0x9e3779b1) ^ mix32(y * 4 + i)) >>> 0) / 4294967296;
  return (sum - 2) * Math.sqrt(3);
}

/**
 * A permutation of 0 … size − 1 that needs no memory: position `index` of it. A step that shares no factor with the
 * size visits every place once.
 */
export function permuted(index: number, size: number, salt: number): number {
  let step = Math.floor(size * 0.6180339887) + (Math.abs(salt) % 97);
  while (greatestCommonDivisor(step, size) !== 1) step += 1;
  return (index * step + (Math.abs(salt) % size)) % size;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
