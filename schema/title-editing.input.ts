import { Field, ID, InputType, Int } from "type-graphql";

import { type CreditRole, type MaturityRating, type TitleKind } from "../datasources/core/title.document.js";
import { CountryCode, DateTime, MaturityRatingScalar } from "./scalars.js";
import { CreditRoleEnum, TitleKindEnum } from "./title.type.js";

const EFFECTIVE_FROM =
  "From when on it holds. Absent: from now. Later: it takes effect by itself then. Earlier: it is what `title(asOf:)` answers from then on. A later version that says otherwise about the same field stays.";
const EXPECTED =
  "The number of the latest version that you have seen (`version` of the title or of the last payload). Another one is refused as STALE_VERSION, and the payload's `version` tells the current one.";

@InputType({ description: "One person's part in a title." })
export class CreditInput {
  @Field({ description: "The person's name." })
  person!: string;

  @Field(() => CreditRoleEnum, { description: "What the person did." })
  role!: CreditRole;

  @Field(() => String, { nullable: true, description: "The character played." })
  character?: string | null;
}

@InputType({ description: "A right to show a title." })
export class LicenceInput {
  @Field(() => [CountryCode], {
    nullable: true,
    description: "Countries, ISO 3166-1 alpha-2. Absent: everywhere.",
  })
  countries?: string[] | null;

  @Field(() => DateTime, { description: "From when on." })
  from!: Date;

  @Field(() => DateTime, { nullable: true, description: "Until when, exclusive. Absent: without end." })
  until?: Date | null;
}

@InputType({ description: "One episode of a season." })
export class EpisodeInput {
  @Field(() => Int, { description: "Its number within the season; each once." })
  number!: number;

  @Field({ description: "Its name." })
  name!: string;

  @Field(() => Int, { nullable: true, description: "Running time in minutes." })
  runtimeMinutes?: number | null;
}

@InputType({ description: "One season of a series." })
export class SeasonInput {
  @Field(() => Int, { description: "Its number within the series; each once." })
  number!: number;

  @Field(() => String, { nullable: true, description: "Its name. Absent: `Season` and its number." })
  name?: string | null;

  @Field(() => [EpisodeInput], { description: "Its episodes." })
  episodes!: EpisodeInput[];
}

@InputType({
  description:
    "A title to make or to change. Of a title that is there, fields that are absent stay as they are; a list that is given stands in the place of the one before.",
})
export class PutTitleInput {
  @Field(() => ID, { nullable: true, description: "A title that is there. This or `externalId`." })
  id?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      "The tenant's own id: of a title that is there, or of one to make, which begins as a draft. 1 to 200 bytes without white space.",
  })
  externalId?: string | null;

  @Field(() => Int, { nullable: true, description: `${EXPECTED} Absent: the title is to be new.` })
  expectedVersion?: number | null;

  @Field(() => DateTime, { nullable: true, description: EFFECTIVE_FROM })
  effectiveFrom?: Date | null;

  @Field(() => TitleKindEnum, { nullable: true, description: "Film or series; a new title needs it." })
  kind?: TitleKind | null;

  @Field(() => String, { nullable: true, description: "Its main name; a new title needs it." })
  name?: string | null;

  @Field(() => [String], { nullable: true, description: "Other names it is known and found by." })
  alternativeNames?: string[] | null;

  @Field(() => String, { nullable: true, description: "What it is about; null clears it." })
  synopsis?: string | null;

  @Field(() => Int, { nullable: true, description: "Year of first release, 1800 to 2200; null clears it." })
  releaseYear?: number | null;

  @Field(() => Int, { nullable: true, description: "Running time in minutes; null clears it." })
  runtimeMinutes?: number | null;

  @Field(() => MaturityRatingScalar, {
    nullable: true,
    description: "For which age it is meant; null is NR, which counts as adult.",
  })
  maturityRating?: MaturityRating | null;

  @Field(() => [String], { nullable: true, description: "Names of its genres, the most fitting first." })
  genres?: string[] | null;

  @Field(() => [String], { nullable: true, description: "Free keywords." })
  tags?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: "Name of the studio or distributor; null clears it.",
  })
  studio?: string | null;

  @Field(() => [CreditInput], {
    nullable: true,
    description: "Who made it and who plays in it, in billing order.",
  })
  credits?: CreditInput[] | null;

  @Field(() => [LicenceInput], {
    nullable: true,
    description:
      "Where and when it may be shown; an empty list is nowhere. A new title without them may be shown everywhere.",
  })
  licences?: LicenceInput[] | null;

  @Field(() => [SeasonInput], { nullable: true, description: "Seasons of a series." })
  seasons?: SeasonInput[] | null;
}

@InputType({ description: "A title that is to change its state." })
export class TitleStateInput {
  @Field(() => ID, { description: "Which title." })
  title!: string;

  @Field(() => Int, { nullable: true, description: `${EXPECTED} Absent: whichever it is.` })
  expectedVersion?: number | null;

  @Field(() => DateTime, { nullable: true, description: EFFECTIVE_FROM })
  effectiveFrom?: Date | null;
}

@InputType({
  description:
    "A licence that stands in the place of all that its countries had. What is in force for everywhere goes on beside those of single countries, so that to limit it, set everywhere anew.",
})
export class SetLicenceInput {
  @Field(() => ID, { description: "Which title." })
  title!: string;

  @Field(() => Int, { nullable: true, description: `${EXPECTED} Absent: whichever it is.` })
  expectedVersion?: number | null;

  @Field(() => DateTime, { nullable: true, description: EFFECTIVE_FROM })
  effectiveFrom?: Date | null;

  @Field(() => [CountryCode], {
    nullable: true,
    description: "Countries, ISO 3166-1 alpha-2. Absent: everywhere, in the place of every licence there is.",
  })
  countries?: string[] | null;

  @Field(() => DateTime, {
    nullable: true,
    description: "From when on it may be shown. Absent: from when the change takes effect.",
  })
  from?: Date | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      "Until when, exclusive; it ends at that instant everywhere, also in lists, search and recommendations. Absent: without end.",
  })
  until?: Date | null;
}

@InputType({ description: "Two titles that are one." })
export class MergeTitlesInput {
  @Field(() => ID, { description: "The title that is kept." })
  keep!: string;

  @Field(() => ID, { description: "The title whose id leads to the one kept from now on." })
  merge!: string;

  @Field(() => Int, {
    nullable: true,
    description: `${EXPECTED} Of the title kept. Absent: whichever it is.`,
  })
  expectedVersion?: number | null;
}
