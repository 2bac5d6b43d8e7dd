import {
  type AccountRecord,
  type PlanRecord,
  type ProfileRecord,
  type MembershipRecord,
  type ViewerRecord,
} from "../datasources/accounts/accounts.js";
import { PROFILE_FIELD_NAMES } from "../datasources/core/profile-fields.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { type Profile } from "../schema/profile.type.js";
import { ratingOfAge } from "../datasources/core/title.document.js";
import {
  type Account,
  type Consents,
  type Membership,
  type Plan,
  type TenantInfo,
  type Viewer,
} from "../schema/viewer.type.js";
import { type Answer, type NodeAnswer } from "./answer.js";
import { isHidden } from "./permissions-gate.js";
import { type Context } from "./request/context.js";
import { toGlobalId } from "./request/global-id.js";

/** A profile as GraphQL reads it. The fields of the table are its properties. */
export class ProfileValue implements NodeAnswer<Profile> {
  readonly __typename = "Profile";

  constructor(
    private readonly tenant: Tenant,
    private readonly record: ProfileRecord,
  ) {
    for (const name of PROFILE_FIELD_NAMES) Object.assign(this, { [name]: record[name] });
  }

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
  get hasPin(): boolean {
    return this.record.hasPin;
  }
  get maturityLimit(): string {
    return ratingOfAge(this.record.maturityLimit);
  }
}

/** A plan as GraphQL reads it. */
export function toPlan(tenant: Tenant, plan: PlanRecord) {
  return {
    ...plan,
    __typename: "Plan" as const,
    id: toGlobalId(tenant, "Plan", plan.id),
  } satisfies NodeAnswer<Plan>;
}

/** A membership as GraphQL reads it. */
export function toMembership(tenant: Tenant, membership: MembershipRecord) {
  return {
    ...membership,
    __typename: "Membership" as const,
    id: toGlobalId(tenant, "Membership", membership.id),
    plan: toPlan(tenant, membership.plan),
  } satisfies NodeAnswer<Membership>;
}

/** The viewer as GraphQL reads it, as far as the table of permissions lets it be shown. */
export function toViewer(ctx: Context, viewer: ViewerRecord) {
  const { tenant } = ctx;
  const shown = <T>(name: string, value: T) => (isHidden(ctx, viewer, "Viewer", name) ? null : value);
  const account = shown("account", viewer.account);
  const membership = shown("membership", viewer.membership);
  return {
    __typename: "Viewer" as const,
    id: toGlobalId(tenant, "Viewer", viewer.profile.id),
    account: account && toAccount(tenant, account),
    profile: new ProfileValue(tenant, viewer.profile),
    profiles: viewer.profiles.map((profile) => new ProfileValue(tenant, profile)),
    tenant: { slug: tenant.slug, name: tenant.name, tier: tenant.tier } satisfies Answer<TenantInfo>,
    roles: ctx.rolesOf(viewer),
    membership: membership && toMembership(tenant, membership),
    consents: viewer.consents satisfies Answer<Consents> | null,
  } satisfies NodeAnswer<Viewer>;
}

function toAccount(tenant: Tenant, { id, email, emailVerified, country }: AccountRecord) {
  return {
    __typename: "Account" as const,
    id: toGlobalId(tenant, "Account", id),
    email,
    emailVerified,
    // One that does not exist opens nothing, and costs nobody the rest of the answer.
    country: country ?? tenant.defaultCountry,
  } satisfies NodeAnswer<Account>;
}

export type ViewerValue = ReturnType<typeof toViewer>;
