import { wordsOf } from "../../packages/told-errors/index.js";
import { PostgresAccountRoles } from "../accounts/account-roles.postgres.js";
import { PostgresAccountCredentials } from "../accounts/account-credentials.postgres.js";
import { PostgresApiKeys } from "../api-keys/api-keys.postgres.js";
import { PostgresDeploymentAudit } from "../audit/deployment-audit.postgres.js";
import { PostgresAudit } from "../audit/audit.postgres.js";
import { PostgresPrivacy } from "../privacy/privacy.postgres.js";
import { PostgresInsights } from "../insights/insights.postgres.js";
import { PostgresRetention } from "../retention/retention.postgres.js";
import { PostgresMails } from "../mail/mails.postgres.js";
import { PostgresHotDocuments } from "../hot-documents/hot-documents.postgres.js";
import { PostgresLimits } from "../budgets/limits.postgres.js";
import { PostgresAccounts } from "../accounts/accounts.postgres.js";
import { PostgresBudgetLedger } from "../budgets/budgets.postgres.js";
import { PostgresProfiles } from "../accounts/profiles.postgres.js";
import { PersonKeys } from "../accounts/person-keys.postgres.js";
import { sealingWork } from "../accounts/wrapping-keys.postgres.js";
import { PostgresOutsideAccounts } from "../accounts/outside-accounts.postgres.js";
import { PostgresSessions } from "../accounts/sessions.postgres.js";
import { PostgresIdentityChanges } from "../identity/identity-changes.postgres.js";
import { PostgresSigningKeys } from "../identity/signing-keys.postgres.js";
import { admittedUrls } from "./deployment-logins.js";
import { embeddedTargets } from "./title-targets.js";
import { PostgresTenants, type OnExpected } from "../tenancy/tenants.postgres.js";
import { type DedicatedLimits } from "./dedicated-stores.js";
import { residentsOf } from "./placed-tenants.js";
import { removeEverywhere } from "./tenant-removal.js";
import { PostgresCatalog } from "../catalog/postgres/catalog.postgres.js";
import { keptCatalog } from "../catalog/kept-catalog.js";
import { PostgresStamps, type KeptDomain } from "../catalog/postgres/stamps.postgres.js";
import { keptPlans } from "../checkouts/kept-plans.js";
import { keptSimilar } from "../recommendations/kept-similar.js";
import { keptTop10 } from "../top10/kept-top10.js";
import { type KeptMemory } from "../core/kept-memory.js";
import { KeptReads, NO_LOOKING } from "../core/kept-reads.js";
import { PostgresCatalogProjection } from "../catalog/postgres/catalog-projection.postgres.js";
import { PostgresLicenceChanges } from "../catalog/postgres/licence-changes.postgres.js";
import { PostgresTitleSchedule } from "../catalog/postgres/title-schedule.postgres.js";
import { PostgresTitleEditing } from "../catalog/postgres/title-editing.postgres.js";
import { PostgresTitleVersions } from "../catalog/postgres/title-versions.postgres.js";
import { PostgresCampaigns } from "../campaigns/campaigns.postgres.js";
import { PostgresCollections } from "../collections/collections.postgres.js";
import { PostgresCheckouts } from "../checkouts/checkouts.postgres.js";
import { PostgresCheckoutSteps } from "../checkouts/checkout-steps.postgres.js";
import { type MovableDomains } from "./engine-domains.js";
import { type Engine } from "./engine-parts.js";
import { followedDomains, openEngines, type EngineAddresses } from "./engines.js";
import { PostgresJobs } from "../jobs/jobs.postgres.js";
import { PostgresOperations } from "../operations/operations.postgres.js";
import { type KeyService } from "../../packages/envelope/index.js";
import { startEmbeddedPostgres } from "../../packages/embedded-postgres/index.js";
import { migrate } from "../engines/postgres/migrations/migrate.postgres.js";
import { PostgresGenerationLedger } from "../projection/generations/generation-ledger.postgres.js";
import { OutboxPool } from "../projection/outbox/outbox-pool.postgres.js";
import { PostgresOutbox, PostgresOutboxHolds } from "../projection/outbox/outbox.postgres.js";
import { PostgresPlayback } from "../playback/playback.postgres.js";
import { explainServerError } from "../engines/postgres/server-error.js";
import { PostgresStore, type PoolSizes, type Relocate } from "../engines/postgres/store.postgres.js";
import { PostgresKeptRecommendations } from "../recommendations/postgres/kept-recommendations.postgres.js";
import { PostgresRecommendations } from "../recommendations/postgres/recommendations.postgres.js";
import { PostgresTasteInspectionSource } from "../recommendations/postgres/taste-inspection-source.postgres.js";
import { PostgresTasteGraph } from "../recommendations/postgres/taste-graph.postgres.js";
import { PostgresSearch } from "../search/postgres/search.postgres.js";
import { PostgresSearchLearning } from "../search-learning/search-learning.postgres.js";
import { PostgresSearchLog } from "../search-log/search-log.postgres.js";
import { PostgresExperiments } from "../experiments/experiments.postgres.js";
import { ServedFigures } from "../served-lists/served-lists.js";
import { PostgresServedLists } from "../served-lists/served-lists.postgres.js";
import { PostgresSearchSteering } from "../search-steering/search-steering.postgres.js";
import { PostgresSearchProjection } from "../search/postgres/search-projection.postgres.js";
import { healthOf } from "../engines/store-health.js";
import { PostgresTop10 } from "../top10/top10.postgres.js";
import { PostgresTop10Job } from "../top10/top10-job.postgres.js";
import { PostgresViewing } from "../viewing/viewing.postgres.js";
import { PostgresViewingIngest } from "../viewing/viewing-ingest.postgres.js";
import { WATCH_RULES, type WatchRules } from "../viewing/watch-rules.js";
import { PostgresViewingWriting } from "../viewing/viewing-writing.postgres.js";
import { type Deployment, type OwnDeployment } from "./deployment.js";

export interface StoreOptions {
  /** `embedded:` or a postgres:// URL whose role may create roles and schemas. */
  postgresUrl: string;
  /** What keys of people are wrapped by, on all servers; or what answers that, once an embedded server has its folder. */
  accountKeys: KeyService | (() => Promise<KeyService>);
  /** Engines with domains of their own; without them PostgreSQL answers everything. */
  engines?: EngineAddresses;
  /** Where the embedded server keeps its data. */
  dataFolder: string;
  /** From when to when a title is being watched; `WATCH_RULES` unless given. */
  watching?: WatchRules;
  /** Use the embedded server of another process of the same data folder where one runs (for commands beside a gateway). */
  share?: boolean;
  /** Secrets that the URLs of tenants' own servers name. */
  secrets?: ReadonlyMap<string, string>;
  /** How many of those are open at once. */
  dedicated?: DedicatedLimits;
  /** How many connections PostgreSQL is asked by; as many as a server that tenants share unless given. */
  pools?: PoolSizes;
  /** Told, once it is warm, of tenants that are about to be on servers of their own. */
  onExpected?: OnExpected | undefined;
  /** What keeps answers; without, every read asks its store. */
  memory?: KeptMemory | undefined;
  /** Told what becomes of lists of recommendations that are noted, of all servers; nobody is unless given. */
  served?: ServedFigures | undefined;
  /** Told of each step that takes time, in one line. */
  log: (line: string) => void;
  /** Told of what goes wrong while nobody asks, in one line; `log` unless given. */
  warn?: (line: string) => void;
  /** Told, in one line, when the embedded server has ended for good: nothing will be answered any more. */
  onLost?: ((line: string) => void) | undefined;
}

/**
 * Opens one set of servers: starts the embedded PostgreSQL where it is configured, migrates, and opens every domain.
 *
 * @param relocate where a tenant is that is here no more.
 * @throws StartupError with one line that says what to do.
 */
export async function openDeployment(options: StoreOptions, relocate: Relocate): Promise<OwnDeployment> {
  const embedded =
    options.postgresUrl === "embedded:"
      ? await startEmbeddedPostgres({
          dataFolder: options.dataFolder,
          log: options.log,
          warn: options.warn,
          onLost: options.onLost,
          share: options.share,
        })
      : undefined;
  // One that was still being made when all were closed is ended by the server.
  let isOpen = true;
  try {
    const { accountKeys } = options;
    const service = typeof accountKeys === "function" ? await accountKeys() : accountKeys;
    const adminUrl = embedded?.adminUrl ?? options.postgresUrl;
    const urls = await admittedUrls(adminUrl, await migrate(adminUrl, sealingWork(service)));
    const onIdleError = (error: Error) => {
      if (isOpen) (options.warn ?? options.log)(`An idle PostgreSQL connection broke: ${wordsOf(error)}`);
    };
    const tenants = new PostgresTenants(urls.app, adminUrl, onIdleError);
    const residents = residentsOf(tenants);
    const postgres = new PostgresStore(
      urls.app,
      onIdleError,
      options.engines?.deadlineMs,
      relocate,
      options.pools,
    );
    const keys = new PersonKeys(postgres, service);
    const own = postgresDomains(postgres, keys, options);
    const { looking, ...kept } = keptDomains(own, postgres, options.memory);
    const domains = followedDomains({ ...own, ...kept });
    const warn = options.warn ?? options.log;
    const outboxPool = new OutboxPool(urls.app, onIdleError);
    const context = {
      standby: domains,
      holds: new PostgresOutboxHolds(outboxPool),
      ledgerOf: (target: string, form: string) => new PostgresGenerationLedger(outboxPool, target, form),
      pingPostgres: () => postgres.ping(),
      onLog: warn,
    };
    const engines = options.engines ? await openEngines(options.engines, context) : [];
    const embeddedOnes = embeddedTargets(context);
    const projections = [...embeddedOnes, ...engines.map((engine) => engine.target)];
    const outbox = new PostgresOutbox(outboxPool, projections, new Set(embeddedOnes.map(({ name }) => name)));
    await outbox.register();
    return {
      tenants,
      residents,
      registry: tenants,
      remove: (tenant) => removeEverywhere(adminUrl, projections, tenant),
      adminUrl,
      postgres,
      ...domains,
      ...moved(engines),
      tasteFacts: domains.tasteGraphSource,
      looking: engines.some((engine) => engine.domains.catalog) ? NO_LOOKING : looking,
      privacy: new PostgresPrivacy(
        postgres,
        keys,
        engines.map(({ traces }) => traces),
      ),
      jobs: new PostgresJobs(urls.worker, warn, options.pools?.jobs),
      settle: (tenant) => postgres.refreshStatistics(tenant),
      projections,
      outbox,
      operations: new PostgresOperations(postgres, outboxPool),
      hotDocuments: new PostgresHotDocuments(outboxPool),
      budgets: new PostgresBudgetLedger(outboxPool),
      limits: (key) => new PostgresLimits(outboxPool, key),
      deploymentAudit: new PostgresDeploymentAudit(outboxPool),
      signingKeys: new PostgresSigningKeys(outboxPool),
      identityChanges: new PostgresIdentityChanges(outboxPool),
      warm: () => {
        tenants.listen(options.onExpected);
        return postgres.warm();
      },
      health: () =>
        Promise.all([
          healthOf(postgres, embedded ? "EMBEDDED" : "SERVER"),
          ...engines.map((engine) => engine.health()),
        ]),
      guards: () => [postgres, ...engines].map(({ guard }) => guard.report()),
      close: async () => {
        await own.viewingWriting.settled();
        // What cannot be kept any more is lost.
        await own.searchLog.settle();
        await own.servedLists.settle();
        await Promise.all([
          postgres.close(),
          tenants.close(),
          outboxPool.close(),
          ...engines.map((engine) => engine.close()),
        ]);
        isOpen = false;
        await embedded?.stop();
      },
    };
  } catch (error) {
    isOpen = false;
    await embedded?.stop();
    throw embedded ? error : explainServerError(options.postgresUrl, error);
  }
}

/** Domains of which something may be kept. */
type KeptDomains = Pick<Deployment, "catalog" | "recommendations" | "top10" | "checkouts">;

/** The same with what is kept of them, where something is. */
function keptDomains(
  { catalog, recommendations, top10, checkouts }: KeptDomains,
  postgres: PostgresStore,
  memory: KeptMemory | undefined,
): KeptDomains & Pick<Deployment, "looking"> {
  if (!memory) return { catalog, recommendations, top10, checkouts, looking: NO_LOOKING };
  const readsOf = (domain: KeptDomain, others?: readonly KeptDomain[]) =>
    new KeptReads(new PostgresStamps(postgres, domain, others), memory);
  const looking = readsOf("catalog");
  return {
    looking,
    catalog: keptCatalog(catalog, looking),
    recommendations: keptSimilar(recommendations, readsOf("taste")),
    // Lists are of titles that may be met, under the ids that they have now.
    top10: keptTop10(top10, readsOf("charts", ["catalog", "merges"])),
    checkouts: keptPlans(checkouts, readsOf("plans")),
  };
}

/** The domains that engines have taken over. */
function moved(engines: readonly Engine[]): Partial<MovableDomains> {
  return engines.reduce<Partial<MovableDomains>>((all, engine) => ({ ...all, ...engine.domains }), {});
}

/** Every domain in PostgreSQL. */
function postgresDomains(
  postgres: PostgresStore,
  keys: PersonKeys,
  { watching = WATCH_RULES, served = new ServedFigures() }: Pick<StoreOptions, "watching" | "served">,
) {
  return {
    accounts: new PostgresAccounts(postgres, keys),
    profiles: new PostgresProfiles(postgres, keys),
    accountCredentials: new PostgresAccountCredentials(postgres, keys),
    accountRoles: new PostgresAccountRoles(postgres),
    mails: new PostgresMails(postgres, keys),
    apiKeys: new PostgresApiKeys(postgres),
    sessions: new PostgresSessions(postgres),
    outsideAccounts: new PostgresOutsideAccounts(postgres, keys),
    audit: new PostgresAudit(postgres),
    retention: new PostgresRetention(postgres),
    insights: new PostgresInsights(postgres),
    checkouts: new PostgresCheckouts(postgres),
    checkoutSteps: new PostgresCheckoutSteps(postgres),
    catalog: new PostgresCatalog(postgres),
    catalogProjection: new PostgresCatalogProjection(postgres),
    licenceChanges: new PostgresLicenceChanges(postgres),
    titleVersions: new PostgresTitleVersions(postgres),
    titleSchedule: new PostgresTitleSchedule(postgres),
    titleEditing: new PostgresTitleEditing(postgres),
    collections: new PostgresCollections(postgres),
    campaigns: new PostgresCampaigns(postgres),
    viewing: new PostgresViewing(postgres, watching),
    viewingIngest: new PostgresViewingIngest(postgres, watching),
    viewingWriting: new PostgresViewingWriting(postgres, watching),
    playback: new PostgresPlayback(postgres, keys),
    recommendations: new PostgresRecommendations(postgres),
    keptRecommendations: new PostgresKeptRecommendations(postgres),
    tasteGraph: new PostgresTasteGraph(postgres),
    tasteModels: new PostgresTasteGraph(postgres),
    tasteGraphSource: new PostgresTasteInspectionSource(postgres),
    top10: new PostgresTop10(postgres),
    top10Job: new PostgresTop10Job(postgres),
    search: new PostgresSearch(postgres),
    searchProjection: new PostgresSearchProjection(postgres),
    searchSteering: new PostgresSearchSteering(postgres),
    searchLog: new PostgresSearchLog(postgres),
    searchLearning: new PostgresSearchLearning(postgres),
    experiments: new PostgresExperiments(postgres),
    servedLists: new PostgresServedLists(postgres, served),
  };
}
