import { createHash } from "node:crypto";

import { nameKey } from "../../packages/names/index.js";

/** Base64url characters of a digest that make an id: 72 bits, so that a billion names are unlikely to share one. */
const ID_LENGTH = 12;

/**
 * The local id of something that an import knows by name only: a person, a genre, a studio. Equal for names that `nameKey`
 * takes for one, the same in every run and every tenant.
 */
export function entityId(name: string): string {
  return createHash("sha256").update(nameKey(name)).digest("base64url").slice(0, ID_LENGTH);
}
