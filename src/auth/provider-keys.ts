import {
  createRemoteJWKSet,
  errors as joseErrors,
  type CryptoKey,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from "jose";
import { allowInsecureRequests, discovery } from "openid-client";

import { clientError } from "../../resolvers/request/errors.js";
import { type ProviderSettings } from "./provider-variables.js";

/** Time that the provider may take to answer. Milliseconds. */
const ANSWER_MS = 5_000;
/** A key that is not known is asked for at most this often. Milliseconds. */
const ASK_MS = 2_000;
/** How often all keys are asked for, so that those which were taken away are known to be. Milliseconds. */
const ANEW_MS = 600_000;
/** What says that a token is no good, and not that the provider is not there. */
const OF_TOKEN = [
  joseErrors.JWKSNoMatchingKey,
  joseErrors.JWKSMultipleMatchingKeys,
  joseErrors.JOSENotSupported,
  joseErrors.JWSInvalid,
];

type Keys = ReturnType<typeof createRemoteJWKSet>;

/**
 * The keys of an identity provider. What it signs with is asked for when it is first met, and again when something is
 * signed with a key that is not known; while it is down, the keys that are known go on.
 */
export class ProviderKeys {
  #keys: Keys | undefined;
  #opening: Promise<Keys> | undefined;
  #failedAt = -Infinity;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly settings: Pick<ProviderSettings, "issuer" | "audience" | "jwksUrl">) {
    this.#timer = setInterval(() => void this.#keys?.reload().catch(() => undefined), ANEW_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Whether a key is still one of the provider's, as far as is known. */
  believes(kid: string | undefined): boolean {
    return this.#keys?.jwks()?.keys.some((key) => key.kid === kid) ?? false;
  }

  /**
   * What verifies a token.
   *
   * @throws JOSEError where no key can; IDENTITY_PROVIDER_UNAVAILABLE where the provider would have to say.
   */
  async find(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const pausing = performance.now() - this.#failedAt < ASK_MS;
    if (pausing && !this.believes(header.kid)) throw unavailable();
    try {
      const keys = this.#keys ?? (await this.#open());
      return await keys(header, token);
    } catch (error) {
      if (OF_TOKEN.some((kind) => error instanceof kind)) throw error;
      this.#failedAt = performance.now();
      throw unavailable();
    }
  }

  /** Finds out where the keys are, once for all who ask at the same time. */
  #open(): Promise<Keys> {
    this.#opening ??= this.#locate()
      .then((url) => {
        // Known keys are good until the provider says otherwise, not until it has not been asked for a while.
        const options = { timeoutDuration: ANSWER_MS, cooldownDuration: ASK_MS, cacheMaxAge: Infinity };
        return (this.#keys = createRemoteJWKSet(url, options));
      })
      .finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #locate(): Promise<URL> {
    const { issuer, audience, jwksUrl } = this.settings;
    if (jwksUrl !== null) return new URL(jwksUrl);
    const server = new URL(issuer);
    const execute = server.protocol === "http:" ? [allowInsecureRequests] : [];
    const found = await discovery(server, audience, undefined, undefined, {
      execute,
      timeout: ANSWER_MS / 1_000,
    });
    const { jwks_uri: uri } = found.serverMetadata();
    if (uri === undefined) throw new Error("Its discovery document names no keys");
    return new URL(uri);
  }
}

function unavailable() {
  return clientError(
    "IDENTITY_PROVIDER_UNAVAILABLE",
    "authorization: the identity provider does not answer, and the token is signed with a key that is not known yet. Try again.",
    { field: "authorization" },
  );
}
