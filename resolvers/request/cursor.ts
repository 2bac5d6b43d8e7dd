import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto";

import { type Position } from "../../datasources/core/page.js";
import { clientError } from "./errors.js";

/** Makes and reads the cursors of one deployment. */
export interface Cursors {
  /**
   * @param list what the cursor is good for: tenant, field, order and filter as one string.
   * @param position the row's place in that list.
   */
  encode(list: string, position: Position): string;
  /** @throws INVALID_CURSOR when it is damaged, forged, from an earlier signing key, or belongs to another list. */
  decode(list: string, cursor: string, field: string): Position;
}

const TAG_BYTES = 9;

/** Cursors are `tag + [value, id]` in base64url, the tag an HMAC over list and position, so that neither can be made up. */
export function createCursors(signingKey: Uint8Array): Cursors {
  const key = Buffer.from(hkdfSync("sha256", signingKey, "", "marquee cursor", 32));
  const tagOf = (list: string, payload: string) =>
    createHmac("sha256", key).update(list).update("\0").update(payload).digest().subarray(0, TAG_BYTES);
  return {
    encode(list, position) {
      const payload = JSON.stringify([position.value, position.id]);
      return Buffer.concat([tagOf(list, payload), Buffer.from(payload, "utf8")]).toString("base64url");
    },
    decode(list, cursor, field) {
      const bytes = Buffer.from(cursor.slice(0, 2_048), "base64url");
      const payload = bytes.subarray(TAG_BYTES).toString("utf8");
      const tag = bytes.subarray(0, TAG_BYTES);
      const whole = bytes.toString("base64url") === cursor;
      if (!whole || tag.length < TAG_BYTES || !timingSafeEqual(tag, tagOf(list, payload))) {
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
