import { Field, InputType, ObjectType, registerEnumType } from "type-graphql";

import { type Role } from "../datasources/core/vocabulary.js";
import { describedEnum } from "./described-enum.js";
import { Payload } from "./payload.js";
import { RoleEnum } from "./viewer.type.js";

/** Roles that operators of a tenant give; the one that runs all tenants is given by command alone. */
export type TenantRole = Extract<Role, "EDITOR" | "OPERATOR">;

const TenantRoleEnum = describedEnum<TenantRole>({
  EDITOR: "See and edit titles in every state.",
  OPERATOR: "See and steer how the tenant runs, and give and take roles.",
});
registerEnumType(TenantRoleEnum.values, {
  name: "TenantRole",
  description: "A role that a tenant's operators give and take.",
  valuesConfig: TenantRoleEnum.described,
});

@InputType({ description: "Roles to be given to an account, and taken from it." })
export class ChangeRolesInput {
  @Field({ description: "The address that the account signs in by." })
  email!: string;

  @Field(() => [TenantRoleEnum.values], { nullable: true, description: "Roles that it gets." })
  give?: TenantRole[] | null;

  @Field(() => [TenantRoleEnum.values], {
    nullable: true,
    description: "Roles that it loses, also where they are among those that it gets.",
  })
  take?: TenantRole[] | null;
}

@ObjectType({ simpleResolvers: true, description: "Roles that were given or taken." })
export class ChangeRolesPayload extends Payload("Why none were; empty when they were.") {
  @Field(() => [RoleEnum.values], { nullable: true, description: "The roles that the account has now." })
  roles!: Role[] | null;
}
