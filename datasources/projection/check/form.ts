import { createHash } from "node:crypto";

import { canonical } from "./canonical.js";

/**
 * What tells one form of stored entries from another: the same as long as its parts say the same. What is kept under
 * another is filled anew.
 *
 * @returns 12 hexadecimal digits.
 */
export function formHash(...parts: readonly unknown[]): string {
  return createHash("sha256").update(canonical(parts)).digest("hex").slice(0, 12);
}
