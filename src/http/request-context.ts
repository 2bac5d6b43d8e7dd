import { setMaxListeners } from "node:events";

import { type FastifyRequest } from "fastify";

import { Freshness } from "../../datasources/core/freshness.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { CONSISTENCY_HEADER, FRESHNESS_HEADER } from "../../resolvers/request/consistency.js";
import { Context, type Gateway } from "../../resolvers/request/context.js";
import { clientError } from "../../resolvers/request/errors.js";
import { type Identity, type Tokens } from "../../resolvers/request/identity.js";
import { type Config } from "../config.js";
import { type NamedByHost } from "../tenancy/tenant-domains.js";
import { tenantOfRequest } from "../tenancy/request-tenant.js";

/**
 * What a GraphQL request is executed with.
 *
 * @param country where it comes from, where somebody knows.
 * @param host the tenant that it was sent to by its host, if any.
 * @throws what refuses the whole request: UNAUTHENTICATED, TENANT_UNKNOWN, INVALID_CONSISTENCY_TOKEN.
 */
export async function createContext(
  config: Config,
  gateway: Gateway,
  request: FastifyRequest,
  country: string | null,
  host: NamedByHost | null,
): Promise<Context> {
  const identity = await identityOf(gateway.tokens, request.headers.authorization);
  const header = request.headers["x-marquee-tenant"];
  const { tenant, named } = await tenantOfRequest(
    gateway.stores.tenants,
    identity,
    { header: Array.isArray(header) ? header[0] : header, host },
    config.defaultTenant,
  );
  const gone = new AbortController();
  // Every store call of the request listens to it.
  setMaxListeners(0, gone.signal);
  request.raw.once("close", () => gone.abort());
  const freshness = freshnessOf(config, gateway, tenant, request);
  return new Context(gateway, tenant, identity, named, request.id, gone.signal, freshness, country);
}

/** What the request's headers ask of the projections; nothing where they are silent. */
function freshnessOf(config: Config, gateway: Gateway, tenant: Tenant, request: FastifyRequest) {
  const token = request.headers[CONSISTENCY_HEADER];
  const asks = token !== undefined || request.headers[FRESHNESS_HEADER] === "1";
  if (!asks) return undefined;
  const xid = token === undefined ? null : gateway.consistency.decode(tenant, String(token));
  return new Freshness(gateway.stores.outbox, tenant, xid, config.consistencyWaitMs);
}

async function identityOf(tokens: Tokens, authorization: string | undefined): Promise<Identity | null> {
  if (!authorization) return null;
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token) return tokens.verify(token);
  throw clientError(
    "UNAUTHENTICATED",
    "authorization: not a bearer token. Accepted: Bearer and a token from signIn.",
    {
      field: "authorization",
      accepted: "Bearer and a token from signIn",
    },
  );
}
