import { LRUCache } from "lru-cache";

import { type ApiKeys } from "../../datasources/api-keys/api-keys.js";
import { type Tenants } from "../../datasources/core/tenants.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { parseKey } from "../../resolvers/request/api-key.js";
import { clientError } from "../../resolvers/request/errors.js";
import { type KeyGrant } from "../../resolvers/request/identity.js";
import { permissionOf } from "../../resolvers/permissions.js";

/** How long a key that was good is taken to be: what it takes until one that was revoked is refused. Milliseconds. */
const REMEMBER_MS = 2_000;
const MOST_REMEMBERED = 10_000;
/** Time between two notes that a key was used. Milliseconds. */
const NOTE_MS = 60_000;

/** Tells what an API key that is shown may do. */
export class KeyReader {
  readonly #good: LRUCache<string, KeyGrant>;
  readonly #noted: LRUCache<string, true>;

  /** @param perf the clock. */
  constructor(
    private readonly keys: Pick<ApiKeys, "scopeOf" | "used">,
    private readonly tenants: Pick<Tenants, "bySlug">,
    perf: { now(): number } = performance,
  ) {
    this.#good = new LRUCache({ max: MOST_REMEMBERED, ttl: REMEMBER_MS, ttlResolution: 0, perf });
    this.#noted = new LRUCache({ max: MOST_REMEMBERED, ttl: NOTE_MS, ttlResolution: 0, perf });
  }

  /** @throws UNAUTHENTICATED where it is none, or has ended: which, is not told. */
  async read(text: string): Promise<KeyGrant> {
    const shown = parseKey(text);
    if (!shown) throw notGood();
    const known = this.#good.get(shown.hash);
    if (known) return known;
    const tenant = await this.tenants.bySlug(shown.tenant);
    const scope = tenant && (await this.keys.scopeOf({ tenant, calls: new CallLog() }, shown));
    if (!tenant || !scope) throw notGood();
    this.#note(tenant, shown.id);
    const grant = { id: shown.id, tenant: tenant.slug, scope: new Set(scope), editor: isEditors(scope) };
    this.#good.set(shown.hash, grant);
    return grant;
  }

  /** Behind the request: nobody waits for it, and one that is lost is made up for by the next. */
  #note(tenant: Tenant, id: string): void {
    const name = `${tenant.slug} ${id}`;
    if (this.#noted.has(name)) return;
    this.#noted.set(name, true);
    this.keys.used(tenant, id).catch(() => this.#noted.delete(name));
  }
}

function isEditors(scope: readonly string[]): boolean {
  return scope.some((coordinate) => {
    const [type = "", field = ""] = coordinate.split(".");
    return permissionOf(type, field) === "EDITOR";
  });
}

function notGood() {
  return clientError(
    "UNAUTHENTICATED",
    "authorization: the API key is not valid, has expired or was revoked.",
    {
      field: "authorization",
      accepted: "Bearer and a token from signIn, or an API key",
    },
  );
}
