import { type FastifyInstance, type FastifyRequest } from "fastify";

import { answerType } from "./media-types.js";
import { refusal } from "./refusals.js";
import { readTarget } from "./request-target.js";
import { KEY_HEADER } from "./who-asks.js";
import { TENANT_HEADER } from "../tenancy/request-tenant.js";

/** What a request without a Host (HTTP/1.0) is taken to have asked. */
const NO_HOST = "localhost";

/** Headers that say who asks, or how to read what is asked. Of two, each reader might go by another. */
const ONCE = ["authorization", KEY_HEADER, "content-type", "content-encoding", TENANT_HEADER];

/** Refuses what is no well-formed request: RFC 9112, section 3.2, for the Host; RFC 9110, sections 5.3 and 10.1.1. */
export function checkRequests(app: FastifyInstance): void {
  app.addHook("onRequest", async (request) => {
    request.raw.headers.host = hostOf(request);
    const { headersDistinct } = request.raw;
    const twice = ONCE.find((name) => (headersDistinct[name]?.length ?? 0) > 1);
    if (twice !== undefined) throw refusal(400, `${twice}: sent more than once. Accepted: one.`);
    if (!/^(100-continue)?$/i.test(request.headers.expect ?? ""))
      throw refusal(417, "expect: not what can be expected here. Accepted: 100-continue.");
  });
}

/** The host that a request is for, by its line or by its header. @throws a refusal where there is no single one. */
function hostOf(request: FastifyRequest): string {
  const hosts = request.raw.headersDistinct.host ?? [];
  if (hosts.length > 1 || (hosts.length === 0 && request.raw.httpVersion !== "1.0"))
    throw refusal(400, `Host: sent ${hosts.length} times. Accepted: one.`);
  const [host = NO_HOST] = hosts;
  const { authority } = readTarget(request.originalUrl);
  if (![host, authority ?? host].every(isHost))
    throw refusal(400, "Host: not a host. Accepted: a name or an address, and a port.");
  return authority ?? host;
}

/** The same for what is sent to GraphQL: JSON is UTF-8 (RFC 8259), whatever else is said of it. */
export function checkGraphqlRequests(app: FastifyInstance): void {
  app.addHook("onRequest", async (request) => {
    // Asked before anything is executed: an answer that cannot be given must not have changed anything.
    if (answerType(request.headers.accept) === null)
      throw refusal(406, "accept: Accepted: application/graphql-response+json or application/json.");
    const type = request.headers["content-type"];
    if (type === undefined) return;
    const [, charset] = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(type) ?? [];
    if (charset !== undefined && !/^utf-?8$/i.test(charset))
      throw refusal(415, `content-type: not a charset that is read. Accepted: utf-8.`);
    acceptGraphqlGet(request, type);
  });
}

/** Some clients give a GET, which has no body, the type of what they would post; it is as good a proof as JSON's. */
function acceptGraphqlGet(request: FastifyRequest, type: string): void {
  if (request.method === "GET" && /^application\/graphql\b/i.test(type))
    request.headers["content-type"] = "application/json";
}

function isHost(host: string): boolean {
  try {
    const { pathname, search, hash, username, password } = new URL(`http://${host}`);
    return pathname === "/" && `${search}${hash}${username}${password}` === "" && !/[/?#@\\\s]/.test(host);
  } catch {
    return false;
  }
}
