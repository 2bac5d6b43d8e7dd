import { randomUUID } from "node:crypto";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { type Server } from "node:https";
import { type Socket } from "node:net";

import Fastify, { type FastifyInstance } from "fastify";

import { type Limits } from "../limits/limits.js";
import { type Logger } from "../observability/logger.js";
import { withoutBasePath } from "./base-path.js";
import { type Certificate } from "./certificate.js";
import { type ConnectionLimits } from "./connections.js";
import {
  answerConnect,
  answerRefusals,
  answerUnreadablePath,
  refusal,
  unreadableAnswers,
} from "./refusals.js";

/** Time between two looks for requests that take too long to arrive. Milliseconds. */
const SLOW_SWEEP_MS = 500;

/** How a listener speaks HTTP. */
export interface ListenerOptions {
  connection: Pick<ConnectionLimits, "receiveSeconds" | "idleSeconds" | "headerBytes" | "requests">;
  limits: Limits;
  /** Path below which a proxy has it and that it passes on; null: none. */
  basePath?: string | null;
  /** Null: in the clear. */
  certificate?: Certificate | null;
  /** Whether closing it ends connections whatever they are at, or lets what is under way be answered. */
  endsAtOnce?: boolean;
}

/**
 * A server without routes, not listening yet: with the timeouts that Fastify leaves out, an id and `no-store` on every
 * answer, and refusals of what is no request, down to what never becomes one.
 */
export function createListener(options: ListenerOptions, logger: Logger): FastifyInstance {
  const { connection, limits, basePath = null, certificate = null, endsAtOnce = false } = options;
  const receiveMs = connection.receiveSeconds * 1_000;
  const http = {
    headersTimeout: receiveMs,
    connectionsCheckingInterval: SLOW_SWEEP_MS,
    maxHeaderSize: connection.headerBytes,
    // Refused by checkRequests, with an id.
    requireHostHeader: false,
  };
  const common = {
    // A busy machine is no failure.
    pluginTimeout: 0,
    // Who comes on a kept-alive connection while it stops is answered: see Drain.
    ...(endsAtOnce ? { forceCloseConnections: true } : { return503OnClosing: false }),
    bodyLimit: limits.bodyBytes,
    routerOptions: { ignoreTrailingSlash: true },
    exposeHeadRoutes: false,
    // A request that never ends is nobody's; the header alone has to arrive in the same time.
    requestTimeout: receiveMs,
    keepAliveTimeout: connection.idleSeconds * 1_000,
    rewriteUrl: withoutBasePath(basePath),
    clientErrorHandler: unreadableAnswers(connection),
    frameworkErrors: answerUnreadablePath,
    genReqId: () => randomUUID(),
  };
  const app = certificate
    ? secure(
        Fastify({
          ...common,
          https: { ...http, cert: certificate.cert, key: certificate.key, handshakeTimeout: receiveMs },
        }),
      )
    : Fastify({ ...common, http });
  // Node.js leaves out what is beyond a number, unseen; their bytes are counted already.
  app.server.maxHeadersCount = 0;
  app.server.on("connect", answerConnect);
  // Answered by Node.js itself otherwise, without an id; refused by checkRequests.
  app.server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) =>
    app.server.emit("request", request, response),
  );
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-request-id", request.id).header("cache-control", "no-store");
  });
  answerRefusals(app, limits, logger);
  endAfter(app, connection.requests);
  return app;
}

/** Ends connections after so many requests. What was sent behind the last of them is refused, and nothing of it done. */
function endAfter(app: FastifyInstance, requests: number): void {
  const seen = new WeakMap<Socket, number>();
  app.addHook("onRequest", async ({ raw: { socket } }, reply) => {
    const count = (seen.get(socket) ?? 0) + 1;
    seen.set(socket, count);
    if (count >= requests) void reply.header("connection", "close");
    if (count > requests)
      throw refusal(429, `Accepted: ${requests} requests on one connection. Open another.`);
  });
}

/** A server by TLS has what one in the clear has, in other types. */
function secure(app: FastifyInstance<Server>): FastifyInstance {
  return app;
}
