import { type IncomingMessage } from "node:http";
import { type Socket } from "node:net";
import { type Duplex } from "node:stream";

import { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { ERROR_CODES } from "../../resolvers/request/errors.js";
import { beyond, type Limits } from "../limits/limits.js";
import { logFailure } from "../observability/log-failure.js";
import { type Logger } from "../observability/logger.js";
import { type ConnectionLimits } from "./connections.js";
import { answerOnSocket, refusalBody } from "./socket-answers.js";

/** What stands for an error that nobody has foreseen. */
const MASKED = "Something went wrong here. The request id leads us to it.";

/** When whoever is told that something is not available may try again, where nothing says more. Seconds. */
const RETRY_SECONDS = 1;

/** Methods that anything here may have. */
const METHODS = ["GET", "HEAD", "POST"] as const;

/** A request that is refused before GraphQL sees it, with its HTTP status. */
export function refusal(statusCode: number, message: string): Error {
  return Object.assign(new Error(message), { statusCode });
}

/** What is answered where nothing was executed: each with the id under which it is logged, if it is. */
export function answerRefusals(app: FastifyInstance, limits: Limits, logger: Logger): void {
  app.setErrorHandler((error: FastifyError | StoreUnavailableError, request, reply) => {
    if (error instanceof StoreUnavailableError) return answerOutage(error, request, reply, logger);
    const status = error.statusCode ?? 500;
    if (status >= 500) logFailure(error, { requestId: request.id }, logger);
    if (status === 413) return reply.code(status).send({ errors: [tooLarge(request, limits)] });
    if (error.code === "FST_CP_ERR_INVALID_CONTENT_ENCODING")
      return reply
        .code(status)
        .header("accept-encoding", "identity")
        .send(refusalBody("BAD_REQUEST", "This Content-Encoding is not read here. Accepted: identity."));
    return reply
      .code(status)
      .send(
        status < 500
          ? refusalBody("BAD_REQUEST", error.message)
          : refusalBody("INTERNAL_SERVER_ERROR", MASKED, { requestId: request.id }),
      );
  });
  app.setNotFoundHandler((request, reply) => answerUnserved(app, request, reply));
  app.addHook("onSend", async (_request, reply) => {
    if (reply.statusCode === 401) void reply.header("www-authenticate", 'Bearer realm="marquee"');
    if (reply.statusCode === 503 && !reply.hasHeader("retry-after"))
      void reply.header("retry-after", RETRY_SECONDS);
  });
}

/** Says that a store is down, and which, whatever the answer was to be. */
function answerOutage(
  error: StoreUnavailableError,
  { id }: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
) {
  logFailure(error, { requestId: id }, logger);
  for (const name of ["content-length", "content-disposition"]) void reply.removeHeader(name);
  return reply
    .code(ERROR_CODES.STORE_UNAVAILABLE.status)
    .header("cache-control", "no-store")
    .type("application/json; charset=utf-8")
    .send(refusalBody("STORE_UNAVAILABLE", error.message, { store: error.store, requestId: id }));
}

/** What is answered where a path cannot be read; no hook has seen the request. */
export function answerUnreadablePath(
  _error: FastifyError,
  request: Pick<FastifyRequest, "id">,
  reply: FastifyReply,
): void {
  void reply
    .code(400)
    .headers({ "x-request-id": request.id, "cache-control": "no-store" })
    .send(refusalBody("BAD_REQUEST", "The path cannot be read. Accepted: percent-encoded UTF-8."));
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
  // What is asked of the server as a whole: RFC 9110, section 9.3.7.
  if (path === "*") return reply.code(204).header("allow", METHODS.join(", ")).send();
  const url = path === "/" ? path : path.replace(/\/$/, "");
  const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
  if (allowed.length === 0)
    return reply
      .code(404)
      .send(
        refusalBody("BAD_REQUEST", `${request.method} is not served at this path. GraphQL is POST /graphql.`),
      );
  const accepted = allowed.join(", ");
  return reply
    .code(405)
    .header("allow", accepted)
    .send(
      refusalBody("BAD_REQUEST", `${request.method} is not answered at this path. Accepted: ${accepted}.`),
    );
}

/** What is done with what Node cannot read as HTTP, and never becomes a request: answered on its connection, which ends. */
export function unreadableAnswers({
  receiveSeconds,
  headerBytes,
}: Pick<ConnectionLimits, "receiveSeconds" | "headerBytes">) {
  const known: Record<string, [status: number, message: string]> = {
    HPE_HEADER_OVERFLOW: [431, `The header is too large. Accepted: at most ${headerBytes} bytes.`],
    ERR_HTTP_REQUEST_TIMEOUT: [
      408,
      `The request did not arrive. Accepted: whole within ${receiveSeconds} s.`,
    ],
  };
  const other = [400, "This is not a request of HTTP/1.1 that can be read."] as const;
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    const { code = "" } = error;
    // What failed beneath HTTP, a handshake that never came, has nobody to be told.
    if (!/^(HPE|ERR_HTTP)_/.test(code) || socket.destroyed || !socket.writable) return void socket.destroy();
    const [status, message] = known[code] ?? other;
    answerOnSocket(socket, { status, code: "BAD_REQUEST", message });
  };
}

/** CONNECT never becomes a request either: it is asked of proxies, and its connection would be theirs. */
export function answerConnect(_request: IncomingMessage, socket: Duplex): void {
  const allowed = METHODS.join(", ");
  const message = `CONNECT is not answered here. Accepted: ${allowed}.`;
  socket.on("error", () => socket.destroy());
  answerOnSocket(socket, { status: 405, code: "BAD_REQUEST", message, headers: [`allow: ${allowed}`] });
}
