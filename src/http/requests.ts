import { type IncomingMessage } from "node:http";

import { type FastifyInstance, type FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";

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
    const { raw } = request;
    const valuesOf = isEachOnce(raw) ? onlyValue(raw) : (name: string) => raw.headersDistinct[name] ?? [];
    raw.headers.host = hostOf(request, valuesOf("host"));
    const twice = ONCE.find((name) => valuesOf(name).length > 1);
    if (twice !== undefined) throw refusal(400, `${twice}: sent more than once. Accepted: one.`);
    if (!/^(100-continue)?$/i.test(request.headers.expect ?? ""))
      throw refusal(417, "expect: not what can be expected here. Accepted: 100-continue.");
  });
}

/** Whether no header was sent more than once: those that were share a name. */
function isEachOnce({ headers, rawHeaders }: IncomingMessage): boolean {
  return Object.keys(headers).length * 2 === rawHeaders.length;
}

/** The values of headers that were sent once, as lists: of others Node.js makes lists of all that were sent. */
function onlyValue({ headers }: IncomingMessage): (name: string) => readonly string[] {
  return (name) => (headers[name] === undefined ? [] : [String(headers[name])]);
}

/** The host that a request is for, by its line or by its header. @throws a refusal where there is no single one. */
function hostOf(request: FastifyRequest, hosts: readonly string[]): string {
  if (hosts.length > 1 || (hosts.length === 0 && request.raw.httpVersion !== "1.0"))
    throw refusal(400, `Host: sent ${hosts.length} times. Accepted: one.`);
  const [host = NO_HOST] = hosts;
  const { authority } = readTarget(request.originalUrl);
  if (!isHost(host) || (authority !== null && !isHost(authority)))
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

/** Hosts that were found to be some: most requests are for the same few, and reading one takes longer than anything else here. */
const HOSTS = new LRUCache<string, true>({ max: 100 });

function isHost(host: string): boolean {
  if (HOSTS.get(host)) return true;
  const good = isReadableHost(host);
  if (good) HOSTS.set(host, true);
  return good;
}

function isReadableHost(host: string): boolean {
  try {
    const { pathname, search, hash, username, password } = new URL(`http://${host}`);
    return pathname === "/" && `${search}${hash}${username}${password}` === "" && !/[/?#@\\\s]/.test(host);
  } catch {
    return false;
  }
}
