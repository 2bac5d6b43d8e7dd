import { ArgsType, Field, Float, Int, ObjectType } from "type-graphql";

import {
  MAX_DAY_SECONDS,
  MAX_DAYS,
  MAX_TITLES,
  STANDARD_DAYS,
  STAYED_SECONDS,
} from "../datasources/core/insight-rules.js";
import { CalendarDate, CountryCode, DateTime } from "./scalars.js";
import { Title } from "./title.type.js";

const HOURS = MAX_DAY_SECONDS / 3_600;
const MINUTES = STAYED_SECONDS / 60;

/** Which insights. */
@ArgsType()
export class InsightArgs {
  @Field(() => Int, {
    nullable: true,
    defaultValue: STANDARD_DAYS,
    description: `Days of the period, 1 to ${MAX_DAYS}.`,
  })
  days?: number | null;

  @Field(() => CalendarDate, {
    nullable: true,
    description:
      "The Monday behind the period's last day, in UTC. Default: the latest one that is two days ago or more; late events are in by then.",
  })
  until?: Date | null;

  @Field(() => CountryCode, { nullable: true, description: "What was watched there. Default: anywhere." })
  country?: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description: `How a title was watched in a period, with noise that hides every single profile: the ${MAX_TITLES} titles that a profile watched longest count, and at most ${HOURS} hours of it on a day.`,
})
export class TitleInsight {
  @Field(() => Title, { description: "The title." })
  title!: Title;

  @Field(() => Int, { description: "Profiles that watched it, more or less: see `noise`." })
  viewers!: number;

  @Field(() => Int, {
    description: `Of the viewers those who stayed for the first ${MINUTES} minutes, or saw the end.`,
  })
  stayed!: number;

  @Field(() => Int, {
    description: "Of those who stayed the ones that saw the end, of an episode where it is a series.",
  })
  completions!: number;

  @Field(() => Float, { description: "Time watched, more or less: see `hoursNoise`. Hours." })
  watchedHours!: number;

  @Field(() => Float, {
    description: "Standard deviation of what was added to `viewers`; `stayed` and `completions` have less.",
  })
  noise!: number;

  @Field(() => Float, { description: "Standard deviation of what was added to `watchedHours`. Hours." })
  hoursNoise!: number;

  @Field(() => Float, {
    description:
      "ε of differential privacy of all the insights of the period together: no answer is more than e^ε times as likely with any one profile as without it.",
  })
  epsilon!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: "What insights are of, and what they are worth. They stay as they were told.",
})
export class InsightRelease {
  @Field(() => CalendarDate, { description: "The first day of the period, in UTC." })
  from!: Date;

  @Field(() => CalendarDate, { description: "The day behind its last." })
  until!: Date;

  @Field(() => CountryCode, { nullable: true, description: "Where it was watched; null: anywhere." })
  country!: string | null;

  @Field(() => Float, { description: "What it has cost of the budget: see `TitleInsight.epsilon`." })
  epsilon!: number;

  @Field(() => DateTime, { description: "When it was told for the first time." })
  releasedAt!: string;

  @Field(() => Float, { description: "Standard deviation of what was added to `viewers`." })
  noise!: number;

  @Field(() => Float, { description: "Standard deviation of what was added to `watchedHours`. Hours." })
  hoursNoise!: number;

  @Field(() => Int, { description: "Viewers, noise included, below which a title was left out." })
  leastViewers!: number;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "How much insights may tell of the tenant's viewers, in ε of differential privacy. What was told once is told again at no cost.",
})
export class InsightBudget {
  @Field(() => Float, { description: "What something that was not told before costs." })
  epsilon!: number;

  @Field(() => Float, { description: "What may be spent within `days`." })
  total!: number;

  @Field(() => Float, { description: "What was spent within them." })
  spent!: number;

  @Field(() => Int, { description: "Days after which what was spent counts no more." })
  days!: number;

  @Field(() => DateTime, {
    nullable: true,
    description: "When there is enough for something that was not told before; null: now.",
  })
  moreAt!: string | null;
}
