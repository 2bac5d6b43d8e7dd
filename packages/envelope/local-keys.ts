import { hkdfSync } from "node:crypto";

import { type KeyService, type WrappedKey } from "./key-service.js";
import { Sealing } from "./sealing.js";

const CONTEXT = "data key";

/** Keys that this process holds: the first wraps, each unwraps what it has wrapped. */
export class LocalKeys implements KeyService {
  readonly keyId: string;
  readonly #keys: ReadonlyMap<string, Sealing>;

  /** @param secrets of 32 random bytes or more; the newest first. */
  constructor(secrets: readonly [Uint8Array, ...Uint8Array[]]) {
    this.keyId = idOf(secrets[0]);
    this.#keys = new Map(secrets.map((secret) => [idOf(secret), new Sealing(secret)]));
  }

  has(keyId: string): boolean {
    return this.#keys.has(keyId);
  }

  wrap(dataKey: Buffer): Promise<WrappedKey> {
    const { keyId } = this;
    return Promise.resolve({ keyId, wrapped: this.#sealing(keyId).seal(dataKey, CONTEXT) });
  }

  async unwrap({ keyId, wrapped }: WrappedKey): Promise<Buffer> {
    return this.#sealing(keyId).open(wrapped, CONTEXT);
  }

  #sealing(keyId: string): Sealing {
    const sealing = this.#keys.get(keyId);
    if (!sealing) throw new Error(`There is no key ${keyId}`);
    return sealing;
  }
}

/** Tells keys apart, and tells nothing of them. */
function idOf(secret: Uint8Array): string {
  return Buffer.from(hkdfSync("sha256", secret, "", "marquee key id", 9)).toString("base64url");
}
