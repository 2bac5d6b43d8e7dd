import { createHash } from "node:crypto";

/** Base64url characters of a digest that make an id: 72 bits, so that a billion names are unlikely to share one. */
const ID_LENGTH = 12;

/** A name as it is compared: Unicode NFC, outer white space gone, inner white space one space, lower case. */
export function normaliseName(name: string): string {
  return name.normalize("NFC").trim().replace(/\s+/gu, " ").toLowerCase();
}

/**
 * The local id of something that an import knows by name only: a person, a genre, a studio. Equal for names that differ
 * in case or white space, the same in every run and every tenant.
 */
export function entityId(name: string): string {
  return createHash("sha256").update(normaliseName(name)).digest("base64url").slice(0, ID_LENGTH);
}
