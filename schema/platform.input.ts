import { Field, InputType } from "type-graphql";

import { type TenantTier } from "../datasources/core/tenant.js";
import { CountryCode } from "./scalars.js";
import { TenantTierEnum } from "./viewer.type.js";

@InputType({ description: "A tenant to be made on the deployment's own servers." })
export class CreateTenantInput {
  @Field({ description: "Its name in addresses, tokens and ids; it stays." })
  slug!: string;

  @Field({ description: "Its name as people read it." })
  name!: string;

  @Field(() => CountryCode, {
    description: "Its own country: of visitors of whom none is known, and of titles without licences.",
  })
  country!: string;

  @Field(() => TenantTierEnum, {
    nullable: true,
    description: "`SHARED` unless given. `DEDICATED` is made by the command, which knows the servers.",
  })
  tier?: TenantTier | null;

  @Field(() => [String], { nullable: true, description: "Hosts that are its own: `watch.corner.example`." })
  domains?: string[] | null;
}

@InputType({ description: "Where a tenant is to go." })
export class PromoteTenantInput {
  @Field({ description: "Which tenant." })
  slug!: string;

  @Field(() => TenantTierEnum, { nullable: true, description: "`ISOLATED` unless given, or `SHARED`." })
  tier?: TenantTier | null;
}

@InputType({ description: "Which tenant." })
export class TenantInput {
  @Field({ description: "Its name in addresses." })
  slug!: string;
}
