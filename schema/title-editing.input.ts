import { Field, ID, InputType, Int } from "type-graphql";

import { EPISODE_FIELDS, SEASON_FIELDS } from "../datasources/core/season-fields.js";
import { TITLE_FIELDS, type TitleFieldName } from "../datasources/core/title-fields.js";
import { type EditedType } from "../datasources/core/title-field.js";
import { type CreditRole } from "../datasources/core/title.document.js";
import { CountryCode, DateTime, MaturityRatingScalar } from "./scalars.js";
import { mayBeSilent, take } from "./table-fields.js";
import { TitleFieldEnum } from "./title-field.type.js";
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

/** What is to be said of it comes from datasources/core/season-fields.ts, below. */
@InputType({ description: "One episode of a season." })
export class EpisodeInput {}

/** What is to be said of it beside its episodes comes from datasources/core/season-fields.ts, below. */
@InputType({ description: "One season of a series." })
export class SeasonInput {
  @Field(() => [EpisodeInput], { description: "Its episodes." })
  episodes!: EpisodeInput[];
}

/** What is to be said of the title comes from the table in datasources/core/title-fields.ts, below. */
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

  @Field(() => [TitleFieldEnum], {
    nullable: true,
    description: "Fields to give back to imports; whatever else is stated here is held against them.",
  })
  unlock?: TitleFieldName[] | null;
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

const TYPES: Record<EditedType, object> = {
  String,
  Int,
  Boolean,
  CountryCode,
  TitleKind: TitleKindEnum,
  MaturityRating: MaturityRatingScalar,
  CreditInput,
  LicenceInput,
  SeasonInput,
};

take(PutTitleInput, TITLE_FIELDS, TYPES, () => true);
take(SeasonInput, SEASON_FIELDS, TYPES, mayBeSilent);
take(EpisodeInput, EPISODE_FIELDS, TYPES, mayBeSilent);
