import { LRUCache } from "lru-cache";

import { CallLog } from "../../datasources/core/store-request.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Identity } from "../../resolvers/request/identity.js";
import { rolesOf } from "../../resolvers/request/roles.js";
import { isOperatorsRole } from "./operators.js";

/** How long what was found stands: with the look-up itself a role that was taken away is gone within five seconds. */
const STANDS_MS = 4_000;
const MOST_REMEMBERED = 10_000;

/** What is known of a token. */
interface Known {
  operator: boolean;
  /** When it was looked up last, on the clock given. */
  at: number;
}

/** Tells whose requests go before everybody else's. */
export class OperatorsFirst {
  readonly #known = new LRUCache<string, Known>({ max: MOST_REMEMBERED });

  /**
   * @param look tells whether a token's account is an operator's now; where that fails, what was known stands.
   * @param perf the clock.
   */
  constructor(
    private readonly look: (identity: Identity) => Promise<boolean>,
    private readonly perf: { now(): number } = performance,
  ) {}

  /**
   * Whether the request goes first. Nobody waits for the answer: a token is taken at its word until it was looked up,
   * which begins with its first request, and for a moment at what was found last.
   *
   * @param identity what a token that is good says.
   */
  has(token: string, identity: Identity): boolean {
    if (identity.operator !== true) return false;
    const known = this.#known.get(token) ?? { operator: true, at: -Infinity };
    const now = this.perf.now();
    if (now - known.at > STANDS_MS) {
      known.at = now;
      this.#known.set(token, known);
      this.look(identity).then(
        (operator) => (known.operator = operator),
        () => undefined,
      );
    }
    return known.operator;
  }
}

/** Whether a token speaks for an operator as its account is now. @throws StoreUnavailableError */
export async function isOperatorNow(
  { tenants, accounts }: Pick<Stores, "tenants" | "accounts">,
  identity: Identity,
): Promise<boolean> {
  const tenant = await tenants.bySlug(identity.tenant);
  const viewer = tenant && (await accounts.viewer({ tenant, calls: new CallLog() }, identity));
  return viewer !== null && rolesOf(identity, viewer).some(isOperatorsRole);
}
