import { type Accounts, type PlanRecord, type ViewerRecord } from "../../datasources/accounts/accounts.js";
import { type SeenFrom } from "../../datasources/accounts/sessions.js";
import { type PasswordHashing } from "../../datasources/accounts/password-hashing.js";
import { type Limit } from "../../datasources/budgets/limits.js";
import { type Role } from "../../datasources/core/vocabulary.js";
import { type PresumedViewer } from "../../datasources/accounts/presumed-viewer.js";
import { type Audience } from "../../datasources/catalog/audience.js";
import { campaignsLoaders, type CampaignsLoaders } from "../../datasources/campaigns/campaigns.loaders.js";
import { CatalogLoaders } from "../../datasources/catalog/catalog.loaders.js";
import {
  collectionsLoaders,
  type CollectionsLoaders,
} from "../../datasources/collections/collections.loaders.js";
import {
  armFiguresLoader,
  type ArmFiguresLoader,
} from "../../datasources/experiments/experiments.loaders.js";
import {
  recommendationsLoaders,
  type RecommendationsLoaders,
} from "../../datasources/recommendations/recommendations.loaders.js";
import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type InsightBudget } from "../../datasources/insights/insights.js";
import { laterOf, type Freshness, type WrittenAt } from "../../datasources/core/freshness.js";
import { SeenStamps } from "../../datasources/core/seen-stamps.js";
import { CallLog, type FieldPath, type StoreRequest } from "../../datasources/core/store-request.js";
import { type CheckoutTimes } from "../../datasources/checkouts/checkouts.js";
import { type Payments } from "../../datasources/payments/payments.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { top10Loaders, type Top10Loaders } from "../../datasources/top10/top10.loaders.js";
import { viewingLoaders, type ViewingLoaders } from "../../datasources/viewing/viewing.loaders.js";
import { describeUserAgent } from "../../packages/user-agents/index.js";
import { type AudienceClaims, type Identity, type KeyGrant, type Tokens } from "./identity.js";
import { type ConsistencyTokens } from "./consistency.js";
import { type Cursors } from "./cursor.js";
import { clientError } from "./errors.js";
import { type ExportLinks } from "./export-links.js";
import { knownEvents } from "./known-events.js";
import { type Lifetime } from "./lifetime.js";
import { type MailTokens } from "./mail-tokens.js";
import { type RequestWork } from "./request-work.js";
import { rolesOf } from "./roles.js";
import { type SignInGuesses } from "./sign-in-guesses.js";
import { isPersonalised, territoryOf } from "./sessions.js";

/** The maturity limit of a visitor. Years. */
const ADULT = 18;

/** What mails that are asked for take: their tokens, and how many may be, to an address and by those behind one. */
export interface Mailing {
  tokens: MailTokens;
  to: Limit;
  by: Limit;
}

/** What the gateway has for as long as it runs. */
export interface Gateway {
  stores: Stores;
  tokens: Tokens;
  cursors: Cursors;
  consistency: ConsistencyTokens;
  passwords: PasswordHashing;
  guesses: SignInGuesses;
  /** PINs that are tried for an account. */
  pinGuesses: Limit;
  /** Countries that an account goes to. */
  countryChanges: Limit;
  /** Null where this deployment sends no mails. */
  mail: Mailing | null;
  payments: Payments | null;
  checkoutTimes: CheckoutTimes;
  /** Version of the text about consents that clients show. */
  consentText: string;
  exportLinks: ExportLinks;
  /** For how long an export is kept. */
  exportHours: number;
  /** How much of viewers insights may tell. */
  insightBudget: InsightBudget;
  /** How strongly recommendations are varied unless it is asked for otherwise, from 0 to 1. */
  diversity: number;
}

/** What one request has: its tenant, its viewer, its batches. Made before execution, gone with the answer. */
export class Context {
  request!: StoreRequest;
  tenant!: Tenant;
  identity!: Identity | null;
  private readonly calls = new CallLog();
  private readonly now = new Date();
  /** Whether it writes: look-ups of viewers who write are asked together with others', as long as nothing else goes with them. */
  private mutating = false;
  /** Who the write under way is taken to be by, and finds out; null where whoever writes was looked up. */
  presumed: PresumedViewer | null = null;
  /** The latest transaction that this request has written in, by tenant. */
  private readonly written = new Map<number, WrittenAt>();
  /** What is read or made once an identity. An object, and no private members: Apollo executes on a copy of the context, and both must share it. */
  private once!: {
    viewer?: Promise<ViewerRecord | null>;
    audience?: Promise<Audience>;
    catalog?: CatalogLoaders;
    viewing?: ViewingLoaders;
    recommendations?: RecommendationsLoaders;
    armFigures?: ArmFiguresLoader;
    campaigns?: CampaignsLoaders;
    collections?: CollectionsLoaders;
    top10?: Top10Loaders;
    plans?: Promise<PlanRecord[]>;
    made?: Map<unknown, unknown>;
  };

  constructor(
    readonly gateway: Gateway,
    tenant: Tenant,
    identity: Identity | null,
    /** The tenant that the request itself names, before any default. */
    readonly namedTenant: string | null,
    readonly requestId: string,
    /** When the request is over; undefined: never. */
    readonly lifetime: Lifetime | undefined,
    /** How fresh the tenant's projections have to be for this request. */
    readonly freshness: Freshness | undefined,
    /** Where the request comes from, where somebody knows: ISO 3166-1 alpha-2. */
    readonly requestCountry: string | null,
    readonly work: RequestWork,
    /** The API key that asks in nobody's name; null where none was shown. */
    readonly key: KeyGrant | null = null,
  ) {
    this.becomes(tenant, identity);
  }

  /** From here on the request speaks for another identity, with batches of its own: nothing loaded before is reused. */
  becomes(tenant: Tenant, identity: Identity | null): void {
    this.tenant = tenant;
    this.identity = identity;
    this.once = {};
    // What a request waits for was written by the tenant that it came for.
    const freshness = this.freshness?.tenant.id === tenant.id ? this.freshness : undefined;
    this.request = {
      tenant,
      calls: this.calls,
      signal: this.lifetime?.signal,
      freshness,
      seen: new SeenStamps(),
    };
    freshness?.waitFor(
      knownEvents({
        stores: this.gateway.stores,
        request: this.request,
        audience: () => this.audience(),
        profiles: async () => (await this.viewer())?.profiles.map(({ id }) => id) ?? [],
      }),
    );
  }

  /** From here on titles and lists are read anew, for whoever the request speaks for. */
  rereads(): void {
    const { viewer, audience } = this.once;
    this.once = { viewer, audience };
    this.mutating = true;
    this.request = { ...this.request, seen: new SeenStamps() };
  }

  get catalog(): CatalogLoaders {
    return (this.once.catalog ??= this.makeCatalog());
  }

  private makeCatalog(): CatalogLoaders {
    const { catalog, titleVersions } = this.gateway.stores;
    const audienceOf = (path?: FieldPath) => this.audience(path);
    const { life } = this.work;
    const onMet = life ? life.has.bind(life) : undefined;
    const audienceOfAll = (path?: FieldPath) => this.audienceOfAll(path);
    return new CatalogLoaders(catalog, titleVersions, this.request, audienceOf, onMet, audienceOfAll);
  }

  get viewing(): ViewingLoaders {
    return (this.once.viewing ??= viewingLoaders(this.gateway.stores.viewing, this.request));
  }

  get recommendations(): RecommendationsLoaders {
    const { recommendations, keptRecommendations } = this.gateway.stores;
    const audienceOf = (path?: FieldPath) => this.audience(path);
    return (this.once.recommendations ??= recommendationsLoaders(
      recommendations,
      keptRecommendations,
      this.request,
      audienceOf,
    ));
  }

  get armFigures(): ArmFiguresLoader {
    return (this.once.armFigures ??= armFiguresLoader(this.gateway.stores.experiments, this.request));
  }

  get campaigns(): CampaignsLoaders {
    return (this.once.campaigns ??= campaignsLoaders(this.gateway.stores.campaigns, this.request));
  }

  get collections(): CollectionsLoaders {
    return (this.once.collections ??= collectionsLoaders(this.gateway.stores.collections, this.request));
  }

  get top10(): Top10Loaders {
    const audienceOf = (path?: FieldPath) => this.audience(path);
    return (this.once.top10 ??= top10Loaders(this.gateway.stores.top10, this.request, audienceOf));
  }

  /** What `make` makes for whoever the request speaks for: once, however many fields want it, on behalf of the first. */
  made<T>(make: (ctx: Context, path: FieldPath) => T, path: FieldPath): T {
    const made = (this.once.made ??= new Map()) as Map<typeof make, T>;
    const known = made.get(make) ?? make(this, path);
    made.set(make, known);
    return known;
  }

  /** What can be subscribed to, read once a request. */
  plans(path: FieldPath): Promise<PlanRecord[]> {
    return (this.once.plans ??= this.gateway.stores.checkouts.plans(this.on(path)));
  }

  get accounts(): Accounts {
    return this.gateway.stores.accounts;
  }

  /** The request's store request on behalf of a field, for reads that no loader batches. */
  on(path: FieldPath): StoreRequest {
    return { ...this.request, path };
  }

  /** The signed-in account and profile, read once a request; null for a visitor, and where the profile or the session is gone. */
  viewer(path?: FieldPath): Promise<ViewerRecord | null> {
    this.once.viewer ??= this.identity
      ? this.accounts.viewer({ ...this.request, path }, this.identity)
      : Promise.resolve(null);
    return this.once.viewer;
  }

  /**
   * For whom titles are answered. The country is where the request comes from; where nobody knows, the account's. A
   * visitor is an adult in the tenant's own country.
   */
  audience(path?: FieldPath): Promise<Audience> {
    // What titles need to know as well travels with the look-up of the viewer.
    if (this.identity && !this.once.viewer && !this.mutating)
      this.gateway.stores.looking.begin({ ...this.request, path });
    this.once.audience ??= this.viewer(path).then(
      (viewer) => this.audienceOf(viewer),
      (error: unknown) => this.claimedAudience(error),
    );
    return this.once.audience;
  }

  /**
   * The same for what follows from which titles there are, though they are not in the answer themselves, as counts and
   * names do: it is good for no longer than no licence of any title begins or ends.
   */
  audienceOfAll(path?: FieldPath): Promise<Audience> {
    const audience = this.audience(path);
    const { life } = this.work;
    if (!life) return audience;
    const { licenceChanges } = this.gateway.stores;
    return audience.then((known) => {
      life.follows(() => licenceChanges.nextAfter({ ...this.request, path }, known.now));
      return known;
    });
  }

  /** Whether what the viewer watched may be used for suggestions. While the store that knows is down, what the token says. */
  async personalised(path: FieldPath): Promise<boolean> {
    try {
      const viewer = await this.viewer(path);
      return viewer === null || isPersonalised(viewer);
    } catch (error) {
      const claims = this.identity?.audience;
      if (!(error instanceof StoreUnavailableError) || !claims) throw error;
      return claims.personalised;
    }
  }

  /** What the token says of its profile, while the store that knows is down: its maturity limit goes with it, and no role. */
  private claimedAudience(error: unknown): Audience {
    const claims = this.identity?.audience;
    if (!(error instanceof StoreUnavailableError) || !claims) throw error;
    this.calls.missed.add(error.store);
    return this.audienceBy(claims);
  }

  private audienceBy({ country, maturityLimit }: AudienceClaims): Audience {
    return {
      country: this.requestCountry ?? country ?? this.tenant.defaultCountry,
      maturityLimit,
      editor: false,
      now: this.now,
    };
  }

  /**
   * From here on whoever writes is taken to be who the token says, for a write that finds out whether that is so in what it
   * asks anyway: nobody is looked up.
   *
   * @returns false where the token does not say enough, or it is known already who it is.
   */
  presume(): boolean {
    const { identity, once } = this;
    if (!identity?.session || !identity.audience || once.viewer) return false;
    const { account, session, audience } = identity;
    const { country, maturityLimit } = audience;
    this.presumed = { account, session, country, maturityLimit };
    this.once = { audience: Promise.resolve(this.audienceBy(audience)) };
    return true;
  }

  /** From here on it is looked up who asks. @param known whether the write has found that it is who was presumed. */
  presumeNoMore(known: boolean): void {
    this.presumed = null;
    const { viewing } = this.once;
    this.once = known ? { viewing } : {};
  }

  private audienceOf(viewer: ViewerRecord | null): Audience {
    // A token outlives its session and the profile it was made for; as a visitor that profile would lose its maturity limit.
    if (this.identity && !viewer) {
      throw clientError(
        "UNAUTHENTICATED",
        "authorization: the session or the profile of this token is gone. Sign in again.",
        {
          field: "authorization",
        },
      );
    }
    return {
      country: this.requestCountry ?? (viewer && territoryOf(viewer)) ?? this.tenant.defaultCountry,
      maturityLimit: viewer?.profile.maturityLimit ?? ADULT,
      editor: this.rolesOf(viewer).includes("EDITOR") || this.key?.editor === true,
      now: this.now,
    };
  }

  /** What the request was sent from, as far as it is known. */
  get seenFrom(): SeenFrom {
    return { device: describeUserAgent(this.work.userAgent), country: this.requestCountry };
  }

  /** What a viewer of this request may do; nothing for a visitor. */
  rolesOf(viewer: ViewerRecord | null): readonly Role[] {
    return this.identity && viewer ? rolesOf(this.identity, viewer) : [];
  }

  /** The token that a mutation answers with: for reading what its transaction wrote, and what the request wrote before. */
  consistencyToken(xid: number): string {
    const { id, epoch } = this.tenant;
    const wanted = this.freshness?.tenant.id === id ? this.freshness.wanted : null;
    this.written.set(id, laterOf(this.written.get(id) ?? wanted, { epoch, xid }));
    return this.writtenToken() ?? "";
  }

  /**
   * The one token for all that the request has written, and for what it was to be answered with itself; null where it
   * wrote nothing.
   */
  writtenToken(): string | null {
    const written = this.written.get(this.tenant.id);
    return written === undefined ? null : this.gateway.consistency.encode(this.tenant, written);
  }
}
