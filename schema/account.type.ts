import { Field, ID, ObjectType } from "type-graphql";

import { CONSISTENCY_TOKEN } from "./consistency-token.js";
import { Profile } from "./profile.type.js";
import { UserError } from "./user-error.type.js";
import { Consents } from "./viewer.type.js";

@ObjectType({ simpleResolvers: true, description: "A profile as it is now." })
export class ProfilePayload {
  @Field(() => Profile, { nullable: true, description: "The profile; null where `errors` says why." })
  profile!: Profile | null;

  @Field(() => String, { nullable: true, description: CONSISTENCY_TOKEN })
  consistencyToken!: string | null;

  @Field(() => [UserError], { description: "Why nothing was changed; empty when it was." })
  errors!: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "A profile that is gone." })
export class DeleteProfilePayload {
  @Field(() => ID, { nullable: true, description: "The id it had; null where `errors` says why it stays." })
  deletedProfileId!: string | null;

  @Field(() => String, { nullable: true, description: CONSISTENCY_TOKEN })
  consistencyToken!: string | null;

  @Field(() => [UserError], { description: "Why it was not deleted; empty when it was." })
  errors!: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "A session that has ended." })
export class SignOutPayload {
  @Field({
    description:
      "Whether there were sessions of this account and profile to end. Access tokens stay good until they expire.",
  })
  signedOut!: boolean;

  @Field(() => [UserError], { description: "Empty: nothing can be wrong with it." })
  errors!: UserError[];
}

@ObjectType({ simpleResolvers: true, description: "What an account has agreed to." })
export class ConsentsPayload {
  @Field(() => Consents, { nullable: true, description: "All consents; null where `errors` says why." })
  consents!: Consents | null;

  @Field(() => [UserError], { description: "Why nothing was changed; empty when it was." })
  errors!: UserError[];
}
