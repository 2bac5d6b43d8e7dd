/** The public half of an Ed25519 key as JSON (RFC 8037). */
export interface PublicJwk {
  kty: string;
  crv: string;
  x: string;
}

/** A key as it is kept. */
export interface KeptKey {
  /** RFC 7638 thumbprint. */
  kid: string;
  publicKey: PublicJwk;
  /** The private half, sealed; null where it comes from the configuration. */
  sealed: string | null;
  /** The keys of one ring follow each other. */
  ring: string;
  generation: number;
  ageSeconds: number;
  /** For how long what was signed with it will still be believed. Seconds. */
  secondsLeft: number;
}

/** A key to keep. */
export type NewKey = Pick<KeptKey, "kid" | "publicKey" | "sealed" | "ring" | "generation">;

/** Who makes keys and takes them away: an operator's command, or a gateway when it is time. */
export type KeyActor = "command" | "job";

/** What access tokens of a deployment are signed with, for all its gateways and tenants. */
export interface SigningKeys {
  /** Those whose tokens are still believed, the latest generation first. @throws StoreUnavailableError */
  list(): Promise<KeptKey[]>;
  /**
   * Keeps a key for `seconds`, and those of its ring before it for `predecessorSeconds` more, or for as long as tokens of
   * theirs need. One that is kept already is kept for longer.
   *
   * @param by who is noted to have made it.
   * @returns whether it is there now: not where somebody else has made that generation.
   */
  add(key: NewKey, seconds: number, predecessorSeconds: number, by: KeyActor): Promise<boolean>;
  /** Has a key be believed until an instant at least. */
  need(kid: string, until: Date): Promise<void>;
  /** Takes a key away, and with it what it signed, and notes who did; answers whether there was one. */
  remove(kid: string, by: KeyActor): Promise<boolean>;
}
