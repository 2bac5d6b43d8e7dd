import { timingSafeEqual } from "node:crypto";

import { compute } from "./hashing-threads.js";

/** How a password was hashed before: `$scrypt$ln=…,r=…,p=…$<salt>$<key>` (PHC string format). */
export interface ScryptHash {
  cost: { logN: number; r: number; p: number };
  salt: Buffer;
  key: Buffer;
}

/** Bounds of what a stored string may ask for, so that a damaged one costs neither memory nor minutes. */
const MAX = { logN: 17, r: 16, p: 16 };
const FORMAT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/;
const KEY_BYTES = 32;

/** What nobody's password hashes to, at the cost that passwords were hashed at (OWASP's for 16 MiB). */
const NOBODYS: ScryptHash = {
  cost: { logN: 14, r: 8, p: 5 },
  salt: Buffer.alloc(16),
  key: Buffer.alloc(KEY_BYTES),
};

/** A stored text as a hash of scrypt; null where it is none that may be computed. */
export function parseScrypt(stored: string): ScryptHash | null {
  const [, logN, r, p, salt = "", key = ""] = FORMAT.exec(stored) ?? [];
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  const sound = (["logN", "r", "p"] as const).every((name) => cost[name] >= 1 && cost[name] <= MAX[name]);
  const parsed = { cost, salt: Buffer.from(salt, "base64"), key: Buffer.from(key, "base64") };
  return sound && parsed.key.length >= 16 ? parsed : null;
}

/** Whether a password hashes to what is known of it, compared in constant time; null takes as long, and is nobody's. */
export async function isByScrypt(password: string, known: ScryptHash | null): Promise<boolean> {
  const { cost, salt, key } = known ?? NOBODYS;
  const same = timingSafeEqual(await derive(password, salt, cost, key.length), key);
  return known !== null && same;
}

function derive(text: string, salt: Buffer, cost: ScryptHash["cost"], length: number): Promise<Uint8Array> {
  const N = 2 ** cost.logN;
  return compute({
    does: "scrypt",
    text,
    salt,
    length,
    options: { N, r: cost.r, p: cost.p, maxmem: 256 * N * cost.r },
  });
}
