import { type FastifyInstance, type FastifyRequest } from "fastify";

import { answerType } from "./media-types.js";
import { refusal } from "./refusals.js";

/** What a request without a Host (HTTP/1.0) is taken to have asked. */
const NO_HOST = "localhost";

/** Refuses what is no well-formed request: RFC 9112, section 3.2, for the Host. */
export function checkRequests(app: FastifyInstance): void {
  app.addHook("onRequest", async (request) => {
    const hosts = request.raw.headersDistinct.host ?? [];
    if (hosts.length > 1 || (hosts.length === 0 && request.raw.httpVersion !== "1.0"))
      throw refusal(400, `Host: sent ${hosts.length} times. Accepted: one.`);
    const [host = NO_HOST] = hosts;
    if (!isHost(host)) throw refusal(400, "Host: not a host. Accepted: a name or an address, and a port.");
    request.raw.headers.host = host;
  });
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
      throw refusal(415, `content-type: charset "${charset}" is not read. Accepted: utf-8.`);
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
