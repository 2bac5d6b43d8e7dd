import { CallLog, type StoreRequest } from "../datasources/core/store-request.js";
import { StoreUnavailableError } from "../datasources/core/store-error.js";
import { type Tenant } from "../datasources/core/tenant.js";

/** Tenants asked at once. */
const AT_ONCE = 8;

/** What tenants have answered, in their order, and the slugs of those whose stores did not. */
export interface Gathered<T> {
  answers: { tenant: Tenant; answer: T }[];
  unanswered: string[];
}

/**
 * Asks something of many tenants, each by a request of its own: what one of them waits for in vain is nobody else's. Those
 * that are being deleted are not asked, since what they had may be gone.
 *
 * @param request that of whoever asks: its path, and when it is over.
 */
export async function scatter<T>(
  request: StoreRequest,
  all: readonly Tenant[],
  ask: (request: StoreRequest) => Promise<T>,
): Promise<Gathered<T>> {
  const tenants = all.filter(({ state }) => state !== "DELETING");
  const asked: (T | StoreUnavailableError)[] = [];
  const left = tenants.map((tenant, at) => ({ tenant, at }));
  const worker = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const own = { tenant: next.tenant, calls: new CallLog(), path: request.path, signal: request.signal };
      asked[next.at] = await ask(own).catch(unanswered);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const gathered: Gathered<T> = { answers: [], unanswered: [] };
  tenants.forEach((tenant, at) => {
    const answer = asked[at] as T | StoreUnavailableError;
    if (answer instanceof StoreUnavailableError) gathered.unanswered.push(tenant.slug);
    else gathered.answers.push({ tenant, answer });
  });
  return gathered;
}

function unanswered(error: unknown): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error;
  throw error;
}
