import { Field, ID, InputType, Int } from "type-graphql";

import { PROFILE_FIELDS } from "../datasources/core/profile-fields.js";
import { type ProfileKind } from "../datasources/core/vocabulary.js";
import { type MaturityRating } from "../datasources/core/title.document.js";
import { ProfileKindEnum } from "./profile.type.js";
import { CountryCode, MaturityRatingScalar } from "./scalars.js";
import { take } from "./table-fields.js";

const NAME = "What the person is called: 1 to 40 characters, like no other profile of the account.";
const LIMIT = "The highest rating it meets; a profile of kind KIDS at most PG.";

@InputType({ description: "A profile to be made." })
export class CreateProfileInput {
  @Field({ description: NAME })
  name!: string;

  @Field(() => ProfileKindEnum, { nullable: true, defaultValue: "ADULT", description: "For whom it is." })
  kind?: ProfileKind | null;

  @Field(() => MaturityRatingScalar, {
    nullable: true,
    description: `${LIMIT} Left out: PG for KIDS, no limit for ADULT.`,
  })
  maturityLimit?: MaturityRating | null;
}

@InputType({ description: "What changes of a profile; what is left out stays." })
export class UpdateProfileInput {
  @Field(() => ID, { description: "Which." })
  profile!: string;

  @Field(() => String, { nullable: true, description: NAME })
  name?: string | null;

  @Field(() => ProfileKindEnum, {
    nullable: true,
    description: "For whom it is; another kind brings its usual limit with it.",
  })
  kind?: ProfileKind | null;

  @Field(() => MaturityRatingScalar, { nullable: true, description: LIMIT })
  maturityLimit?: MaturityRating | null;
}

@InputType({ description: "A profile to be deleted." })
export class DeleteProfileInput {
  @Field(() => ID, { description: "Which: not the one that the token is for." })
  profile!: string;
}

@InputType({ description: "Who wants an account." })
export class SignUpInput {
  @Field({ description: "E-mail address, which no account of the tenant has yet." })
  email!: string;

  @Field({ description: "Password of 8 to 200 characters." })
  password!: string;

  @Field(() => String, {
    nullable: true,
    description: "What the first profile is called; left out: the part of the address before the @.",
  })
  name?: string | null;

  @Field(() => CountryCode, {
    nullable: true,
    description:
      "Where the account is, unless it is known where the request comes from; left out: the tenant's country.",
  })
  country?: string | null;
}

@InputType({ description: "What the account agrees to; what is left out stays." })
export class SetConsentsInput {
  @Field(() => Boolean, { nullable: true, description: "Recommendations from its viewing history." })
  personalisation?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: "Audience measurement." })
  measurement?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: "Mail about the service." })
  marketing?: boolean | null;
}

for (const input of [CreateProfileInput, UpdateProfileInput])
  take(input, PROFILE_FIELDS, { String, Int, CountryCode }, () => true);
