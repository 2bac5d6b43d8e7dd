import { type StoreRequest } from "../core/store-request.js";
import { type Tenant } from "../core/tenant.js";
import { type DedicatedStores } from "./dedicated-stores.js";
import { type Deployment } from "./deployment.js";

/** What is asked for a tenant: by the tenant itself, or by a request of its. */
type Method = (this: unknown, ...args: unknown[]) => unknown;

/** Domains whose methods take a tenant, or a request of one, first; whatever takes neither is the deployment's own. */
const PLACED = [
  "accounts",
  "profiles",
  "accountCredentials",
  "accountRoles",
  "mails",
  "apiKeys",
  "sessions",
  "outsideAccounts",
  "audit",
  "privacy",
  "retention",
  "insights",
  "checkouts",
  "checkoutSteps",
  "catalog",
  "catalogProjection",
  "looking",
  "licenceChanges",
  "titleVersions",
  "titleSchedule",
  "titleEditing",
  "collections",
  "campaigns",
  "viewing",
  "viewingIngest",
  "viewingWriting",
  "playback",
  "recommendations",
  "keptRecommendations",
  "tasteGraph",
  "tasteModels",
  "tasteFacts",
  "top10",
  "top10Job",
  "search",
  "searchProjection",
  "searchSteering",
  "searchLog",
  "searchLearning",
  "servedLists",
  "experiments",
  "outbox",
  "operations",
] as const satisfies (keyof Deployment)[];
type Placed = (typeof PLACED)[number];

/** Every domain, answered from where the tenant is: the deployment's own servers, or those of the tenant. */
export function placedDomains(home: Deployment, dedicated: DedicatedStores): Pick<Deployment, Placed> {
  const domains = PLACED.map((name) => [name, placed(home[name], (at) => at[name], dedicated)] as const);
  return Object.fromEntries(domains) as unknown as Pick<Deployment, Placed>;
}

function placed<T extends object>(
  domain: T,
  domainOf: (deployment: Deployment) => T,
  dedicated: DedicatedStores,
): T {
  const routes = new WeakMap<Method, Method>();
  return new Proxy(domain, {
    get(own, name) {
      const method: unknown = Reflect.get(own, name, own);
      if (typeof method !== "function") return method;
      const known = routes.get(method as Method);
      if (known) return known;
      const route = (...args: unknown[]) => {
        const tenant = tenantOf(args[0]);
        if (!tenant?.servers) return (method as Method).apply(own, args);
        const ask = (at: Deployment) => {
          const there = domainOf(at);
          return (Reflect.get(there, name, there) as Method).apply(there, args);
        };
        return elsewhere(dedicated, tenant, ask);
      };
      routes.set(method as Method, route);
      return route;
    },
  });
}

/** What a tenant's own servers answer, opened first where they are not. */
function elsewhere(dedicated: DedicatedStores, tenant: Tenant, ask: (at: Deployment) => unknown): unknown {
  const opened = dedicated.opened(tenant);
  const asked = (at: Deployment) => {
    const answer = ask(at);
    return isStream(answer) ? whileRead(dedicated, tenant, answer) : answer;
  };
  const answer = opened ? asked(opened) : later(dedicated.at(tenant).then(asked));
  if (answer instanceof Promise) dedicated.during(tenant, answer);
  return answer;
}

function isStream(answer: unknown): answer is AsyncIterable<unknown> {
  return typeof answer === "object" && answer !== null && Symbol.asyncIterator in answer;
}

/** A stream whose servers stay open from when it is begun to be read until it has been, or is given up. */
async function* whileRead(
  dedicated: DedicatedStores,
  tenant: Tenant,
  stream: AsyncIterable<unknown>,
): AsyncGenerator<unknown> {
  let end = () => {};
  dedicated.during(tenant, new Promise<void>((resolve) => (end = resolve)));
  try {
    yield* stream;
  } finally {
    end();
  }
}

/** An answer to come that can be waited for or, where it is a stream, read. */
function later(answer: Promise<unknown>): Promise<unknown> {
  const iterator = async function* () {
    yield* (await answer) as AsyncIterable<unknown>;
  };
  return Object.assign(answer, { [Symbol.asyncIterator]: iterator });
}

function tenantOf(first: unknown): Tenant | undefined {
  if (typeof first !== "object" || first === null) return undefined;
  if ("servers" in first) return first as Tenant;
  if ("tenant" in first && typeof first.tenant === "object") return (first as StoreRequest).tenant;
  return undefined;
}
