/** A data key as it is kept: nothing without the key that wrapped it. */
export interface WrappedKey {
  /** Of the key that wrapped it. */
  keyId: string;
  wrapped: Buffer;
}

/**
 * What data keys are wrapped by. A key management service implements it with three calls: `wrap` is its Encrypt, `unwrap`
 * its Decrypt, and `keyId` names the key in it that Encrypt uses from now on.
 */
export interface KeyService {
  /** The key that new ones are wrapped by. */
  readonly keyId: string;
  /** Whether it unwraps what a key has wrapped. */
  has(keyId: string): boolean;
  /** @param dataKey 32 bytes. @returns it wrapped by the key of `keyId`. */
  wrap(dataKey: Buffer): Promise<WrappedKey>;
  /** @returns the 32 bytes. @throws Error where it does not know the key, or it was not wrapped by it, or nothing answers. */
  unwrap(key: WrappedKey): Promise<Buffer>;
}
