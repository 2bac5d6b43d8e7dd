import { Field, ID, InputType, Int, registerEnumType } from "type-graphql";

import { PROFILE_FIELDS } from "../datasources/core/profile-fields.js";
import { type MailLanguage, type ProfileKind } from "../datasources/core/vocabulary.js";
import { type MaturityRating } from "../datasources/core/title.document.js";
import { describedEnum } from "./described-enum.js";
import { NO_PASSWORD, OWNERS_PASSWORD } from "./owners-password.js";
import { ProfileKindEnum } from "./profile.type.js";
import { CountryCode, MaturityRatingScalar } from "./scalars.js";
import { take } from "./table-fields.js";
import { MEASUREMENT, PERSONALISATION } from "./viewer.type.js";

const MailLanguageEnum = describedEnum<MailLanguage>({
  en: "English.",
  de: "German.",
  fr: "French.",
  es: "Spanish.",
  ja: "Japanese.",
});
registerEnumType(MailLanguageEnum.values, {
  name: "MailLanguage",
  description: "A language that mails are written in.",
  valuesConfig: MailLanguageEnum.described,
});

const NAME =
  "What the person is called: 1 to 40 characters that can be seen, like no other profile of the account. Of zero width are only joiners between letters or emoji that they change.";
const PASSWORD = "The account's password.";
const PIN =
  "In place of the password, the PIN of a profile of the account that is no child's and may itself meet what is granted, and what the profile in question may.";
const BEYOND = "Needed, or the PIN, where the profile may meet more than the one that asks.";
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

  @Field(() => String, { nullable: true, description: `${PASSWORD} ${BEYOND} ${NO_PASSWORD}` })
  password?: string | null;

  @Field(() => String, { nullable: true, description: PIN })
  pin?: string | null;
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

  @Field(() => String, {
    nullable: true,
    description: `${PASSWORD} Needed, or the PIN, where the kind or the limit changes. ${NO_PASSWORD}`,
  })
  password?: string | null;

  @Field(() => String, { nullable: true, description: PIN })
  pin?: string | null;
}

@InputType({ description: "The PIN of a profile." })
export class SetProfilePinInput {
  @Field(() => ID, { description: "Which." })
  profile!: string;

  @Field(() => String, {
    nullable: true,
    description: "4 to 8 digits that it takes from now on to go on as this profile; null: none.",
  })
  newPin?: string | null;

  @Field(() => String, { nullable: true, description: OWNERS_PASSWORD })
  password?: string | null;

  @Field(() => String, { nullable: true, description: PIN })
  pin?: string | null;
}

@InputType({ description: "A profile to be deleted." })
export class DeleteProfileInput {
  @Field(() => ID, { description: "Which: not the one that the token is for." })
  profile!: string;

  @Field(() => String, { nullable: true, description: `${PASSWORD} ${BEYOND} ${NO_PASSWORD}` })
  password?: string | null;

  @Field(() => String, { nullable: true, description: PIN })
  pin?: string | null;
}

@InputType({ description: "Who wants an account." })
export class SignUpInput {
  @Field({
    description:
      "E-mail address, which no account of the tenant has yet, in whichever case and normal form and however its domain is written (`münchen.example`, `xn--mnchen-3ya.example`).",
  })
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

  @Field(() => MailLanguageEnum.values, {
    nullable: true,
    description: "What mails to it are written in; left out: as `accept-language` has it, else English.",
  })
  language?: MailLanguage | null;

  @Field(() => [String], {
    nullable: true,
    description: `Of the first profile: ${PROFILE_FIELDS.favouriteGenres.edited.description}`,
  })
  favouriteGenres?: string[] | null;
}

@InputType({ description: "What the account agrees to; what is left out stays." })
export class SetConsentsInput {
  @Field(() => Boolean, { nullable: true, description: PERSONALISATION })
  personalisation?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: MEASUREMENT })
  measurement?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: "Mail about the service." })
  marketing?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Version of the text that it was asked with, 1 to 64 letters, digits and . _ : -; left out: the one in force.",
  })
  textVersion?: string | null;
}

for (const input of [CreateProfileInput, UpdateProfileInput])
  take(input, PROFILE_FIELDS, { String, Int, CountryCode }, () => true);
