import { Field, ID, InputType } from "type-graphql";

import { NO_PASSWORD } from "./owners-password.js";

@InputType({ description: "Who wants to sign in." })
export class SignInInput {
  @Field({ description: "E-mail address of the account, in any case." })
  email!: string;

  @Field({ description: "Its password." })
  password!: string;
}

@InputType({ description: "Which profile to go on as." })
export class SelectProfileInput {
  @Field(() => ID, { description: "A profile of the signed-in account." })
  profile!: string;

  @Field(() => String, {
    nullable: true,
    description: `The account's password: what it takes to leave a kids profile, or to go on as a profile with a PIN. ${NO_PASSWORD}`,
  })
  password?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "In place of the password: the PIN of the profile; to leave a kids profile for one without a PIN, that of another which is no child's and may itself meet as much.",
  })
  pin?: string | null;
}

@InputType({ description: "A session to prolong." })
export class RefreshInput {
  @Field({ description: "The refresh token of the session; it is used up." })
  refreshToken!: string;
}

@InputType({ description: "A session to end." })
export class EndSessionInput {
  @Field(() => ID, { description: "Which, of those of `viewer.sessions`." })
  session!: string;
}
