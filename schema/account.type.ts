import { Field, ID, ObjectType } from "type-graphql";

import { Profile } from "./profile.type.js";
import { Payload, WrittenPayload } from "./payload.js";
import { Consents } from "./viewer.type.js";

@ObjectType({ simpleResolvers: true, description: "A profile as it is now." })
export class ProfilePayload extends WrittenPayload("Why nothing was changed; empty when it was.") {
  @Field(() => Profile, { nullable: true, description: "The profile; null where `errors` says why." })
  profile!: Profile | null;
}

@ObjectType({ simpleResolvers: true, description: "A profile whose PIN was set, or taken away." })
export class ProfilePinPayload extends Payload("Why nothing was changed; empty when it was.") {
  @Field(() => Profile, { nullable: true, description: "The profile; null where `errors` says why." })
  profile!: Profile | null;
}

@ObjectType({ simpleResolvers: true, description: "A profile that is gone." })
export class DeleteProfilePayload extends WrittenPayload("Why it was not deleted; empty when it was.") {
  @Field(() => ID, { nullable: true, description: "The id it had; null where `errors` says why it stays." })
  deletedProfileId!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "What an account has agreed to." })
export class ConsentsPayload extends Payload("Why nothing was changed; empty when it was.") {
  @Field(() => Consents, { nullable: true, description: "All consents; null where `errors` says why." })
  consents!: Consents | null;
}
