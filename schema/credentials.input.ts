import { Field, InputType } from "type-graphql";

import { OWNERS_PASSWORD } from "./owners-password.js";
import { CountryCode } from "./scalars.js";

const NEW_PASSWORD = "Password of 8 to 200 characters, and none that many have.";
const TOKEN = "What the mail brought.";

@InputType({ description: "Another password for the account." })
export class ChangePasswordInput {
  @Field({ description: "The one that it has." })
  currentPassword!: string;

  @Field({ description: NEW_PASSWORD })
  newPassword!: string;
}

@InputType({ description: "Whose password is to be set anew." })
export class RequestPasswordResetInput {
  @Field({ description: "E-mail address of the account, in any case." })
  email!: string;
}

@InputType({ description: "Another password for whoever has the token of a mail." })
export class ResetPasswordInput {
  @Field({ description: TOKEN })
  token!: string;

  @Field({ description: NEW_PASSWORD })
  newPassword!: string;
}

@InputType({ description: "An address that was mailed to." })
export class VerifyEmailInput {
  @Field({ description: TOKEN })
  token!: string;
}

@InputType({ description: "Another address for the account." })
export class ChangeEmailInput {
  @Field({ description: "E-mail address, which no other account of the tenant has." })
  email!: string;

  @Field({ description: "The account's password." })
  password!: string;
}

@InputType({ description: "Another country for the account." })
export class ChangeCountryInput {
  @Field(() => CountryCode, {
    description: "Where it lives now. Where it is known where the request comes from, it is to be that.",
  })
  country!: string;

  @Field(() => String, { nullable: true, description: OWNERS_PASSWORD })
  password?: string | null;
}
