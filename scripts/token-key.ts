import { generateKeyPairSync } from "node:crypto";

/** A key for a gateway to sign access tokens with, so that whoever started it can sign some as well: MARQUEE_TOKEN_KEY. */
export function newTokenKey(): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  return privateKey.export({ type: "pkcs8", format: "pem" }) as string;
}
