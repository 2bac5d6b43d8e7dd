import { createHash } from "node:crypto";

import { type FastifyInstance } from "fastify";
import fresh from "fresh";

/** What of an answer is about the request and not about what was asked for: not for whoever gets it from a cache. */
const OF_THE_REQUEST = ["ratelimit", "ratelimit-policy"];

/**
 * Takes off answers that caches may keep what is told to one client about itself, gives them a tag, and answers 304 to who
 * has it already (RFC 9110, 8.8.3 and 13.1.2). The tag is a weak one: of what was written, however it is compressed then.
 * To be added before what compresses answers.
 */
export function tagAnswers(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    if (!String(reply.getHeader("cache-control")).startsWith("public")) return payload;
    for (const name of OF_THE_REQUEST) reply.removeHeader(name);
    if (!/^(GET|HEAD)$/.test(request.method) || reply.statusCode !== 200) return payload;
    if (!(typeof payload === "string" || Buffer.isBuffer(payload)) || reply.hasHeader("etag")) return payload;
    const etag = `W/"${createHash("sha256").update(payload).digest("base64url").slice(0, 27)}"`;
    void reply.header("etag", etag);
    if (!fresh(request.headers, { etag })) return payload;
    void reply.code(304).removeHeader("content-type").removeHeader("content-length");
    return "";
  });
}
