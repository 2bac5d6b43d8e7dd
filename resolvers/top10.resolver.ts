import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Query, Resolver } from "type-graphql";

import { Top10Entry } from "../schema/home.type.js";
import { CalendarDate, CountryCode } from "../schema/scalars.js";
import { type Answer } from "./answer.js";
import { Context } from "./request/context.js";
import { loadTitle } from "./titles.js";
import { CacheFor } from "../schema/cache.js";
import { ListSize } from "../schema/cost.js";

const SECONDS_PER_HOUR = 3600;

@Resolver()
export class Top10Resolver {
  @CacheFor(300)
  @ListSize(10)
  @Query(() => [Top10Entry], {
    nullable: true,
    description:
      "The most watched titles of a country on a day of its own, from midnight to midnight by the clocks of most of its people. It has a list when the day is closed, three hours later, and viewers enough. Titles that you may not meet take no place in it.",
  })
  async top10(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("country", () => CountryCode, { nullable: true, description: "Default: where you are." })
    country?: string | null,
    @Arg("date", () => CalendarDate, {
      nullable: true,
      description: "Default: the latest that is closed and has a list.",
    })
    date?: Date | null,
  ) {
    const audience = await ctx.audience(info.path);
    const day = date ? date.toISOString().slice(0, 10) : null;
    const chart = await ctx.gateway.stores.top10.top10(
      ctx.on(info.path),
      audience,
      country?.toUpperCase() ?? audience.country,
      day,
    );
    const entries = await Promise.all(
      chart.map(async ({ titleId, watchedSeconds, ...entry }) => {
        const title = await loadTitle(ctx, titleId, info.path);
        const watchedHours = Math.round((watchedSeconds / SECONDS_PER_HOUR) * 100) / 100;
        return title && ({ ...entry, watchedHours, title } satisfies Answer<Top10Entry>);
      }),
    );
    // Of what the catalogue knows better than the list did, none leaves its place empty.
    return entries.filter((entry) => entry !== null).map((entry, index) => ({ ...entry, rank: index + 1 }));
  }
}
