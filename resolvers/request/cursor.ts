import { createCipheriv, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

import { type Position } from "../../datasources/core/page.js";
import { clientError } from "./errors.js";

/** Makes and reads the cursors of one deployment. */
export interface Cursors {
  /**
   * @param list what the cursor is good for: tenant, field, order and filter as one string.
   * @param position the row's place in that list.
   */
  encode(list: string, position: Position): string;
  /** The same for the place of a row that is not shown: what it holds can be read by nobody. */
  encodeHidden(list: string, position: Position): string;
  /** @throws INVALID_CURSOR when it is damaged, forged, from an earlier signing key, or belongs to another list. */
  decode(list: string, cursor: string, field: string): Position;
}

const TAG_BYTES = 9;

/** Tells texts that this deployment has made from any other. */
export interface Seal {
  /** @param use what the text is good for. */
  of(use: string, text: string): Buffer;
  fits(use: string, text: string, tag: Buffer): boolean;
}

/**
 * Seals are HMACs (RFC 2104) under a key of their own purpose, derived from the signing key (RFC 5869), cut to nine bytes.
 */
export function createSeal(signingKey: Uint8Array, purpose: string): Seal {
  const key = Buffer.from(hkdfSync("sha256", signingKey, "", purpose, 32));
  const of = (use: string, text: string) =>
    createHmac("sha256", key).update(use).update("\0").update(text).digest().subarray(0, TAG_BYTES);
  return {
    of,
    fits: (use, text, tag) => tag.length === TAG_BYTES && timingSafeEqual(tag, of(use, text)),
  };
}

/** AES's. Bytes. */
const BLOCK = 16;

/**
 * Veils bytes, and unveils what it has veiled: AES-256 in counter mode, which begins where a tag of the bytes themselves
 * says, so that no two texts have one beginning (as in SIV, RFC 5297).
 */
function createVeil(signingKey: Uint8Array): (tag: Buffer, bytes: Buffer) => Buffer {
  const key = Buffer.from(hkdfSync("sha256", signingKey, "", "marquee hidden cursor", 32));
  return (tag, bytes) => {
    const beginning = Buffer.concat([tag, Buffer.alloc(BLOCK)], BLOCK);
    return createCipheriv("aes-256-ctr", key, beginning).update(bytes);
  };
}

/** Cursors are `tag + [value, id]` in base64url, the tag an HMAC over list and position, so that neither can be made up. */
export function createCursors(signingKey: Uint8Array): Cursors {
  const seal = createSeal(signingKey, "marquee cursor");
  const veil = createVeil(signingKey);
  return {
    encode(list, position) {
      const payload = JSON.stringify([position.value, position.id]);
      return Buffer.concat([seal.of(list, payload), Buffer.from(payload, "utf8")]).toString("base64url");
    },
    encodeHidden(list, position) {
      const payload = JSON.stringify([position.value, position.id]);
      const tag = seal.of(list, payload);
      return Buffer.concat([tag, veil(tag, Buffer.from(payload, "utf8"))]).toString("base64url");
    },
    decode(list, cursor, field) {
      const bytes = Buffer.from(cursor.slice(0, 2_048), "base64url");
      const [tag, body] = [bytes.subarray(0, TAG_BYTES), bytes.subarray(TAG_BYTES)];
      const payload = [body, veil(tag, body)]
        .map((text) => text.toString("utf8"))
        .find((text) => seal.fits(list, text, tag));
      const whole = bytes.toString("base64url") === cursor;
      if (!whole || payload === undefined) {
        throw clientError(
          "INVALID_CURSOR",
          `${field}: this cursor is damaged or belongs to another list. Accepted: a cursor of the same field with the same filter, order and tenant; start again without ${field} to get new ones.`,
          { field, accepted: "a cursor of this list" },
        );
      }
      const [value, id] = JSON.parse(payload) as [string | number, string];
      return { value, id };
    },
  };
}
