import { randomUUID } from "node:crypto";

import { type ApolloServer } from "@apollo/server";
import { InMemoryLRUCache } from "@apollo/utils.keyvaluecache";
import fastifyApollo from "@as-integrations/fastify";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import { CONSISTENCY_HEADER } from "../../resolvers/request/consistency.js";
import { type Context, type Gateway } from "../../resolvers/request/context.js";
import { createApollo } from "../apollo.js";
import { type Config } from "../config.js";
import { askedRequest } from "../limits/asked-request.js";
import { RequestLimits } from "../limits/request-limits.js";
import { type Logger } from "../observability/logger.js";
import { type Metrics } from "../observability/metrics.js";
import { readiness } from "../operations-listener.js";
import { createSchema } from "../schema.js";
import { countryReader } from "../tenancy/request-country.js";
import { withoutBasePath } from "./base-path.js";
import { compressAnswers } from "./compression.js";
import { allowOrigins } from "./cors.js";
import { servePlayground } from "./playground.js";
import { answerRefusals, answerUnreadable } from "./refusals.js";
import { createContext } from "./request-context.js";
import { checkGraphqlRequests, checkRequests } from "./requests.js";

/** What an answer of GraphQL depends on beside its URL. */
const VARY = `Accept, Authorization, Host, X-Marquee-Tenant, ${CONSISTENCY_HEADER}`;

/** Time between two looks for requests that take too long to arrive. Milliseconds. */
const SLOW_SWEEP_MS = 500;

/** What the texts of persisted queries may take. */
const PERSISTED_BYTES = 8_000_000;

/** Everything that clients are served over HTTP, ready to listen. */
export async function createApp(
  config: Config,
  gateway: Gateway,
  logger: Logger,
  metrics: Metrics,
): Promise<FastifyInstance> {
  const schema = createSchema();
  const limits = new RequestLimits(schema, config.limits);
  const persisted = new InMemoryLRUCache<string>({ maxSize: PERSISTED_BYTES });
  const apollo = createApollo(config, schema, persisted, logger, metrics);
  await apollo.start();
  const receiveMs = config.http.receiveSeconds * 1_000;
  const app = Fastify({
    // A busy machine is no failure.
    pluginTimeout: 0,
    forceCloseConnections: "idle",
    bodyLimit: config.limits.bodyBytes,
    routerOptions: { ignoreTrailingSlash: true },
    exposeHeadRoutes: false,
    // A request that never ends is nobody's; the header alone has to arrive in the same time.
    requestTimeout: receiveMs,
    http: {
      headersTimeout: receiveMs,
      connectionsCheckingInterval: SLOW_SWEEP_MS,
      // Refused by checkRequests, with an id.
      requireHostHeader: false,
    },
    rewriteUrl: withoutBasePath(config.http.basePath),
    clientErrorHandler: answerUnreadable,
    genReqId: () => randomUUID(),
  });
  app.addHook("onRequest", async (request, reply) => {
    void reply.header("x-request-id", request.id).header("cache-control", "no-store");
  });
  answerRefusals(app, config.limits, logger);
  checkRequests(app);
  await allowOrigins(app, config.cors);
  await compressAnswers(app);
  app.addHook("onClose", () => apollo.stop());
  const countryOf = countryReader(config.territory);
  await app.register((scope) =>
    serveGraphql(scope, apollo, async (request, reply) => {
      const cost = limits.check(await askedRequest(request, persisted));
      void reply.header("x-marquee-cost", cost);
      return createContext(config, gateway, request, countryOf(request.raw));
    }),
  );
  app.get("/healthz", { exposeHeadRoute: true }, () => ({ status: "ok" }));
  app.get("/readyz", { exposeHeadRoute: true }, async (_request, reply) => {
    const { serves } = await readiness(gateway.stores);
    return reply.code(serves ? 200 : 503).send({ status: serves ? "ready" : "not ready" });
  });
  if (config.playground) await servePlayground(app);
  const { basePath } = config.http;
  // The playground's links are relative: they need the slash at the end.
  if (basePath !== null) app.get(basePath, (_request, reply) => reply.redirect(`${basePath}/`, 308));
  return app;
}

async function serveGraphql(
  scope: FastifyInstance,
  apollo: ApolloServer<Context>,
  context: (request: FastifyRequest, reply: FastifyReply) => Promise<Context>,
): Promise<void> {
  scope.addHook("onSend", async (_request, reply) => {
    const others = reply.getHeader("vary");
    void reply.header("vary", others ? `${VARY}, ${String(others)}` : VARY);
  });
  checkGraphqlRequests(scope);
  await scope.register(fastifyApollo(apollo), { method: ["GET", "POST"], context });
}
