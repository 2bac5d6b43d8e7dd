import { setMaxListeners } from "node:events";
import path from "node:path";
import { randomUUID } from "node:crypto";

import { InMemoryLRUCache } from "@apollo/utils.keyvaluecache";
import fastifyApollo from "@as-integrations/fastify";
import fastifyStatic from "@fastify/static";
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from "fastify";

import { PasswordHashing } from "../datasources/accounts/password-hashing.js";
import { Freshness } from "../datasources/core/freshness.js";
import { openStores, type Stores } from "../datasources/stores/stores.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { createApollo } from "./apollo.js";
import { createTokens } from "./auth/tokens.js";
import { type Identity, type Tokens } from "../resolvers/request/identity.js";
import { checkoutTimes } from "./checkouts/checkout-times.js";
import { type Config } from "./config.js";
import { Context, type Gateway } from "../resolvers/request/context.js";
import {
  CONSISTENCY_HEADER,
  createConsistencyTokens,
  FRESHNESS_HEADER,
} from "../resolvers/request/consistency.js";
import { createCursors } from "../resolvers/request/cursor.js";
import { createDrain } from "./drain.js";
import { clientError } from "../resolvers/request/errors.js";
import { askedRequest } from "./limits/asked-request.js";
import { beyond } from "./limits/limits.js";
import { RequestLimits } from "./limits/request-limits.js";
import { checkAddress, listen } from "./listen.js";
import { addCheckMetrics } from "./observability/check-metrics.js";
import { listenForOperators, readiness } from "./operations-listener.js";
import { createLogger, type Logger } from "./observability/logger.js";
import { createMetrics, type Metrics } from "./observability/metrics.js";
import { createProjectorMetrics } from "./observability/projector-metrics.js";
import { startWorker } from "./jobs/worker.js";
import { openPayments } from "./payments/open-payments.js";
import { keepProjections, type FillProgress } from "../datasources/projection/targets/keeper.js";
import { startProjector } from "../datasources/projection/following/projector.js";
import { packageRoot } from "../packages/process/package-root.js";
import { createSchema } from "./schema.js";
import { countryReader } from "./tenancy/request-country.js";
import { tenantOfRequest } from "./tenancy/request-tenant.js";

/** What the playground needs and nothing else: no request leaves the origin. Monaco sets inline styles and carries its icons in a data URL. */
const PLAYGROUND_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What the texts of persisted queries may take. */
const PERSISTED_BYTES = 8_000_000;

/** A gateway that answers requests. */
export interface RunningGateway {
  url: string;
  /** Where operators are told how it runs; null where nobody is. */
  operationsUrl: string | null;
  stores: Stores;
  tokens: Tokens;
  /** Stops taking requests, answers those under way, then closes the stores. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Opens the stores and listens.
 *
 * @param prepare runs between the two: seeding on the first start.
 * @param onFill told of projections that are filled because their engine is empty.
 * @throws StartupError with one line that says what to do.
 */
export async function startGateway(
  config: Config,
  prepare: (stores: Stores) => Promise<void> = async () => {},
  onFill: FillProgress = () => {},
): Promise<RunningGateway> {
  const logger = createLogger(config);
  const stores = await openStores({
    postgresUrl: config.stores.postgres,
    engines: config.stores,
    watching: config.watching,
    dataFolder: config.dataFolder,
    log: (line) => logger.debug(line),
    warn: (line) => logger.warn(line),
  });
  // Begun last, stopped first.
  const parts: { stop(): unknown }[] = [{ stop: () => stores.close() }];
  const stopParts = async () => {
    for (const part of [...parts].reverse()) await part.stop();
  };
  try {
    const tokens = await createTokens(config);
    await checkAddress(config.http);
    if (config.operations) await checkAddress(config.operations);
    await prepare(stores);
    await stores.warm();
    const warn = (line: string) => logger.warn(line);
    const metrics = createMetrics(() => stores.guards());
    const observer = createProjectorMetrics(metrics.registry, stores.outbox);
    addCheckMetrics(metrics.registry, stores.operations);
    parts.push(await keepProjections(stores, warn, onFill));
    if (config.projector) parts.push(await startProjector(stores, { warn, observer }));
    const cursors = createCursors(tokens.signingKey);
    const payments = openPayments(config);
    const times = checkoutTimes(config.payments.deadlineMs);
    const consistency = createConsistencyTokens(cursors);
    const passwords = new PasswordHashing();
    const gateway = { stores, tokens, cursors, consistency, passwords, payments, checkoutTimes: times };
    const app = await createApp(config, gateway, logger, metrics);
    const operators = await listenForOperators(config, stores, metrics);
    parts.push(operators);
    const drain = createDrain(app);
    parts.push(await startWorker({ stores, payments, times }));
    const url = await listen(app, config.http);
    let closing: Promise<void> | undefined;
    const close = () => (closing ??= drain(config.http.drainSeconds).finally(stopParts));
    return { url, operationsUrl: operators.url, stores, tokens, close };
  } catch (error) {
    await stopParts();
    throw error;
  }
}

async function createApp(
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
  const app = Fastify({
    forceCloseConnections: "idle",
    bodyLimit: config.limits.bodyBytes,
    routerOptions: { ignoreTrailingSlash: true },
    genReqId: () => randomUUID(),
  });
  app.addHook("onClose", () => apollo.stop());
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) logger.error({ requestId: request.id, err: error }, "Unexpected error");
    if (status === 413) return reply.code(status).send({ errors: [tooLarge(request, config)] });
    const message = status < 500 ? error.message : "Something went wrong here.";
    const code = status < 500 ? "BAD_REQUEST" : "INTERNAL_SERVER_ERROR";
    return reply.code(status).send({ errors: [{ message, extensions: { code } }] });
  });
  const countryOf = countryReader(config.territory);
  await app.register(fastifyApollo(apollo), {
    context: async (request, reply) => {
      void reply.header("x-request-id", request.id);
      const cost = limits.check(await askedRequest(request, persisted));
      void reply.header("x-marquee-cost", cost);
      return createContext(config, gateway, request, countryOf(request.raw));
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const message = `${request.method} ${request.url.split("?")[0]} is not served here. GraphQL is POST /graphql.`;
    return reply.code(404).send({ errors: [{ message, extensions: { code: "BAD_REQUEST" } }] });
  });
  app.get("/healthz", () => ({ status: "ok" }));
  app.get("/readyz", async (_request, reply) => {
    const { serves } = await readiness(gateway.stores);
    return reply.code(serves ? 200 : 503).send({ status: serves ? "ready" : "not ready" });
  });
  if (config.playground) await servePlayground(app);
  return app;
}

/** What a body beyond the limit is told; one whose length is not said was read up to the limit. */
function tooLarge(request: FastifyRequest, { limits }: Config) {
  const { bodyBytes } = limits;
  const { message, extensions } = beyond(
    "bodyBytes",
    bodyBytes,
    Number(request.headers["content-length"]) || bodyBytes + 1,
  );
  return { message, extensions: { ...extensions, http: undefined } };
}

async function createContext(
  config: Config,
  gateway: Gateway,
  request: FastifyRequest,
  country: string | null,
): Promise<Context> {
  const identity = await identityOf(gateway.tokens, request.headers.authorization);
  const header = request.headers["x-marquee-tenant"];
  const { tenant, named } = await tenantOfRequest(
    gateway.stores.tenants,
    identity,
    { tenant: Array.isArray(header) ? header[0] : header, host: request.headers.host },
    config.defaultTenant,
  );
  const gone = new AbortController();
  // Every store call of the request listens to it.
  setMaxListeners(0, gone.signal);
  request.raw.once("close", () => gone.abort());
  const freshness = freshnessOf(config, gateway, tenant, request);
  return new Context(gateway, tenant, identity, named, request.id, gone.signal, freshness, country);
}

/** What the request's headers ask of the projections; nothing where they are silent. */
function freshnessOf(config: Config, gateway: Gateway, tenant: Tenant, request: FastifyRequest) {
  const token = request.headers[CONSISTENCY_HEADER];
  const asks = token !== undefined || request.headers[FRESHNESS_HEADER] === "1";
  if (!asks) return undefined;
  const xid = token === undefined ? null : gateway.consistency.decode(tenant, String(token));
  return new Freshness(gateway.stores.outbox, tenant, xid, config.consistencyWaitMs);
}

async function identityOf(tokens: Tokens, authorization: string | undefined): Promise<Identity | null> {
  if (!authorization) return null;
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token) return tokens.verify(token);
  throw clientError(
    "UNAUTHENTICATED",
    "authorization: not a bearer token. Accepted: Bearer and a token from signIn.",
    {
      field: "authorization",
      accepted: "Bearer and a token from signIn",
    },
  );
}

async function servePlayground(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: path.join(packageRoot(), "dist", "playground"),
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, file) => {
      const hashed = file.includes(`${path.sep}assets${path.sep}`);
      void reply.header("cache-control", hashed ? "public, max-age=31536000, immutable" : "no-cache");
      void reply.header("content-security-policy", PLAYGROUND_CSP);
      void reply.header("x-content-type-options", "nosniff");
      void reply.header("referrer-policy", "no-referrer");
    },
  });
}
