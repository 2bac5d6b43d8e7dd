import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from "node:crypto";

import { calculateJwkThumbprint, compactDecrypt, CompactEncrypt, importJWK, type CryptoKey } from "jose";

import { type PublicJwk } from "../../datasources/identity/signing-keys.js";

/** Tokens are signed with Ed25519, which JOSE calls by this name (RFC 8037). */
export const ALGORITHM = "EdDSA";

/** A key that access tokens are signed with. */
export interface TokenKey {
  /** RFC 7638 thumbprint. */
  kid: string;
  publicKey: PublicJwk;
  privateKey: KeyObject;
}

/** A new key. */
export function makeTokenKey(): Promise<TokenKey> {
  return tokenKeyOf(generateKeyPairSync("ed25519").privateKey);
}

/** @param pem an Ed25519 private key as PKCS #8 in PEM. @throws Error for anything else. */
export async function readTokenKey(pem: string): Promise<TokenKey> {
  return tokenKeyOf(createPrivateKey(pem));
}

/** Whether a text is an Ed25519 private key as PKCS #8 in PEM. */
export function isTokenKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === "ed25519";
  } catch {
    return false;
  }
}

async function tokenKeyOf(privateKey: KeyObject): Promise<TokenKey> {
  const { x = "" } = createPublicKey(privateKey).export({ format: "jwk" });
  const publicKey = { kty: "OKP", crv: "Ed25519", x };
  return { kid: await calculateJwkThumbprint(publicKey), publicKey, privateKey };
}

/** The public half, as tokens are verified with it. */
export async function verifyingKey(publicKey: PublicJwk): Promise<CryptoKey> {
  return (await importJWK({ ...publicKey }, ALGORITHM)) as CryptoKey;
}

/** Keeps private keys where others can read: sealed by a secret (RFC 7516, `dir` with A256GCM). */
export class KeySealing {
  readonly #key: Uint8Array;
  /** Tells keys that were sealed by this secret from others, and tells nothing of it. */
  readonly ring: string;

  constructor(secret: Uint8Array) {
    const derive = (purpose: string, bytes: number) =>
      new Uint8Array(hkdfSync("sha256", secret, "", purpose, bytes));
    this.#key = derive("marquee token keys", 32);
    this.ring = Buffer.from(derive("marquee token key ring", 12)).toString("base64url");
  }

  seal({ kid, privateKey }: TokenKey): Promise<string> {
    return new CompactEncrypt(privateKey.export({ type: "pkcs8", format: "der" }))
      .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid })
      .encrypt(this.#key);
  }

  /** @throws JOSEError for what was sealed by another secret, or changed. */
  async open(sealed: string): Promise<TokenKey> {
    const { plaintext } = await compactDecrypt(sealed, this.#key);
    return tokenKeyOf(createPrivateKey({ key: Buffer.from(plaintext), type: "pkcs8", format: "der" }));
  }
}
