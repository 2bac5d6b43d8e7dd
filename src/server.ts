import { Admission, MemoryWatch } from "../packages/pressure/index.js";
import { KeptMemory } from "../datasources/core/kept-memory.js";
import { PasswordHashing } from "../datasources/accounts/password-hashing.js";
import { ServedFigures } from "../datasources/served-lists/served-lists.js";
import { openStores, type Stores } from "../datasources/stores/stores.js";
import { KeyReader } from "./auth/key-reader.js";
import { EndedSessions } from "./auth/ended-sessions.js";
import { IdentityWatch } from "./auth/identity-watch.js";
import { type KeyRing } from "./auth/key-ring.js";
import { accountKeysOf } from "./auth/account-keys.js";
import { openKeys } from "./auth/open-keys.js";
import { openProvider } from "./auth/open-provider.js";
import { createTokens } from "./auth/tokens.js";
import { Budgets } from "./budgets/budgets.js";
import {
  COUNTRY_CHANGES,
  LimitedGuesses,
  MAILS_BY,
  MAILS_TO,
  PIN_GUESSES,
} from "./budgets/sign-in-guesses.js";
import { type Tokens } from "../resolvers/request/identity.js";
import { checkoutTimes } from "./checkouts/checkout-times.js";
import { type Config } from "./config.js";
import { createConsistencyTokens } from "../resolvers/request/consistency.js";
import { createExportLinks } from "../resolvers/request/export-links.js";
import { createCursors } from "../resolvers/request/cursor.js";
import { UsedDocuments } from "./documents/used-documents.js";
import { Drain } from "./drain.js";
import { createApp } from "./http/app.js";
import { keepCertificate, readCertificate } from "./http/certificate.js";
import { openMailer } from "./mail/open-mailer.js";
import { createMailTokens } from "../resolvers/request/mail-tokens.js";
import { serveJwks } from "./http/jwks.js";
import { checkDefaultTenant } from "./tenancy/default-tenant.js";
import { checkAddress, listen } from "./listen.js";
import { addCheckMetrics, countFailedChecks } from "./observability/check-metrics.js";
import { listenForOperators } from "./operations-listener.js";
import { createLogger, type Logger } from "./observability/logger.js";
import { createMetrics, type Metrics } from "./observability/metrics.js";
import { registerPressure } from "./observability/pressure-metrics.js";
import { registerMemory } from "./observability/cache-metrics.js";
import { registerSharedCache } from "./observability/shared-cache-metrics.js";
import { registerServed } from "./observability/served-metrics.js";
import { modelMetrics } from "./observability/model-metrics.js";
import { createProjectorMetrics } from "./observability/projector-metrics.js";
import { attendance, type AttendanceTools } from "./attendance.js";
import { keepRounds } from "./privacy/rounds.js";
import { openPayments } from "./payments/open-payments.js";
import { type FillProgress } from "../datasources/projection/targets/keeper.js";

/** A gateway that answers requests. */
export interface RunningGateway {
  url: string;
  /** Where operators are told how it runs; null where nobody is. */
  operationsUrl: string | null;
  stores: Stores;
  tokens: Tokens;
  /** What they are signed with. */
  keys: KeyRing;
  /** Reads anew what may change while it runs: the certificate. */
  reload(): Promise<void>;
  /**
   * Stops taking requests, answers those under way, then closes the stores. Safe to call twice.
   *
   * @param noticeSeconds for how long it still takes requests after it has said that it is not ready; 0 unless given.
   */
  close(noticeSeconds?: number): Promise<void>;
}

/**
 * Opens the stores and listens.
 *
 * @param prepare runs between the two: seeding on the first start.
 * @param onFill told of projections that are filled because their engine is empty.
 * @param onLost told, in one line, when the embedded PostgreSQL has ended for good.
 * @throws StartupError with one line that says what to do.
 */
export async function startGateway(
  config: Config,
  prepare: (stores: Stores) => Promise<void> = async () => {},
  onFill: FillProgress = () => {},
  onLost?: (line: string) => void,
): Promise<RunningGateway> {
  const logger = createLogger(config);
  // Before there is anything to be told: a port in use is one line, and nothing has to be stopped.
  await checkAddress(config.http);
  if (config.operations) await checkAddress(config.operations);
  const { certificate: files } = config.http;
  const certificate = files && (await readCertificate(files));
  const keeping = config.cache
    ? new KeptMemory({ ...config.cache, warn: (line) => logger.warn(line) })
    : undefined;
  const served = new ServedFigures();
  const stores = await openStores({
    postgresUrl: config.stores.postgres,
    accountKeys: () => accountKeysOf(config),
    engines: config.stores,
    secrets: config.dedicated.secrets,
    dedicated: config.dedicated,
    watching: config.watching,
    memory: keeping,
    served,
    dataFolder: config.dataFolder,
    log: (line) => logger.debug(line),
    warn: (line) => logger.warn(line),
    onLost,
  });
  // Begun last, stopped first.
  const parts: { stop(): unknown }[] = [{ stop: () => stores.close() }];
  const stopParts = async () => {
    for (const part of [...parts].reverse()) await part.stop();
  };
  let attending: Promise<void> | undefined;
  try {
    const { secret, ring: keys } = await openKeys(stores, config);
    const ended = new EndedSessions();
    const own = createTokens(keys, config.auth.tokenMinutes, ended);
    const provider = openProvider(config.auth.provider, stores, ended);
    parts.push(provider);
    const tokens = provider.beside(own);
    await prepare(stores);
    await checkDefaultTenant(config, stores, (line) => logger.warn(line));
    await stores.warm();
    const warn = (line: string) => logger.warn(line);
    const metrics = createMetrics(() => stores.guards());
    if (keeping) {
      registerMemory(metrics.registry, keeping);
      parts.push(await keepForOthers(config, secret, keeping, metrics, logger));
    }
    registerServed(metrics.registry, served);
    const observer = createProjectorMetrics(metrics.registry, stores.outbox);
    addCheckMetrics(metrics.registry, stores.operations);
    const onFailedChecks = countFailedChecks(metrics.registry);
    const payments = openPayments(config);
    const times = checkoutTimes(config.payments.deadlineMs);
    const mailTokens = createMailTokens(secret);
    const mailer = openMailer(config, (line) => logger.info(line));
    parts.push({ stop: () => mailer?.close() });
    const mails = mailer && { mailer, tokens: mailTokens, link: config.mail.link, warn };
    const watchIdentity = identityWatches(stores, keys, ended);
    // Waits for the database, while what is served is made and asks itself.
    attending = stores
      .attend(
        attendance(config, {
          watchIdentity,
          payments,
          times,
          mails,
          warn,
          onRefusedModel: modelMetrics(metrics.registry),
          observer,
          onFill,
          onFailedChecks,
        }),
      )
      .then((part) => {
        parts.push(part);
        parts.push(keepRounds(stores, config.privacy.retention, warn));
        return ended.hear(stores.identityChanges);
      });
    // Where it fails is seen once it is awaited.
    attending.catch(() => undefined);
    const cursors = createCursors(secret);
    const consistency = createConsistencyTokens(secret);
    const passwords = new PasswordHashing();
    const limits = stores.limits(secret);
    const guesses = new LimitedGuesses(limits);
    const gateway = {
      stores,
      keys: new KeyReader(stores.apiKeys, stores.tenants),
      ended,
      tokens,
      cursors,
      consistency,
      passwords,
      guesses,
      pinGuesses: limits.limit(PIN_GUESSES),
      countryChanges: limits.limit(COUNTRY_CHANGES),
      mail: mailer && { tokens: mailTokens, to: limits.limit(MAILS_TO), by: limits.limit(MAILS_BY) },
      payments,
      checkoutTimes: times,
      consentText: config.privacy.consentText,
      exportLinks: createExportLinks(secret),
      exportHours: config.privacy.exportHours,
      insightBudget: config.privacy.insights,
      diversity: config.diversity,
    };
    const budgets = new Budgets(config.budgets, stores.budgets, secret);
    budgets.start();
    parts.push(budgets);
    const drain = new Drain();
    const memory = new MemoryWatch(config.http.memoryPercent);
    parts.push(memory);
    const admission = new Admission({ waitMs: config.http.queueMs, memory: () => memory.used });
    registerPressure(metrics.registry, admission, memory);
    const used = new UsedDocuments();
    parts.push(used.keep(stores.hotDocuments, warn));
    const { app, prime } = await createApp(
      config,
      gateway,
      budgets,
      logger,
      metrics,
      { stopping: drain, admission },
      used,
      certificate,
    );
    serveJwks(app, keys);
    const kept = keepCertificate(app.server, files, warn);
    parts.push(kept);
    const operators = await listenForOperators(config, stores, metrics, logger, drain);
    parts.push(operators);
    drain.watch(app.server);
    await prime();
    await attending;
    const url = await listen(app, config.http);
    let closing: Promise<void> | undefined;
    const close = (noticeSeconds = 0) => {
      const times = { notice: noticeSeconds * 1_000, patience: config.http.drainSeconds * 1_000 };
      return (closing ??= drain.stop(app, times).finally(stopParts));
    };
    return { url, operationsUrl: operators.url, stores, tokens, keys, reload: () => kept.reload(), close };
  } catch (error) {
    await attending?.catch(() => undefined);
    await stopParts();
    throw error;
  }
}

/** Has gateways keep answers for each other, where there is a place for that. */
async function keepForOthers(
  { cache, stores }: Pick<Config, "cache" | "stores">,
  secret: Uint8Array,
  keeping: KeptMemory,
  { registry }: Metrics,
  logger: Logger,
): Promise<{ stop(): Promise<void> }> {
  if (!cache?.redis) return { stop: async () => {} };
  // Its client is as large as the gateway.
  const { openSharedCache } = await import("./caching/shared-cache.js");
  const { deadlineMs } = stores;
  const tell = { info: (line: string) => logger.info(line), warn: (line: string) => logger.warn(line) };
  const shared = openSharedCache({ ...cache.redis, shadow: cache.shadow, secret, deadlineMs, ...tell });
  registerSharedCache(registry, shared);
  keeping.shared = shared.entries;
  return shared;
}

/** Has what tokens are believed by followed at every PostgreSQL that has tenants; keys are the deployment's own. */
function identityWatches(
  stores: Pick<Stores, "identityChanges">,
  keys: Pick<KeyRing, "refresh">,
  ended: EndedSessions,
): AttendanceTools["watchIdentity"] {
  return (changes) => {
    const own = changes === stores.identityChanges;
    const watch = new IdentityWatch(changes, () =>
      Promise.all([own && keys.refresh(), ended.refresh(changes)]),
    );
    return { stop: () => watch.stop().finally(() => ended.leave(changes)) };
  };
}
