import { type CryptoKey } from "jose";

import {
  type KeptKey,
  type KeyActor,
  type NewKey,
  type PublicJwk,
  type SigningKeys,
} from "../../datasources/identity/signing-keys.js";
import {
  ALGORITHM,
  KeySealing,
  makeTokenKey,
  readTokenKey,
  verifyingKey,
  type TokenKey,
} from "./token-key.js";

const DAY_SECONDS = 86_400;
/** No gateway signs tokens for longer. Seconds. */
export const TOKEN_SECONDS_AT_MOST = DAY_SECONDS;
/** How long what a key has signed is believed after the next was made: those who have not heard of that one sign on. Seconds. */
const BELIEVED_SECONDS = TOKEN_SECONDS_AT_MOST + 3_600;
/** A new key is shown for this long before it signs, so that everybody who verifies has seen it. Seconds. */
const SHOWN_SECONDS = 10;
/** A key that nobody knows is looked for at most this often. Milliseconds. */
const LOOK_MS = 1_000;

/** What keys are made from and for how long they sign. */
export interface KeySettings {
  /** What private keys are sealed by. */
  secret: Uint8Array;
  /** An Ed25519 private key in PEM that signs instead of those that are made; null for none. */
  configured: string | null;
  /** A key signs for so long; then another does. */
  days: number;
}

/** What verifies and signs. */
export interface Keys {
  /** The key that signs now. */
  current(): TokenKey;
  /** Whether a key that was found before is still believed. */
  believes(kid: string): boolean;
  /** What verifies the signatures of a key; null where there is no such key. @throws StoreUnavailableError */
  find(kid: string): Promise<CryptoKey | null>;
  /** Has the key be believed until an instant at least. */
  need(kid: string, until: Date): Promise<void>;
}

interface Verifier {
  publicKey: PublicJwk;
  key: CryptoKey;
  /** On the clock of `performance.now()`. */
  until: number;
}

/**
 * The keys of a deployment, as this process knows them: public halves of all, private ones of those that its own secret
 * has sealed. The latest of these signs; each of them, and of the other gateways', verifies, until what it signed has
 * expired.
 */
export class KeyRing implements Keys {
  readonly #sealing: KeySealing;
  #verifiers = new Map<string, Verifier>();
  #own = new Map<string, TokenKey>();
  #current!: TokenKey;
  #looked = -Infinity;
  #looking: Promise<void> | undefined;

  private constructor(
    private readonly store: SigningKeys,
    private readonly settings: KeySettings,
    private readonly configured: TokenKey | null,
  ) {
    this.#sealing = new KeySealing(settings.secret);
  }

  /** Reads the keys there are, and makes one where there is none to sign with. @throws StoreUnavailableError */
  static async open(store: SigningKeys, settings: KeySettings): Promise<KeyRing> {
    const ring = new KeyRing(
      store,
      settings,
      settings.configured ? await readTokenKey(settings.configured) : null,
    );
    await ring.refresh();
    return ring;
  }

  current(): TokenKey {
    return this.#current;
  }

  believes(kid: string): boolean {
    return this.#verifying(kid) !== null;
  }

  async find(kid: string): Promise<CryptoKey | null> {
    const known = this.#verifying(kid);
    if (known || performance.now() - this.#looked < LOOK_MS) return known;
    await this.refresh();
    return this.#verifying(kid);
  }

  need(kid: string, until: Date): Promise<void> {
    return this.store.need(kid, until);
  }

  /** The public halves of all keys that verify, as a JSON Web Key Set (RFC 7517). */
  jwks(): { keys: object[] } {
    const keys = [...this.#verifiers].map(([kid, { publicKey }]) => ({
      ...publicKey,
      kid,
      alg: ALGORITHM,
      use: "sig",
    }));
    return { keys };
  }

  /** Reads the keys anew, once for all who ask at the same time, and makes the next where the latest has signed for long enough. */
  refresh(): Promise<void> {
    this.#looking ??= this.#refresh().finally(() => {
      this.#looked = performance.now();
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** All keys that are believed, the latest first. @throws StoreUnavailableError */
  kept(): Promise<KeptKey[]> {
    return this.store.list();
  }

  /** Of the key that signs because it is configured; null for none. */
  get configuredKid(): string | null {
    return this.configured?.kid ?? null;
  }

  /** Takes a key away for an operator; answers whether that could be done: not with one that is configured. @throws StoreUnavailableError */
  async remove(kid: string): Promise<boolean> {
    return kid !== this.configuredKid && (await this.store.remove(kid, "command"));
  }

  /** Makes a key for an operator, that is to sign from now on. @returns its kid; null where the key that signs is configured. */
  async rotate(): Promise<string | null> {
    if (this.configured) return null;
    await this.#make(await this.store.list(), "command");
    await this.refresh();
    return (await this.store.list()).find((key) => this.#isOurs(key))?.kid ?? null;
  }

  async #refresh(): Promise<void> {
    const kept = await this.store.list();
    const due = this.configured
      ? !this.#isKept(kept, this.configured.kid)
      : !kept.some((key) => this.#signs(key));
    if (due) await (this.configured ? this.#keepConfigured(this.configured) : this.#make(kept, "job"));
    await this.#learn(due ? await this.store.list() : kept);
  }

  #isKept(kept: readonly KeptKey[], wanted: string): boolean {
    // Long before it is over it is told again.
    const enough = (this.settings.days * DAY_SECONDS) / 2;
    return kept.some(({ kid, secondsLeft }) => kid === wanted && secondsLeft > enough);
  }

  #isOurs({ ring, secondsLeft }: KeptKey): boolean {
    return ring === this.#sealing.ring && secondsLeft > TOKEN_SECONDS_AT_MOST;
  }

  /** Whether a kept key is one that this process may sign with, and has not signed for too long already. */
  #signs(key: KeptKey): boolean {
    return this.#isOurs(key) && key.ageSeconds < this.settings.days * DAY_SECONDS;
  }

  async #make(kept: readonly KeptKey[], by: KeyActor): Promise<void> {
    const { ring } = this.#sealing;
    const ours = kept.filter((key) => key.ring === ring);
    const generation = 1 + Math.max(0, ...ours.map((key) => key.generation));
    const key = await makeTokenKey();
    // Of two processes that make the same generation one makes it, and both sign with that.
    await this.#add({ ...key, sealed: await this.#sealing.seal(key), ring, generation }, by);
  }

  async #keepConfigured({ kid, publicKey }: TokenKey): Promise<void> {
    await this.#add({ kid, publicKey, sealed: null, ring: `configured ${kid}`, generation: 1 }, "job");
  }

  #add({ kid, publicKey, sealed, ring, generation }: NewKey, by: KeyActor): Promise<boolean> {
    const seconds = this.settings.days * DAY_SECONDS + BELIEVED_SECONDS;
    return this.store.add({ kid, publicKey, sealed, ring, generation }, seconds, BELIEVED_SECONDS, by);
  }

  async #learn(kept: readonly KeptKey[]): Promise<void> {
    const now = performance.now();
    const verifiers = kept.map(async ({ kid, publicKey, secondsLeft }): Promise<[string, Verifier]> => {
      const key = this.#verifiers.get(kid)?.key ?? (await verifyingKey(publicKey));
      return [kid, { publicKey, key, until: now + secondsLeft * 1_000 }];
    });
    const [believed, current] = [
      new Map(await Promise.all(verifiers)),
      this.configured ?? (await this.#latest(kept)),
    ];
    this.#verifiers = believed;
    this.#current = current;
  }

  /** The latest key of ours that has been shown for long enough; where there is none, the latest. */
  async #latest(kept: readonly KeptKey[]): Promise<TokenKey> {
    const ours = kept.filter((key) => this.#isOurs(key));
    const chosen = ours.find(({ ageSeconds }) => ageSeconds >= SHOWN_SECONDS) ?? ours[0];
    if (!chosen) throw new Error("A key was made to sign with and is not there");
    const opened = this.#own.get(chosen.kid) ?? (await this.#sealing.open(chosen.sealed ?? ""));
    this.#own = new Map([[chosen.kid, opened]]);
    return opened;
  }

  #verifying(kid: string): CryptoKey | null {
    const found = this.#verifiers.get(kid);
    return found && found.until > performance.now() ? found.key : null;
  }
}
