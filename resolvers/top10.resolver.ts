import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Query, Resolver } from "type-graphql";

import { type ChartPeriod } from "../datasources/core/vocabulary.js";
import { type Top10Row } from "../datasources/top10/top10.js";
import { ChartPeriodEnum, Top10Entry } from "../schema/home.type.js";
import { CalendarDate, CountryCode } from "../schema/scalars.js";
import { type Answer } from "./answer.js";
import { isHidden } from "./permissions-gate.js";
import { Context } from "./request/context.js";
import { loadTitle } from "./titles.js";
import { type TitleValue } from "./title.value.js";
import { CacheFor } from "../schema/cache.js";
import { ListSize } from "../schema/cost.js";

const SECONDS_PER_HOUR = 3600;
const DAYS_PER_WEEK = 7;

@Resolver()
export class Top10Resolver {
  @CacheFor(300)
  @ListSize(10)
  @Query(() => [Top10Entry], {
    nullable: true,
    description:
      "The most watched titles of a country on a day of its own, from midnight to midnight by the clocks of most of its people, or in a week of these. It has a list when that is closed, three hours later, and viewers enough. Titles that you may not meet take no place in it.",
  })
  async top10(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("country", () => CountryCode, { nullable: true, description: "Default: where you are." })
    country?: string | null,
    @Arg("date", () => CalendarDate, {
      nullable: true,
      description: "The day, or one of the week. Default: the latest that is closed and has a list.",
    })
    date?: Date | null,
    @Arg("period", () => ChartPeriodEnum, { nullable: true, description: "Default: DAY." })
    period?: ChartPeriod | null,
  ) {
    const audience = await ctx.audience(info.path);
    const viewer = await ctx.viewer(info.path);
    const shows = viewer !== null && !isHidden(ctx, viewer, "Top10Entry", "trend");
    const asked = {
      country: country?.toUpperCase() ?? audience.country,
      day: date ? date.toISOString().slice(0, 10) : null,
      period: period ?? ("DAY" as const),
    };
    const chart = await ctx.top10.list(asked, info.path);
    const titles = await Promise.all(chart.map(({ titleId }) => loadTitle(ctx, titleId, info.path)));
    // Of what the catalogue knows better than the list did, none leaves its place empty.
    return chart
      .flatMap((row, index) => entryOf(row, titles[index] ?? null, period ?? "DAY", shows) ?? [])
      .map((entry, index) => ({ ...entry, rank: index + 1 }));
  }
}

/** A place of a list; null where its title may not be met. */
function entryOf(row: Top10Row, title: TitleValue | null, period: ChartPeriod, showsTrend: boolean) {
  if (title === null) return null;
  const { rank, previousRank, daysOnList, viewers, watchedSeconds, secondsBefore } = row;
  return {
    ...{ rank, previousRank, daysOnList, viewers, title },
    weeksOnList: period === "WEEK" ? daysOnList / DAYS_PER_WEEK : null,
    trend: showsTrend && secondsBefore ? rounded(watchedSeconds / secondsBefore - 1) : null,
    watchedHours: rounded(watchedSeconds / SECONDS_PER_HOUR),
  } satisfies Answer<Top10Entry>;
}

const rounded = (figure: number) => Math.round(figure * 100) / 100;
