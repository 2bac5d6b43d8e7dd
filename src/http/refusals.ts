import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import { type Socket } from "node:net";

import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import { type ErrorCode } from "../../resolvers/request/errors.js";
import { beyond, type Limits } from "../limits/limits.js";
import { type Logger } from "../observability/logger.js";

/** Methods that anything here may have. */
const METHODS = ["GET", "HEAD", "POST"] as const;

/** A request that is refused before GraphQL sees it, with its HTTP status. */
export function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}

/** The body of a refusal: an answer of GraphQL without data, so that clients have one form to read. */
function body(code: ErrorCode, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}

/** What is answered where nothing was executed: each with the id under which it is logged, if it is. */
export function answerRefusals(app: FastifyInstance, limits: Limits, logger: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ requestId: request.id, err: error }, "Unexpected error");
    if (status === 413) return reply.code(status).send({ errors: [tooLarge(request, limits)] });
    if (error.code === "FST_CP_ERR_INVALID_CONTENT_ENCODING")
      void reply.header("accept-encoding", "identity");
    return reply
      .code(status)
      .send(
        status < 500
          ? body("BAD_REQUEST", error.message)
          : body("INTERNAL_SERVER_ERROR", "Something went wrong here. The request id leads us to it."),
      );
  });
  app.setNotFoundHandler((request, reply) => answerUnserved(app, request, reply));
  app.addHook("onSend", async (_request, reply) => {
    if (reply.statusCode === 401) void reply.header("www-authenticate", 'Bearer realm="marquee"');
  });
}

/** What a body beyond the limit is told; one whose length is not said was read up to the limit. */
function tooLarge(request: FastifyRequest, { bodyBytes }: Limits) {
  const length = Number(request.headers["content-length"]) || bodyBytes + 1;
  const { message, extensions } = beyond("bodyBytes", bodyBytes, length);
  return { message, extensions: { ...extensions, http: undefined } };
}

/** 405 where the path is served by another method, else 404. */
function answerUnserved(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
  const [path = "/"] = request.url.split("?");
  const url = path === "/" ? path : path.replace(/\/$/, "");
  const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
  if (allowed.length === 0)
    return reply
      .code(404)
      .send(body("BAD_REQUEST", `${request.method} ${path} is not served here. GraphQL is POST /graphql.`));
  const accepted = allowed.join(", ");
  return reply
    .code(405)
    .header("allow", accepted)
    .send(body("BAD_REQUEST", `${request.method} is not answered at ${path}. Accepted: ${accepted}.`));
}

/** What Node cannot read as HTTP never becomes a request: answered on the connection, which ends. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed || !socket.writable) return void socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ""] ?? 400;
  const text = JSON.stringify(body("BAD_REQUEST", "This is not a request of HTTP/1.1 that can be read."));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/json; charset=utf-8",
    "cache-control: no-store",
    `x-request-id: ${randomUUID()}`,
    `content-length: ${Buffer.byteLength(text)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`);
}
