import { type ProfileRecord, type ViewerRecord } from "../datasources/accounts/accounts.js";
import { type Tenant } from "../datasources/tenant.js";
import { ratingOfAge } from "../schema/scalars.js";
import { type Context } from "../src/context.js";
import { toGlobalId } from "../src/global-id.js";

/** A profile as GraphQL reads it. */
export class ProfileValue {
  readonly __typename = "Profile";

  constructor(
    private readonly tenant: Tenant,
    private readonly record: ProfileRecord,
  ) {}

  get id(): string {
    return toGlobalId(this.tenant, "Profile", this.record.id);
  }
  get localId(): string {
    return this.record.id;
  }
  get externalId(): string {
    return this.record.id;
  }
  get name(): string {
    return this.record.name;
  }
  get kind(): string {
    return this.record.kind;
  }
  get country(): string | null {
    return this.record.country;
  }
  get maturityLimit(): string {
    return ratingOfAge(this.record.maturityLimit);
  }
}

/** The viewer as GraphQL reads it. */
export function toViewer(ctx: Context, viewer: ViewerRecord, roles = ctx.identity?.roles ?? []) {
  const { tenant } = ctx;
  const { account, subscription } = viewer;
  return {
    account: account && {
      __typename: "Account",
      id: toGlobalId(tenant, "Account", account.id),
      email: account.email,
      country: account.country,
    },
    profile: new ProfileValue(tenant, viewer.profile),
    profiles: viewer.profiles.map((profile) => new ProfileValue(tenant, profile)),
    tenant: { slug: tenant.slug, name: tenant.name, tier: tenant.tier },
    roles,
    subscription: subscription && {
      __typename: "Subscription",
      id: toGlobalId(tenant, "Subscription", subscription.id),
      state: subscription.state,
      currentPeriodEnd: subscription.currentPeriodEnd,
      plan: {
        __typename: "Plan",
        id: toGlobalId(tenant, "Plan", subscription.plan.id),
        name: subscription.plan.name,
        maxStreams: subscription.plan.maxStreams,
        maxHeight: subscription.plan.maxHeight,
      },
    },
    consents: viewer.consents,
  };
}

export type ViewerValue = ReturnType<typeof toViewer>;
