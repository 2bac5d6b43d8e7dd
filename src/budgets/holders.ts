import { type IncomingMessage } from "node:http";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Identity, type KeyGrant } from "../../resolvers/request/identity.js";
import { inNetworks, networkOf } from "../tenancy/networks.js";
import { type Holders } from "./budgets.js";

/**
 * What tells the address that a request comes from: of the connection, or where that is a proxy that is trusted, the
 * nearest that no such proxy has written into `X-Forwarded-For`. Of an IPv6 address its network.
 */
export function addressReader(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const isTrusted = inNetworks(trustedProxies);
  return ({ headers, socket }) => {
    const { remoteAddress = "" } = socket;
    const told = String(headers["x-forwarded-for"] ?? "");
    const hops = told.split(",").map((hop) => hop.trim());
    let address = remoteAddress;
    while (hops.length > 0 && isTrusted(address)) address = hops.pop() || address;
    return networkOf(address);
  };
}

/** Who pays for a request. */
export function holdersOf(
  tenant: Tenant,
  identity: Identity | null,
  apiKey: KeyGrant | null,
  address: string,
): Holders {
  const principal = identity && `${identity.tenant} ${identity.account ?? `profile ${identity.profile}`}`;
  const key = apiKey && `${apiKey.tenant} ${apiKey.id}`;
  return { address, tenant: tenant.slug, ...(principal && { principal }), ...(key && { key }) };
}
