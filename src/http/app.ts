import { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";

import { type HotDocument, type HotDocuments } from "../../datasources/hot-documents/hot-documents.js";
import { type Admission } from "../../packages/pressure/index.js";
import { CONSISTENCY_HEADER, FRESHNESS_HEADER } from "../../resolvers/request/consistency.js";
import { type Context } from "../../resolvers/request/context.js";
import { RequestWork } from "../../resolvers/request/request-work.js";
import { createApollo, masked } from "../apollo.js";
import { type Budgets } from "../budgets/budgets.js";
import { Charging } from "../budgets/charging.js";
import { answerLifeOf } from "../caching/kept-answers.js";
import { tagAnswers } from "../caching/unchanged-answers.js";
import { addressReader } from "../budgets/holders.js";
import { type Config } from "../config.js";
import { list } from "../config-values.js";
import { Documents } from "../documents/documents.js";
import { PersistedTexts } from "../documents/persisted-texts.js";
import { readTrustedDocuments } from "../documents/trusted-documents.js";
import { type UsedDocuments } from "../documents/used-documents.js";
import { COST_HEADER } from "../limits/actual-cost.js";
import { countAnswers } from "../limits/answer-size.js";
import { boundErrors } from "../limits/bounded-errors.js";
import { askedRequest } from "../limits/asked-request.js";
import { RequestLimits } from "../limits/request-limits.js";
import { addConnectionMetrics } from "../observability/connection-metrics.js";
import { type Logger } from "../observability/logger.js";
import { type Metrics } from "../observability/metrics.js";
import { readiness } from "../operations-listener.js";
import { isPriming, prime } from "../priming.js";
import { createSchema } from "../schema.js";
import { countryReader } from "../tenancy/request-country.js";
import { inNetworks } from "../tenancy/networks.js";
import { hostReader } from "../tenancy/tenant-domains.js";
import { admitRequests, Parties } from "./admission.js";
import { type Certificate } from "./certificate.js";
import { compressAnswers } from "./compression.js";
import { allowOrigins } from "./cors.js";
import { Connections } from "./connections.js";
import { routeGraphql, type GraphqlServer } from "./graphql-route.js";
import { languageOf } from "./languages.js";
import { createListener } from "./listener.js";
import { isOperatorNow, OperatorsFirst } from "./operators-first.js";
import { servePlayground } from "./playground.js";
import { createContext, type HttpGateway } from "./request-context.js";
import { serveExports } from "./exports-plugin.js";
import { checkGraphqlRequests, checkRequests } from "./requests.js";
import { serveSecurityTxt } from "./security-txt.js";
import { cutUnread } from "./unread-answers.js";
import { KEY_HEADER } from "./who-asks.js";

/** Headers with which an answer is for who asks, this once. */
const OWN = [
  "authorization",
  KEY_HEADER,
  CONSISTENCY_HEADER,
  FRESHNESS_HEADER,
  "x-marquee-explain",
  COST_HEADER,
];
/** Headers that answers of GraphQL depend on, whatever is configured. */
const VARY = ["Accept", "Accept-Encoding", "X-Marquee-Tenant", ...OWN];

/** What keeps requests from coming: that it is about to stop, and that there are too many. */
export interface Pressure {
  stopping: Readonly<{ begun: boolean }>;
  admission: Admission;
}

/** What is served over HTTP, and how it is made warm. */
export interface App {
  app: FastifyInstance;
  /** Has it answer what it will be asked. Once nothing more is added to it. */
  prime(this: void): Promise<void>;
}

/** Everything that clients are served over HTTP, ready to listen. */
export async function createApp(
  config: Config,
  gateway: HttpGateway,
  budgets: Budgets,
  logger: Logger,
  metrics: Metrics,
  { stopping, admission }: Pressure,
  used: UsedDocuments,
  certificate: Certificate | null = null,
): Promise<App> {
  const schema = createSchema();
  countAnswers(schema);
  boundErrors(schema);
  const trusted = await readTrustedDocuments(config.documents.trustedFile);
  const documents = new Documents(schema, config.limits, trusted.values());
  const limits = new RequestLimits(schema, config.limits, documents);
  const persisted = new PersistedTexts(trusted);
  const charging = new Charging(budgets);
  const more = [charging.settling(), used.counting()];
  const server = createApollo(config, schema, documents, persisted, more, logger, metrics);
  const { apollo } = server;
  await apollo.start();
  const { basePath, connection } = config.http;
  const app = createListener({ connection, limits: config.limits, basePath, certificate }, logger);
  keepConnections(app, config, metrics);
  checkRequests(app);
  await allowOrigins(app, config.cors);
  tagAnswers(app);
  await compressAnswers(app);
  app.addHook("onClose", () => apollo.stop());
  const countryOf = countryReader(config.territory);
  const namedBy = hostReader(config.tenantDomains);
  const operators = new OperatorsFirst((identity) => isOperatorNow(gateway.stores, identity));
  const parties = new Parties(config.defaultTenant, namedBy);
  const addressOf = addressReader(config.territory.trustedProxies);
  await app.register(async (scope) => {
    admitRequests(scope, admission, parties, gateway.tokens, operators, config.http.deadline);
    const contextOf = async (request: FastifyRequest, reply: FastifyReply) => {
      const asked = await askedRequest(request, persisted, trusted);
      // Who has a token may be an operator, who may send anything.
      if (config.documents.trustedOnly && !request.headers.authorization) limits.checkTrusted(asked);
      const address = addressOf(request.raw);
      const language = languageOf(request.headers);
      const { "user-agent": userAgent } = request.headers;
      const cost = limits.check(asked);
      const life = config.cacheSeconds > 0 ? answerLifeOf(request, OWN) : null;
      const work = new RequestWork(cost, config.limits.answerBytes, address, language, userAgent, life);
      request.ticket?.price(work.asked.cost);
      void reply.header(COST_HEADER, work.asked.cost);
      const host = namedBy(request.headers.host ?? "");
      const ctx = await createContext(config, gateway, request, reply, countryOf(request.raw), host, work);
      parties.note(ctx.tenant.slug);
      work.primes = isPriming(request);
      if (!work.primes) await charging.charge(ctx, reply);
      return ctx;
    };
    const context = (request: FastifyRequest, reply: FastifyReply) =>
      contextOf(request, reply).catch((error: unknown) => {
        throw masked(error, { requestId: request.id }, logger);
      });
    serveGraphql(scope, server, varyOf(config), context);
  });
  app.get("/healthz", { exposeHeadRoute: true }, () => ({ status: "ok" }));
  app.get("/readyz", { exposeHeadRoute: true }, async (_request, reply) => {
    const { serves } = await readiness(gateway.stores, stopping);
    return reply.code(serves ? 200 : 503).send({ status: serves ? "ready" : "not ready" });
  });
  serveExports(app, gateway.stores, gateway.exportLinks);
  serveSecurityTxt(app, config.securityContacts);
  if (config.playground) await servePlayground(app);
  // The playground's links are relative: they need the slash at the end.
  if (basePath !== null) app.get(basePath, (_request, reply) => reply.redirect(`${basePath}/`, 308));
  const primed = async () => {
    if (config.documents.primingMs === 0) return;
    const known = await hotDocuments(gateway.stores.hotDocuments, logger);
    for (const { hash, text } of known) await persisted.set(hash, text);
    const path = `${basePath ?? ""}/graphql`;
    const texts = known.map(({ text }) => text);
    const asked = prime(app, {
      schema,
      texts,
      tenant: config.defaultTenant,
      path,
      ms: config.documents.primingMs,
    });
    const count = await asked.catch(() => 0);
    logger.debug(`Answered ${count} documents before anybody asked`);
  };
  return { app, prime: primed };
}

/** A start does without what cannot be read. */
async function hotDocuments(store: HotDocuments, logger: Logger): Promise<HotDocument[]> {
  return store.list().catch(() => {
    logger.warn("Which documents are used the most could not be read: the first answers take longer.");
    return [];
  });
}

function serveGraphql(
  scope: FastifyInstance,
  server: GraphqlServer,
  vary: string,
  context: (request: FastifyRequest, reply: FastifyReply) => Promise<Context>,
): void {
  scope.addHook("onSend", async (_request, reply) => {
    const others = list(String(reply.getHeader("vary") ?? "")).filter(
      (name) => !/^(accept-encoding)?$/i.test(name),
    );
    void reply.header("vary", [vary, ...others].join(", "));
  });
  checkGraphqlRequests(scope);
  routeGraphql(scope, server, context);
}

/** What an answer of GraphQL depends on beside its URL. */
function varyOf({ tenantDomains, territory }: Pick<Config, "tenantDomains" | "territory">): string {
  const host = tenantDomains.length > 0 ? ["Host"] : [];
  const country = territory.countryHeader === null ? [] : [territory.countryHeader];
  return [...VARY, ...host, ...country].join(", ");
}

/** Holds connections to their limits, for as long as it listens, and tells of them. */
function keepConnections(app: FastifyInstance, { http, territory }: Config, metrics: Metrics): void {
  const figures = addConnectionMetrics(metrics.registry, () => connections.count);
  const isProxy = inNetworks(territory.trustedProxies);
  const connections = new Connections(app.server, http.connection, isProxy, () => figures.refused());
  const stop = cutUnread(app.server, http.connection.sendSeconds, () => figures.cut());
  app.addHook("onClose", stop);
}
