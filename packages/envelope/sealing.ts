import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";

const ALGORITHM = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** The form of what is sealed, in its first byte, so that another can be told from it. */
const FORM = 1;

/** What was to be opened was sealed by another key, for another context, or was changed. */
export class SealBrokenError extends Error {
  constructor(options?: ErrorOptions) {
    super("What was sealed does not open", options);
  }
}

/**
 * Seals by one key, with AES-256-GCM (NIST SP 800-38D). The nonce is a keyed hash of what is sealed and of its context, as
 * in SIV (RFC 5297): the same sealed twice is the same, so that stores see whether something changes, and no nonce is used
 * for two contents.
 */
export class Sealing {
  readonly #key: Buffer;
  readonly #nonceKey: Buffer;

  /** @param key 32 random bytes. */
  constructor(key: Uint8Array) {
    const derive = (purpose: string) => Buffer.from(hkdfSync("sha256", key, "", purpose, 32));
    this.#key = derive("marquee sealed content");
    this.#nonceKey = derive("marquee sealed nonce");
  }

  /** @param context what it is and whose: needed to open it, and not kept. */
  seal(content: Uint8Array, context: string): Buffer {
    const nonce = this.#nonceOf(content, context);
    const cipher = createCipheriv(ALGORITHM, this.#key, nonce).setAAD(Buffer.from(context));
    const body = [cipher.update(content), cipher.final()];
    return Buffer.concat([Buffer.of(FORM), nonce, ...body, cipher.getAuthTag()]);
  }

  /** @throws SealBrokenError */
  open(sealed: Buffer, context: string): Buffer {
    const body = 1 + NONCE_BYTES;
    if (sealed[0] !== FORM || sealed.length < body + TAG_BYTES) throw new SealBrokenError();
    try {
      const decipher = createDecipheriv(ALGORITHM, this.#key, sealed.subarray(1, body), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(-TAG_BYTES));
      return Buffer.concat([decipher.update(sealed.subarray(body, -TAG_BYTES)), decipher.final()]);
    } catch (cause) {
      throw new SealBrokenError({ cause });
    }
  }

  #nonceOf(content: Uint8Array, context: string): Buffer {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(context));
    const hmac = createHmac("sha256", this.#nonceKey).update(length).update(context).update(content);
    return hmac.digest().subarray(0, NONCE_BYTES);
  }
}
