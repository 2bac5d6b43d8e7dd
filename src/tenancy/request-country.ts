import { type IncomingMessage } from "node:http";

import { countryOf } from "../../datasources/core/countries.js";
import { type Config } from "../config.js";
import { inNetworks } from "./networks.js";

/**
 * What tells where a request comes from: ISO 3166-1 alpha-2 as a proxy that is trusted has written it into a header;
 * null where none has, or it does not know. What anybody else writes there is not read.
 */
export function countryReader({
  countryHeader,
  trustedProxies,
}: Config["territory"]): (request: IncomingMessage) => string | null {
  if (countryHeader === null) return () => null;
  const isTrusted = inNetworks(trustedProxies);
  return ({ headers, socket }) => {
    const named = headers[countryHeader];
    // Proxies have codes of their own for what they do not know: `XX`, `T1`.
    return typeof named === "string" && isTrusted(socket.remoteAddress) ? countryOf(named.trim()) : null;
  };
}
