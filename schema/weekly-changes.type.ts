import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";

import { type WeeklyMoveKind } from "../datasources/core/vocabulary.js";
import { ListSize } from "./cost.js";
import { describedEnum } from "./described-enum.js";
import { CalendarDate, CountryCode } from "./scalars.js";

export const WeeklyMoveKindEnum = describedEnum<WeeklyMoveKind>({
  ENTERED: "It was not on the list the week before.",
  STAYED: "It is on both lists.",
  LEFT: "It is on the list no more.",
});
registerEnumType(WeeklyMoveKindEnum.values, {
  name: "WeeklyMoveKind",
  description: "What has become of a title from one weekly Top 10 to the next.",
  valuesConfig: WeeklyMoveKindEnum.described,
});

@ObjectType({
  simpleResolvers: true,
  description: "The weekly Top 10 of a country beside that of the week before.",
})
export class WeeklyCountry {
  @Field(() => CountryCode, { description: "Which country." })
  country!: string;

  @Field(() => Float, { description: "Time that the titles of the list were watched. Hours." })
  watchedHours!: number;

  @Field(() => Float, {
    nullable: true,
    description: "The same of the list of the week before; null where there is none.",
  })
  hoursBefore!: number | null;

  @Field(() => Int, { description: "Titles of the list that were made for this platform (`original`)." })
  originals!: number;

  @Field(() => Float, { description: "What was watched of these, as a share of `watchedHours`." })
  originalsShare!: number;

  @Field(() => Float, {
    nullable: true,
    description: "That share in the week before; null where there is no list.",
  })
  originalsShareBefore!: number | null;
}

/** `title` is resolved in resolvers/weekly-changes.resolver.ts. */
@ObjectType({
  simpleResolvers: true,
  description: "A title on a weekly Top 10, or on that of the week before.",
})
export class WeeklyMove {
  @Field(() => CountryCode, { description: "In which country." })
  country!: string;

  @Field(() => WeeklyMoveKindEnum.values, { description: "What has become of it." })
  kind!: WeeklyMoveKind;

  @Field(() => Int, {
    nullable: true,
    description: "Its place among the titles that you may meet; null: it is on the list no more.",
  })
  rank!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: "Its place in the week before; null: it was not on the list.",
  })
  previousRank!: number | null;

  @Field(() => Float, {
    nullable: true,
    description: "Time that it was watched. Hours; null where it came so far down that nobody counted.",
  })
  watchedHours!: number | null;

  @Field(() => Float, { nullable: true, description: "The same of the week before." })
  hoursBefore!: number | null;
}

/** `moves` is resolved in resolvers/weekly-changes.resolver.ts. */
@ObjectType({
  simpleResolvers: true,
  description: "How the weekly Top 10 of countries differs from that of the week before.",
})
export class WeeklyChanges {
  @Field(() => CalendarDate, { description: "The Monday that the week begins on." })
  week!: Date;

  @ListSize(20)
  @Field(() => [WeeklyCountry], {
    description: "Countries that have a list of the week, those that watched its titles longest first.",
  })
  countries!: readonly WeeklyCountry[];
}
