import { Field, ObjectType } from "type-graphql";

import { Payload } from "./payload.js";

@ObjectType({ simpleResolvers: true, description: "A password that was changed." })
export class ChangePasswordPayload extends Payload("Why it was not changed; empty when it was.") {
  @Field({ description: "Whether it was changed. Every other session of the account has ended then." })
  changed!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "A password that was set by a token." })
export class ResetPasswordPayload extends Payload("Why it was not set; empty when it was.") {
  @Field({ description: "Whether it was set. Every session of the account has ended then." })
  changed!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "A mail that was asked for." })
export class MailPayload extends Payload(
  "Why none is sent; empty when one is, if there is such an account.",
) {
  @Field({ description: "Whether a mail is sent, if there is such an account: that is not told." })
  requested!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "An address that was verified." })
export class VerifyEmailPayload extends Payload("Why it was not verified; empty when it was.") {
  @Field({ description: "Whether it is the account's now, and known to be." })
  verified!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "A country that was changed." })
export class ChangeCountryPayload extends Payload("Why it was not changed; empty when it was.") {
  @Field({ description: "Whether it is the account's now." })
  changed!: boolean;
}
