import { parseOptions } from "@node-rs/argon2";

import { compute } from "./hashing-threads.js";
import { isByScrypt, parseScrypt } from "./scrypt.js";

/**
 * argon2id (RFC 9106) with the least that OWASP's password storage cheat sheet asks for: 19 MiB of memory, two passes, one
 * lane. https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };
/** Bounds of what a stored string may ask for, so that a damaged one costs neither memory nor minutes. */
const MAX = { memoryCost: 131_072, timeCost: 8, parallelism: 4 };
/** What nobody's password hashes to, at the same cost. */
const NOBODYS = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}$${"A".repeat(22)}$${"A".repeat(43)}`;

/** What came of trying a password. */
export interface Verdict {
  right: boolean;
  /** The same password as it is hashed now, to be kept in place of what was stored; null where that is as good. */
  upgraded: string | null;
}

/** A password with a fresh salt as `$argon2id$v=19$m=…,t=…,p=…$<salt>$<key>` (PHC string format), parameters included. */
export function hashPassword(password: string): Promise<string> {
  return hashed(normal(password));
}

/**
 * Tries a password against what is stored.
 *
 * @param stored null where there is no such account: what is computed is the same, so that the time does not tell which
 *   e-mail addresses are known.
 * @param mixed whether others are stored as passwords were hashed before: then every password is tried both ways, or the
 *   time would tell whose are.
 */
export async function verifyPassword(
  password: string,
  stored: string | null,
  mixed = false,
): Promise<Verdict> {
  const text = normal(password);
  const old = stored === null ? null : parseScrypt(stored);
  const byScrypt = (old !== null || mixed) && (await isByScrypt(text, old));
  // In place of the comparison that every other password takes now.
  if (byScrypt) return { right: true, upgraded: await hashed(text) };
  const known = stored !== null && isSound(stored) ? stored : null;
  const right = (await compute({ does: "verify", stored: known ?? NOBODYS, text })) && known !== null;
  return { right, upgraded: right && isCheap(stored ?? "") ? await hashed(text) : null };
}

function hashed(text: string): Promise<string> {
  return compute({ does: "hash", text, options: COST });
}

/** Equal passwords may be typed as different code points; NFC makes them one (RFC 8265). */
function normal(password: string): string {
  return password.normalize("NFC");
}

/** Whether a stored text is a hash that may be computed. */
function isSound(stored: string): boolean {
  if (!stored.startsWith("$argon2id$")) return false;
  try {
    const asked = parseOptions(stored);
    return (["memoryCost", "timeCost", "parallelism"] as const).every((name) => asked[name] <= MAX[name]);
  } catch {
    return false;
  }
}

function isCheap(stored: string): boolean {
  const { memoryCost, timeCost } = parseOptions(stored);
  return memoryCost < COST.memoryCost || timeCost < COST.timeCost;
}
