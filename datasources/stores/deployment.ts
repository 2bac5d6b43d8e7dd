import { type AccountRoles } from "../accounts/account-roles.js";
import { type AccountCredentials } from "../accounts/account-credentials.js";
import { type Audit, type DeploymentAudit } from "../audit/audit.js";
import { type Privacy } from "../privacy/privacy.js";
import { type Insights } from "../insights/insights.js";
import { type Retention } from "../retention/retention.js";
import { type ApiKeys } from "../api-keys/api-keys.js";
import { type Mails } from "../mail/mails.js";
import { type Limits } from "../budgets/limits.js";
import { type Accounts } from "../accounts/accounts.js";
import { type BudgetLedger } from "../budgets/budgets.js";
import { type Profiles } from "../accounts/profiles.js";
import { type OutsideAccounts } from "../accounts/outside-accounts.js";
import { type Sessions } from "../accounts/sessions.js";
import { type HotDocuments } from "../hot-documents/hot-documents.js";
import { type IdentityChanges } from "../identity/identity-changes.js";
import { type SigningKeys } from "../identity/signing-keys.js";
import { type TenantRegistry, type Tenants } from "../core/tenants.js";
import { type Removal } from "./tenant-removal.js";
import { type Catalog, type CatalogProjection } from "../catalog/catalog.js";
import { type LicenceChanges } from "../catalog/licence-changes.js";
import { type Looking } from "../core/kept-reads.js";
import { type TitleSchedule } from "../catalog/title-schedule.js";
import { type TitleEditing } from "../catalog/title-editing.js";
import { type TitleVersions } from "../catalog/title-versions.js";
import { type Campaigns } from "../campaigns/campaigns.js";
import { type Collections } from "../collections/collections.js";
import { type Checkouts, type CheckoutSteps } from "../checkouts/checkouts.js";
import { type Jobs } from "../jobs/jobs.js";
import { type Operations } from "../operations/operations.js";
import { type Outbox } from "../projection/outbox/outbox.js";
import { type Playback } from "../playback/playback.js";
import { type ProjectionTarget } from "../projection/targets/projection-target.js";
import {
  type KeptRecommendations,
  type Recommendations,
  type TasteGraph,
} from "../recommendations/recommendations.js";
import { type Search, type SearchProjection } from "../search/search.js";
import { type Experiments } from "../experiments/experiments.js";
import { type ServedLists } from "../served-lists/served-lists.js";
import { type SearchLearning } from "../search-learning/search-learning.js";
import { type SearchLog } from "../search-log/search-log.js";
import { type SearchSteering } from "../search-steering/search-steering.js";
import { type PostgresStore } from "../engines/postgres/store.postgres.js";
import { type GuardReport } from "../engines/store-guard.js";
import { type StoreHealth } from "../engines/store-health.js";
import { type Tenant } from "../core/tenant.js";
import { type TasteGraphSource } from "../recommendations/taste-graph-source.js";
import { type TasteModels } from "../recommendations/taste-models.js";
import { type Top10, type Top10Job } from "../top10/top10.js";
import { type Viewing, type ViewingIngest } from "../viewing/viewing.js";
import { type ViewingWriting } from "../viewing/viewing-writing.js";

/**
 * Every domain behind its interface, whichever store answers it, on one set of servers. Nothing here knows a query
 * language.
 */
export interface Deployment {
  tenants: Tenants;
  /** Of the tenants those that live on these servers and are not being deleted. */
  residents: Tenants;
  accounts: Accounts;
  profiles: Profiles;
  accountCredentials: AccountCredentials;
  accountRoles: AccountRoles;
  mails: Mails;
  apiKeys: ApiKeys;
  sessions: Sessions;
  outsideAccounts: OutsideAccounts;
  /** Who did what. */
  audit: Audit;
  /** The same of what was done to the deployment. */
  deploymentAudit: DeploymentAudit;
  /** What accounts may ask for about themselves. */
  privacy: Privacy;
  /** What is kept for a while only. */
  retention: Retention;
  /** How titles are watched, with noise. */
  insights: Insights;
  checkouts: Checkouts;
  checkoutSteps: CheckoutSteps;
  jobs: Jobs;
  catalog: Catalog;
  catalogProjection: CatalogProjection;
  licenceChanges: LicenceChanges;
  /** Has requests look whether what is kept of the catalog holds. */
  looking: Looking;
  titleVersions: TitleVersions;
  titleSchedule: TitleSchedule;
  titleEditing: TitleEditing;
  collections: Collections;
  campaigns: Campaigns;
  viewing: Viewing;
  viewingIngest: ViewingIngest;
  viewingWriting: ViewingWriting;
  playback: Playback;
  recommendations: Recommendations;
  keptRecommendations: KeptRecommendations;
  tasteGraph: TasteGraph;
  /** The models that were learned last, each of which can be switched to. */
  tasteModels: TasteModels;
  /** What profiles whose account agrees to it have watched, and what is not for them: what taste graphs are filled from. */
  tasteFacts: Pick<TasteGraphSource, "watches" | "aversions">;
  top10: Top10;
  top10Job: Top10Job;
  search: Search;
  searchProjection: SearchProjection;
  searchSteering: SearchSteering;
  /** What was searched for. */
  searchLog: SearchLog;
  searchLearning: SearchLearning;
  /** What profiles were recommended. */
  servedLists: ServedLists;
  /** What is tried on a part of them. */
  experiments: Experiments;
  /** To be called after a bulk load: lets the stores adapt to what they hold now. */
  settle(tenant: Tenant): Promise<void>;
  /** All projections by name: PostgreSQL's own, which are always there, then those of the engines that are set. */
  projections: readonly ProjectionTarget[];
  outbox: Outbox;
  /** What the last comparisons found, and the work that operators have started. */
  operations: Operations;
  /** Which documents are used the most. */
  hotDocuments: HotDocuments;
  /** What those who ask have spent, at all gateways. */
  budgets: BudgetLedger;
  /** What may be done so often and no more. @param key holders are hashed with it. */
  limits(key: Uint8Array): Limits;
  /** What access tokens are signed with. */
  signingKeys: SigningKeys;
  identityChanges: IdentityChanges;
  health(): Promise<StoreHealth[]>;
  /** What each store's guard has under way and has seen. */
  guards(): GuardReport[];
  /** Opens the connections that a gateway keeps, before it is asked anything. */
  warm(): Promise<void>;
  /** Closes connections, then stops the embedded server if this process started it. */
  close(): Promise<void>;
}

/** A set of servers, with what changes its registry and removes tenants from it. */
export interface OwnDeployment extends Deployment {
  registry: TenantRegistry;
  remove(tenant: Tenant): Promise<Removal>;
  /** A URL of its PostgreSQL whose role may create schemas and roles. */
  adminUrl: string;
  postgres: PostgresStore;
}
