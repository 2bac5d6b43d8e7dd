import { ArgsType, Field, Float, ID, Int, ObjectType, registerEnumType } from "type-graphql";

import { PROFILE_FIELDS } from "../datasources/core/profile-fields.js";
import {
  type ProfileKind,
  type RecommendationContext,
  type RecommendationModel,
} from "../datasources/core/vocabulary.js";
import { type MaturityRating } from "../datasources/core/title.document.js";
import { Connection } from "./connection.js";
import { describedEnum } from "./described-enum.js";
import { Node } from "./node.js";
import { DateTime, MaturityRatingScalar } from "./scalars.js";
import { show } from "./table-fields.js";
import { TitleEdge } from "./title-connection.type.js";
import { SHOWN_TYPES, Title } from "./title.type.js";

const RECENT_FIRST = { edges: "The page's entries, most recent first." };

export const ProfileKindEnum = { ADULT: "ADULT", KIDS: "KIDS" } as const;
registerEnumType(ProfileKindEnum, {
  name: "ProfileKind",
  description: "For whom a profile is.",
  valuesConfig: {
    ADULT: { description: "A grown-up, perhaps with a maturity limit of their own choosing." },
    KIDS: { description: "A child: its maturity limit holds everywhere, in search too." },
  },
});

/** Its plain fields come from datasources/core/profile-fields.ts, below. Lists (`continueWatching`, `watchlist` …) are resolved in resolvers/profile.resolver.ts. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "One person of an account: what they watch, keep and are recommended.",
})
export class Profile extends Node {
  @Field({ description: "The tenant's own id of the profile, as imported." })
  externalId!: string;

  @Field({ description: "What the person is called." })
  name!: string;

  @Field(() => ProfileKindEnum, { description: "For whom it is." })
  kind!: ProfileKind;

  @Field(() => MaturityRatingScalar, { description: "The highest rating it meets; NC-17 is no limit." })
  maturityLimit!: MaturityRating;

  @Field({ description: "Whether it takes a PIN, or the account's password, to go on as this profile." })
  hasPin!: boolean;
}

show(() => Profile, PROFILE_FIELDS, SHOWN_TYPES);

@ObjectType({ simpleResolvers: true, description: "A page of titles begun and not finished." })
export class ContinueWatchingConnection extends Connection(() => TitleEdge, RECENT_FIRST) {}

@ObjectType({ simpleResolvers: true, description: "A title on a watchlist." })
export class WatchlistEdge extends TitleEdge {
  @Field(() => DateTime, { description: "When it was put there." })
  addedAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "A page of a watchlist." })
export class WatchlistConnection extends Connection(() => WatchlistEdge, RECENT_FIRST) {}

@ObjectType({ simpleResolvers: true, description: "A title that was watched." })
export class HistoryEdge extends TitleEdge {
  @Field(() => DateTime, { description: "When it was last watched." })
  watchedAt!: string;

  @Field(() => Int, { description: "How long it was watched altogether. Seconds." })
  seconds!: number;

  @Field({ description: "Whether it has been watched to the end, also where it is being watched again." })
  completed!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "A page of a viewing history, one entry a title." })
export class HistoryConnection extends Connection(() => HistoryEdge, RECENT_FIRST) {}

@ObjectType({ simpleResolvers: true, description: "A title that was rated." })
export class RatingEdge extends TitleEdge {
  @Field(() => Int, { description: "The rating, 1 (poor) to 5 (excellent)." })
  rating!: number;

  @Field(() => DateTime, { description: "When it was given." })
  ratedAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "A page of ratings." })
export class RatingConnection extends Connection(() => RatingEdge, RECENT_FIRST) {}

@ObjectType({ simpleResolvers: true, description: "Why a title is suggested." })
export class Reason {
  @Field({ description: "The reason in words, to be shown as it is." })
  text!: string;

  @Field(() => Title, {
    nullable: true,
    description: "The watched title that weighs most, where there is one.",
  })
  title!: Title | null;
}

const RecommendationModelEnum = describedEnum<RecommendationModel>({
  SIMILAR: "The taste graph: viewers of what the profile has watched take to it.",
  POPULAR: "It is watched much; for a profile that is not known well yet, or may not be.",
});
registerEnumType(RecommendationModelEnum.values, {
  name: "RecommendationModel",
  description: "What suggests a title to a profile.",
  valuesConfig: RecommendationModelEnum.described,
});

const PERSONALISED =
  "Whether the list was made from what the profile has watched: not that of an account that has not agreed to personalisation.";

@ObjectType({ simpleResolvers: true, description: "A title suggested to a profile, with the reason." })
export class Recommendation {
  @Field(() => Title, { description: "The title." })
  title!: Title;

  @Field(() => Float, { description: "How strongly it is suggested; comparable within this list only." })
  score!: number;

  @Field(() => RecommendationModelEnum.values, { description: "What suggested it." })
  model!: RecommendationModel;

  @Field(() => Reason, { description: "Why." })
  reason!: Reason;

  @Field({
    description:
      "Whether a campaign has brought it to its place: at most one in five, never the first. To be shown as that.",
  })
  sponsored!: boolean;

  @Field({ description: PERSONALISED })
  personalised!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "A title suggested to a profile, in a list." })
export class RecommendedTitleEdge extends TitleEdge {
  @Field(() => Float, { description: "How strongly it is suggested; comparable within this list only." })
  score!: number;

  @Field(() => RecommendationModelEnum.values, { description: "What suggested it." })
  model!: RecommendationModel;

  @Field(() => Reason, { description: "Why." })
  reason!: Reason;

  @Field({
    description:
      "Whether a campaign has brought it to its place: at most one in five, never the first. To be shown as that.",
  })
  sponsored!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "A page of titles suggested to a profile, best first." })
export class RecommendedTitleConnection extends Connection(() => RecommendedTitleEdge) {
  @Field({ description: PERSONALISED })
  personalised!: boolean;
}

const RecommendationContextEnum = describedEnum<RecommendationContext>({
  HOME: "By itself: what suits the profile, by all that it has watched.",
  BECAUSE:
    "Beside a title (`title`): what is like it, by who took to both, and no other; of that, what suits the profile a little before the rest.",
  AFTER_WATCHING:
    "A title has just been watched to its end (`title`): what those who watched it took to beside it counts as much as all that suits the profile.",
  SEARCH_EMPTY:
    "A search has found nothing: what is popular in the country, more varied than elsewhere, whatever the profile's taste.",
});
registerEnumType(RecommendationContextEnum.values, {
  name: "RecommendationContext",
  description: "Where suggestions are shown, which says what they are to be.",
  valuesConfig: RecommendationContextEnum.described,
});

/** What titles are suggested by. */
@ArgsType()
export class SuggestingArgs {
  @Field(() => RecommendationContextEnum.values, {
    nullable: true,
    description: "Where they are shown; absent: HOME.",
  })
  context?: RecommendationContext | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "The title that they are about, in BECAUSE and AFTER_WATCHING, and there alone. Absent: what the profile watched last, if that may be used; where that is nothing, what is popular. A title that is not there, or that you may not meet, is like none.",
  })
  title?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "How much it counts that titles differ in genre from those above them, against how well they suit. Per cent, 0 to 100; absent: as the deployment has it. What is there because it is popular stays in its order; in SEARCH_EMPTY half is the least.",
  })
  diversity?: number | null;
}
