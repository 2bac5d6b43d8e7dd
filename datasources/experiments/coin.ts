import { createHash } from "node:crypto";

/** Tosses of one hash. */
const BITS = 256;

/** A coin that falls the same, toss by toss, whenever one is made for the same: a bit of a hash for each toss. */
export function coinOf(...seed: readonly string[]): () => boolean {
  let tosses = 0;
  let hash: Buffer = Buffer.alloc(0);
  return () => {
    const at = tosses % BITS;
    if (at === 0) hash = hashOf([...seed, tosses / BITS]);
    tosses += 1;
    return ((hash[at >> 3]! >> (at & 7)) & 1) === 1;
  };
}

function hashOf(seed: unknown): Buffer {
  return createHash("sha256").update(JSON.stringify(seed)).digest();
}
