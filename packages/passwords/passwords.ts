import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from "node:crypto";

/** scrypt (RFC 7914) with the parameters that OWASP's password storage cheat sheet gives for 16 MiB: N = 2^14, r = 8, p = 5. */
const COST = { logN: 14, r: 8, p: 5 };
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** Bounds of what a stored string may ask for, so that a damaged one costs neither memory nor minutes. */
const MAX = { logN: 17, r: 16, p: 16 };
const FORMAT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/;

/** A password with a fresh salt as `$scrypt$ln=…,r=…,p=…$<salt>$<key>` (PHC string format), parameters included. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, COST, KEY_BYTES);
  return `$scrypt$ln=${COST.logN},r=${COST.r},p=${COST.p}$${encode(salt)}$${encode(key)}`;
}

/**
 * Whether a password is the one that was hashed; compared in constant time. `stored` is null where there is no such
 * account: the answer is false and takes as long, so that the time does not tell which e-mail addresses are known.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const known = stored === null ? null : parse(stored);
  if (known === null) {
    await derive(password, Buffer.alloc(SALT_BYTES), COST, KEY_BYTES);
    return false;
  }
  return timingSafeEqual(await derive(password, known.salt, known.cost, known.key.length), known.key);
}

interface Parsed {
  cost: typeof COST;
  salt: Buffer;
  key: Buffer;
}

function parse(stored: string): Parsed | null {
  const [, logN, r, p, salt = "", key = ""] = FORMAT.exec(stored) ?? [];
  const cost = { logN: Number(logN), r: Number(r), p: Number(p) };
  const sound = (["logN", "r", "p"] as const).every((name) => cost[name] >= 1 && cost[name] <= MAX[name]);
  const parsed = { cost, salt: Buffer.from(salt, "base64"), key: Buffer.from(key, "base64") };
  return sound && parsed.key.length >= 16 ? parsed : null;
}

function derive(password: string, salt: Buffer, cost: typeof COST, length: number): Promise<Buffer> {
  const N = 2 ** cost.logN;
  const options: ScryptOptions = { N, r: cost.r, p: cost.p, maxmem: 256 * N * cost.r };
  return new Promise((resolve, reject) => {
    // Equal passwords may be typed as different code points; NFC makes them one (RFC 8265).
    scrypt(password.normalize("NFC"), salt, length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function encode(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
