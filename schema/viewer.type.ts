import { Field, Int, ObjectType, registerEnumType } from "type-graphql";

import { type Role, type MembershipState } from "../datasources/core/vocabulary.js";
import { type TenantTier } from "../datasources/core/tenant.js";
import { describedEnum } from "./described-enum.js";
import { Node } from "./node.js";
import { Profile } from "./profile.type.js";
import { CountryCode, DateTime } from "./scalars.js";
import { Payload } from "./payload.js";
import { ListSize } from "./cost.js";

export const RoleEnum = describedEnum<Role>({
  VIEWER: "Watch.",
  EDITOR: "See and edit titles in every state.",
  OPERATOR: "See and steer how the tenant runs.",
  PLATFORM: "Run the tenants of the deployment; no tenant's operator by that.",
});
registerEnumType(RoleEnum.values, {
  name: "Role",
  description: "What an account may do.",
  valuesConfig: RoleEnum.described,
});

export const TenantTierEnum = { SHARED: "SHARED", ISOLATED: "ISOLATED", DEDICATED: "DEDICATED" } as const;
registerEnumType(TenantTierEnum, {
  name: "TenantTier",
  description: "Where a tenant's data lives.",
  valuesConfig: {
    SHARED: { description: "In shared tables, kept apart by row-level security." },
    ISOLATED: { description: "In a schema, database and index of its own." },
    DEDICATED: { description: "On servers of its own." },
  },
});

export const MembershipStateEnum = {
  PENDING: "PENDING",
  ACTIVE: "ACTIVE",
  PAST_DUE: "PAST_DUE",
  CANCELLED: "CANCELLED",
} as const;
registerEnumType(MembershipStateEnum, {
  name: "MembershipState",
  description: "Where a membership is in its life.",
  valuesConfig: {
    PENDING: { description: "Being paid for." },
    ACTIVE: { description: "Paid." },
    PAST_DUE: { description: "A payment failed; playback goes on for a while." },
    CANCELLED: { description: "Ended." },
  },
});

@ObjectType({
  simpleResolvers: true,
  description: "The brand or studio whose catalogue and viewers these are.",
})
export class TenantInfo {
  @Field({ description: "Its name in URLs and in the header `x-marquee-tenant`." })
  slug!: string;

  @Field({ description: "Its name." })
  name!: string;

  @Field(() => TenantTierEnum, { description: "Where its data lives." })
  tier!: TenantTier;
}

@ObjectType({ implements: Node, simpleResolvers: true, description: "Whoever signs in and pays." })
export class Account extends Node {
  @Field({ description: "E-mail address it signs in with." })
  email!: string;

  @Field({ description: "Whether a mail to the address was answered, by `verifyEmail`." })
  emailVerified!: boolean;

  @Field(() => CountryCode, {
    description: "Where it lives: whose titles it may meet, unless it is known where a request comes from.",
  })
  country!: string;
}

@ObjectType({ implements: Node, simpleResolvers: true, description: "What can be subscribed to." })
export class Plan extends Node {
  @Field({ description: "Its name." })
  name!: string;

  @Field(() => Int, { description: "Streams that may play at once." })
  maxStreams!: number;

  @Field(() => Int, { description: "Highest resolution. Lines." })
  maxHeight!: number;

  @Field(() => Int, { description: "What a month of it costs. Hundredths of the currency." })
  priceCents!: number;

  @Field({ description: "The currency. ISO 4217." })
  currency!: string;
}

@ObjectType({ implements: Node, simpleResolvers: true, description: "An account's membership." })
export class Membership extends Node {
  @Field(() => MembershipStateEnum, { description: "Where it is in its life." })
  state!: MembershipState;

  @Field(() => Plan, { description: "The plan." })
  plan!: Plan;

  @Field(() => DateTime, { nullable: true, description: "When the paid period ends." })
  currentPeriodEnd!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "When it ends because it was cancelled; null while it goes on.",
  })
  endsAt!: string | null;
}

/** What consents are about, in the words of answers and of inputs. */
export const PERSONALISATION =
  "Recommendations from its viewing history. Without it nothing that it has watched is used for suggestions, or learned from.";
export const MEASUREMENT =
  "Audience measurement. Without it no viewing events are kept: only where its profiles stand in what they watch.";

/** What an account may agree to. */
@ObjectType({ simpleResolvers: true })
abstract class Agreement {
  @Field({ description: PERSONALISATION })
  personalisation!: boolean;

  @Field({ description: MEASUREMENT })
  measurement!: boolean;

  @Field({ description: "Mail about the service." })
  marketing!: boolean;

  @Field(() => String, {
    nullable: true,
    description: "Version of the text that it was asked with; null where nobody noted it.",
  })
  textVersion!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "What an account agreed to at some time." })
export class ConsentChange extends Agreement {
  @Field(() => DateTime, { description: "Since when." })
  at!: string;
}

/** Its `history` is resolved in resolvers/consents.resolver.ts. */
@ObjectType({ simpleResolvers: true, description: "What an account has agreed to." })
export class Consents extends Agreement {
  @Field(() => DateTime, { description: "When this was last changed." })
  updatedAt!: string;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "The signed-in account and the profile its token is for; another profile is another viewer.",
})
export class Viewer extends Node {
  @Field(() => Account, {
    nullable: true,
    description:
      "The account; null for a token of an imported profile, which has none, and for a kids profile, which is not shown it.",
  })
  account!: Account | null;

  @Field(() => Profile, { description: "The profile that the token is for: `selectProfile` changes it." })
  profile!: Profile;

  @ListSize(2)
  @Field(() => [Profile], { description: "All profiles of the account." })
  profiles!: Profile[];

  @Field(() => TenantInfo, { description: "The tenant." })
  tenant!: TenantInfo;

  @Field(() => [RoleEnum.values], { description: "What the token may do." })
  roles!: Role[];

  @Field(() => Membership, { nullable: true, description: "The latest membership." })
  membership!: Membership | null;

  @Field(() => Consents, { nullable: true, description: "What the account has agreed to." })
  consents!: Consents | null;
}

@ObjectType({ simpleResolvers: true, description: "A session, or the reason why there is none." })
export class SessionPayload extends Payload("Why there is no session; empty when there is one.") {
  @Field(() => String, {
    nullable: true,
    description: "Send it as `authorization: Bearer …`. Null when `errors` says why.",
  })
  accessToken!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Good for one call of `refreshSession`; keep it secret.",
  })
  refreshToken!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When the access token expires." })
  expiresAt!: Date | null;

  @Field(() => Viewer, { nullable: true, description: "Who is signed in." })
  viewer!: Viewer | null;
}
