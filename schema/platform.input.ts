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

@InputType({
  description:
    "Servers that a tenant has to itself. `$NAME` stands where a password does, for a secret that gateways are given.",
})
export class TenantServersInput {
  @Field({ description: "The URL of its PostgreSQL, with a database that nothing else uses." })
  postgres!: string;

  @Field(() => String, { nullable: true, description: "The URL of its MongoDB; PostgreSQL answers without." })
  mongodb?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The URL of its OpenSearch; PostgreSQL answers without.",
  })
  opensearch?: string | null;

  @Field(() => String, { nullable: true, description: "The URL of its Neo4j; PostgreSQL answers without." })
  neo4j?: string | null;
}

@InputType({ description: "Where a tenant is to go." })
export class PromoteTenantInput {
  @Field({ description: "Which tenant." })
  slug!: string;

  @Field(() => TenantTierEnum, { nullable: true, description: "`ISOLATED` unless given." })
  tier?: TenantTier | null;

  @Field(() => TenantServersInput, {
    nullable: true,
    description: "Needed for `DEDICATED`, and for that alone.",
  })
  servers?: TenantServersInput | null;
}

@InputType({ description: "Which tenant." })
export class TenantInput {
  @Field({ description: "Its name in addresses." })
  slug!: string;
}
