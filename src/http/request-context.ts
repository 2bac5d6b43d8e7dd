import { type ServerResponse } from "node:http";

import { type FastifyReply, type FastifyRequest } from "fastify";

import { Freshness, type WrittenAt } from "../../datasources/core/freshness.js";
import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Tenants } from "../../datasources/core/tenants.js";
import { CONSISTENCY_HEADER, FRESHNESS_HEADER } from "../../resolvers/request/consistency.js";
import { Context, type Gateway } from "../../resolvers/request/context.js";
import { type Identity } from "../../resolvers/request/identity.js";
import { type RequestWork } from "../../resolvers/request/request-work.js";
import { Lifetime } from "../../resolvers/request/lifetime.js";
import { type EndedSessions } from "../auth/ended-sessions.js";
import { type KeyReader } from "../auth/key-reader.js";
import { unauthenticated } from "../auth/unauthenticated.js";
import { type Config } from "../config.js";
import { hostName, type NamedByHost } from "../tenancy/tenant-domains.js";
import { deadlineOf } from "./deadline.js";
import { TENANT_HEADER, tenantOfRequest } from "../tenancy/request-tenant.js";
import { whoAsks } from "./who-asks.js";

/** What requests are executed with, and what is known of whoever sends them. */
export interface HttpGateway extends Gateway {
  keys: KeyReader;
  ended: EndedSessions;
}

/**
 * What a GraphQL request is executed with.
 *
 * @param country where it comes from, where somebody knows.
 * @param host the tenant that it was sent to by its host, if any.
 * @param work what it was taken to need.
 * @throws what refuses the whole request: BAD_REQUEST for its deadline, UNAUTHENTICATED, TENANT_UNKNOWN,
 *   INVALID_CONSISTENCY_TOKEN.
 */
export async function createContext(
  config: Config,
  gateway: HttpGateway,
  request: FastifyRequest,
  reply: FastifyReply,
  country: string | null,
  host: NamedByHost | null,
  work: RequestWork,
): Promise<Context> {
  const lifetime = lifetimeOf(config, request, reply.raw);
  const {
    identity,
    key,
    tenant: known,
    named,
  } = await lifetime.wait(askerOf(config, gateway, request, host));
  void reply.header(TENANT_HEADER, known.slug);
  const wanted = wantedOf(gateway, known, request);
  const tenant = await lifetime.wait(placedAsTold(gateway.stores.tenants, known, wanted));
  const freshness = freshnessOf(config, gateway, tenant, wanted, request, lifetime);
  const { id } = request;
  return new Context(gateway, tenant, identity, named, id, lifetime, freshness, country, work, key);
}

/** Who asks, and the tenant that is asked. */
async function askerOf(
  config: Config,
  gateway: HttpGateway,
  { headers }: FastifyRequest,
  host: NamedByHost | null,
) {
  const { identity, key } = await whoAsks(gateway, headers);
  const header = headers[TENANT_HEADER];
  const asked = {
    header: Array.isArray(header) ? header[0] : header,
    host,
    hostName: hostName(headers.host ?? ""),
  };
  const { tenants } = gateway.stores;
  const asks = await tenantOfRequest(tenants, identity ?? key, asked, config.defaultTenant);
  await checkSession(gateway, asks.tenant, identity);
  return { identity, key, ...asks };
}

/**
 * Turns away a token whose session has ended at servers of a tenant's own that nobody asked for a while: they have not told
 * of it yet. While they are down, what was known last stands, as everywhere.
 */
async function checkSession({ stores, ended }: HttpGateway, tenant: Tenant, identity: Identity | null) {
  if (!tenant.servers || !identity?.session) return;
  try {
    await ended.hear((await stores.at(tenant)).identityChanges);
  } catch (error) {
    if (error instanceof StoreUnavailableError) return;
    throw error;
  }
  if (ended.has(identity.session)) throw unauthenticated("is of a session that is over");
}

/** Until the request's deadline, counted from its arrival, or until nobody is there to be answered. */
function lifetimeOf(config: Config, request: FastifyRequest, raw: ServerResponse): Lifetime {
  const deadlineMs = deadlineOf(config.http.deadline, request.headers);
  const left = deadlineMs - (performance.now() - request.arrived);
  const lifetime = new Lifetime(deadlineMs, left, () => request.ticket?.standAside());
  const end = () => (raw.writableFinished ? lifetime.answered() : lifetime.leave());
  if (raw.closed) end();
  else raw.once("close", end);
  return lifetime;
}

/** What the request's token stands for; null where it brings none. @throws INVALID_CONSISTENCY_TOKEN. */
function wantedOf({ consistency }: Gateway, tenant: Tenant, { headers }: FastifyRequest): WrittenAt | null {
  const token = headers[CONSISTENCY_HEADER];
  return token === undefined ? null : consistency.decode(tenant, String(token));
}

/**
 * The tenant where it is by what a token says: one of a placement that is not known here yet tells of a move before the
 * registry has. Where it cannot be asked, what is known stands, as everywhere.
 */
export async function placedAsTold(
  tenants: Pick<Tenants, "current">,
  tenant: Tenant,
  wanted: WrittenAt | null,
): Promise<Tenant> {
  if (wanted === null || wanted.epoch <= tenant.epoch) return tenant;
  const now = await tenants.current(tenant.id).catch(() => null);
  return now?.state === "ACTIVE" ? now : tenant;
}

/** What the request's headers ask of the projections; nothing where they are silent. */
function freshnessOf(
  config: Config,
  gateway: Gateway,
  tenant: Tenant,
  wanted: WrittenAt | null,
  request: FastifyRequest,
  lifetime: Lifetime,
) {
  if (wanted === null && request.headers[FRESHNESS_HEADER] !== "1") return undefined;
  const onWait = () => lifetime.standAside();
  return new Freshness(gateway.stores.outbox, tenant, wanted, config.consistencyWaitMs, onWait);
}
