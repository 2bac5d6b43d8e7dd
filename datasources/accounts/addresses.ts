import { addressForms } from "../../packages/names/index.js";
import { type KeyedHash } from "./person-keys.postgres.js";
import { type PersonSeal } from "./person-seal.js";

/** An address as it is kept: sealed, and by what it is found. */
export interface SealedAddress {
  email_sealed: Buffer;
  email_hash: string;
}

/** An address of whoever the seal is of. */
export function sealedAddress(email: string, seal: PersonSeal, hash: KeyedHash): SealedAddress {
  return { email_sealed: seal.seal("address", email), email_hash: addressHash(email, hash) };
}

/** What an address is found by, in whichever case it is written. */
export function addressHash(email: string, hash: KeyedHash): string {
  return hash(email.toLowerCase());
}

/**
 * What an address that somebody types may be found by, the likeliest first: in the one form of addresses, which is all that
 * is kept now; as one that was kept before there was that form, for nobody opens sealed rows to write them anew; and as
 * one of two that PostgreSQL took for two, and small letters of Unicode do not.
 */
export function addressHashes(email: string, hash: KeyedHash): [string, ...string[]] {
  const [form, ...others] = addressForms(email);
  return [addressHash(form, hash), ...others.map((other) => addressHash(other, hash)), hash(email.trim())];
}

/** What somebody is found by whom an identity provider knows. */
export function outsideHash(
  { issuer, subject }: { issuer: string; subject: string },
  hash: KeyedHash,
): string {
  return hash(JSON.stringify([issuer, subject]));
}

/** A row as PostgreSQL reads it from JSON: its bytes in hexadecimal. */
export function inJson(row: object): Record<string, unknown> {
  const texts = Object.entries(row).map(
    ([column, value]: [string, unknown]) =>
      [column, Buffer.isBuffer(value) ? `\\x${value.toString("hex")}` : value] as const,
  );
  return Object.fromEntries(texts);
}
