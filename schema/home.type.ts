import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";

import { type ChartPeriod, type HomeRowKind } from "../datasources/core/vocabulary.js";
import { Connection } from "./connection.js";
import { Node } from "./node.js";
import { Reason } from "./profile.type.js";
import { TitleEdge } from "./title-connection.type.js";
import { Title } from "./title.type.js";

export const HomeRowKindEnum = {
  CONTINUE_WATCHING: "CONTINUE_WATCHING",
  RECOMMENDED: "RECOMMENDED",
  TOP_10: "TOP_10",
  BECAUSE_YOU_WATCHED: "BECAUSE_YOU_WATCHED",
  TRENDING: "TRENDING",
  WATCHLIST: "WATCHLIST",
  NEW: "NEW",
  POPULAR: "POPULAR",
  GENRE: "GENRE",
  COLLECTION: "COLLECTION",
} as const satisfies { [K in HomeRowKind]: K };
registerEnumType(HomeRowKindEnum, {
  name: "HomeRowKind",
  description: "What a row of the home page is made of.",
  valuesConfig: {
    CONTINUE_WATCHING: { description: "Begun and not finished, most recent first." },
    RECOMMENDED: { description: "By taste: what viewers of the same titles take to." },
    TOP_10: {
      description:
        "The ten most watched titles of the country, of those that you may meet, whether you have watched them or not.",
    },
    BECAUSE_YOU_WATCHED: { description: "Like one title that was watched: `because` names it." },
    TRENDING: { description: "What gains viewers this week." },
    WATCHLIST: { description: "What was put aside for later." },
    NEW: { description: "What joined the catalogue last." },
    POPULAR: { description: "What is watched most, of what the profile has not watched." },
    GENRE: { description: "Of one genre that the profile takes to, what suits it best." },
    COLLECTION: { description: "Titles that editors put together, under the name that they gave it." },
  },
});

@ObjectType({ simpleResolvers: true, description: "A title in a row of the home page." })
export class HomeRowEdge extends TitleEdge {
  @Field(() => Reason, { nullable: true, description: "Why it is there, where a row has reasons." })
  reason!: Reason | null;
}

@ObjectType({ simpleResolvers: true, description: "A page of one row." })
export class HomeRowConnection extends Connection(() => HomeRowEdge, {
  edges: "The page's entries in row order.",
  pageInfo: "Where the page stands in the row.",
}) {}

/** What is made from titles (`name`, `because`, `titles`) is resolved in resolvers/home.resolver.ts. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "A row of the home page. To read on in one row, ask for it by `node(id:)` with `titles(after:)`.",
})
export class HomeRow extends Node {
  @Field(() => HomeRowKindEnum, { description: "What it is made of." })
  kind!: HomeRowKind;

  @Field({
    description:
      "Whether the page was made from what the profile has watched: not that of a visitor, or of an account that has not agreed to personalisation.",
  })
  personalised!: boolean;
}

export const ChartPeriodEnum = { DAY: "DAY", WEEK: "WEEK" } as const satisfies { [K in ChartPeriod]: K };
registerEnumType(ChartPeriodEnum, {
  name: "ChartPeriod",
  description: "How long a Top 10 is of.",
  valuesConfig: {
    DAY: { description: "One day." },
    WEEK: { description: "Monday to Sunday." },
  },
});

@ObjectType({ simpleResolvers: true, description: "A place in the Top 10 of a country and a day or week." })
export class Top10Entry {
  @Field(() => Int, {
    description: "Place among the titles that you may meet, 1 to 10; 1 is the most watched.",
  })
  rank!: number;

  @Field(() => Int, {
    nullable: true,
    description: "Place on the day, or in the week, before, among the same; null for a newcomer.",
  })
  previousRank!: number | null;

  @Field(() => Int, {
    description: "Days on the list in a row, this one included; of a list of a week, seven for each.",
  })
  daysOnList!: number;

  @Field(() => Int, {
    nullable: true,
    description: "Weeks on the list in a row, this one included; null in a list of a day.",
  })
  weeksOnList!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "For editors, null for others: by how much more it was watched than on the day, or in the week, before, as a share of that; below 0 for less. Null also where it was far behind then.",
  })
  trend!: number | null;

  @Field(() => Int, { description: "Profiles that watched it then." })
  viewers!: number;

  @Field(() => Float, { description: "Time watched then. Hours." })
  watchedHours!: number;

  @Field(() => Title, { description: "The title." })
  title!: Title;
}
