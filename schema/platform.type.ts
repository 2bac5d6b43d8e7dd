import { Field, Int, ObjectType, registerEnumType } from "type-graphql";

import { type TenantState, type TenantTier } from "../datasources/core/tenant.js";
import { Connection, CURSOR_AFTER, Edge } from "./connection.js";
import { ListSize } from "./cost.js";
import { Job } from "./operations.type.js";
import { Payload } from "./payload.js";
import { DateTime } from "./scalars.js";
import { TenantTierEnum } from "./viewer.type.js";

/** Tenants that a list over all of them is taken to have. */
const MANY_TENANTS = 50;
const UNANSWERED = "Slugs of tenants whose servers did not answer, and of which nothing is in here.";

export const TenantStateEnum = { ACTIVE: "ACTIVE", SUSPENDED: "SUSPENDED", DELETING: "DELETING" } as const;
registerEnumType(TenantStateEnum, {
  name: "TenantState",
  description: "Whether a tenant is served.",
  valuesConfig: {
    ACTIVE: { description: "It is." },
    SUSPENDED: { description: "Its users are told that there is no such tenant." },
    DELETING: { description: "It is being removed." },
  },
});

@ObjectType({ simpleResolvers: true, description: "A tenant as whoever runs the platform sees it." })
export class PlatformTenant {
  @Field({ description: "Its name in addresses." })
  slug!: string;

  @Field({ description: "Its name." })
  name!: string;

  @Field(() => TenantTierEnum, { description: "How it is placed." })
  tier!: TenantTier;

  @Field(() => TenantStateEnum, { description: "Whether it is served." })
  state!: TenantState;

  @Field(() => Int, {
    nullable: true,
    description: "Titles in force; null where its servers did not answer.",
  })
  titles!: number | null;

  @Field(() => Int, { nullable: true, description: "Profiles; null where its servers did not answer." })
  profiles!: number | null;
}

@ObjectType({ simpleResolvers: true, description: "A tenant in a list." })
export class PlatformTenantEdge extends Edge(() => PlatformTenant, "The tenant.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of tenants, by their slugs." })
export class PlatformTenantConnection extends Connection(() => PlatformTenantEdge) {}

@ObjectType({ simpleResolvers: true, description: "A title of some tenant." })
export class PlatformTitle {
  @Field({ description: "Slug of the tenant." })
  tenant!: string;

  @Field({ description: "Its name." })
  name!: string;

  @Field(() => DateTime, { description: "When it was added." })
  addedAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "Titles of all tenants, those added last first." })
export class PlatformTitles {
  @ListSize(MANY_TENANTS)
  @Field(() => [PlatformTitle], { description: "At most `first`." })
  titles!: PlatformTitle[];

  @ListSize(1)
  @Field(() => [String], { description: UNANSWERED })
  unanswered!: string[];
}

@ObjectType({ simpleResolvers: true, description: "What was watched at a tenant." })
export class TenantViewing {
  @Field({ description: "Slug of the tenant." })
  tenant!: string;

  @Field(() => Int, { description: "Profiles that watched." })
  viewers!: number;

  @Field(() => Int, { description: "How much. Hours." })
  watchedHours!: number;
}

@ObjectType({ simpleResolvers: true, description: "What was watched at all tenants, most first." })
export class PlatformViewing {
  @ListSize(MANY_TENANTS)
  @Field(() => [TenantViewing], { description: "A tenant each." })
  tenants!: TenantViewing[];

  @ListSize(1)
  @Field(() => [String], { description: UNANSWERED })
  unanswered!: string[];
}

/** Its fields are resolved in resolvers/platform.resolver.ts. */
@ObjectType({
  simpleResolvers: true,
  description:
    "What whoever runs the platform sees: all tenants, wherever they are placed. Those whose servers do not answer are named, and cost nobody else's part.",
})
export class Platform {
  @Field(() => Int, { description: "How many tenants there are." })
  tenantCount!: number;
}

@ObjectType({ simpleResolvers: true, description: "A tenant that was made or changed, or why it was not." })
export class TenantPayload extends Payload("Why nothing was done; empty otherwise.") {
  @Field(() => PlatformTenant, { nullable: true, description: "The tenant." })
  tenant!: PlatformTenant | null;
}

@ObjectType({ simpleResolvers: true, description: "A move of a tenant that was started, or why it was not." })
export class PromoteTenantPayload extends Payload("Why none was started; empty when one was.") {
  @Field(() => PlatformTenant, { nullable: true, description: "The tenant, where it is still." })
  tenant!: PlatformTenant | null;

  @Field(() => Job, { nullable: true, description: "The move; `platform { tenants }` says where it is." })
  job!: Job | null;
}
