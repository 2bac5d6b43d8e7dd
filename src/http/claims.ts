import { type IncomingHttpHeaders } from "node:http";

import { tenantOfKey } from "../../resolvers/request/api-key.js";
import { KEY_HEADER } from "./who-asks.js";
import { TENANT_HEADER } from "../tenancy/request-tenant.js";

/** What an access token says, before anybody has verified that it is one. */
interface Claims {
  ten?: unknown;
  opr?: unknown;
}

/** The claims of a bearer token, unverified: of use only where a lie gains nothing. */
export function claimsOf({ authorization }: IncomingHttpHeaders): Claims | null {
  const [, payload] = authorization?.split(".", 2) ?? [];
  if (payload === undefined || payload.length > MOST_CHARACTERS) return null;
  try {
    return JSON.parse(Buffer.from(payload, "base64url").toString()) as Claims | null;
  } catch {
    return null;
  }
}

/** Longer than any token of ours. */
const MOST_CHARACTERS = 2_048;

/** The tenant that a request says it is for, as `tenantOfRequest` goes by; undefined where it names none. */
export function claimedTenant(headers: IncomingHttpHeaders): string | undefined {
  const { ten } = claimsOf(headers) ?? {};
  if (typeof ten === "string") return ten;
  const ofKey = tenantOfKey(
    String(headers[KEY_HEADER] ?? headers.authorization?.replace(/^Bearer +/i, "") ?? ""),
  );
  if (ofKey !== undefined) return ofKey;
  const named = headers[TENANT_HEADER];
  if (typeof named === "string") return named.toLowerCase();
  return undefined;
}
