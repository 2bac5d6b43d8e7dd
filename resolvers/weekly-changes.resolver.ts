import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, FieldResolver, Info, Int, Resolver, Root } from "type-graphql";

import { type WeeklyMoveKind } from "../datasources/core/vocabulary.js";
import { type WeeklyMove as Move, type WeeklySums } from "../datasources/top10/top10.js";
import { Cost } from "../schema/cost.js";
import { Editorial } from "../schema/editorial.type.js";
import { CalendarDate, CountryCode } from "../schema/scalars.js";
import { Title } from "../schema/title.type.js";
import {
  WeeklyChanges,
  type WeeklyCountry,
  WeeklyMove,
  WeeklyMoveKindEnum,
} from "../schema/weekly-changes.type.js";
import { type Answer } from "./answer.js";
import { DEFAULT_PAGE, MAX_PAGE, readPage } from "./connection.js";
import { Context } from "./request/context.js";
import { loadTitle } from "./titles.js";

const SECONDS_PER_HOUR = 3600;

/** How weekly lists change, for editors. */
@Resolver(() => Editorial)
export class EditorialWeeksResolver {
  @Cost(20)
  @FieldResolver(() => WeeklyChanges, {
    nullable: true,
    description:
      "The weekly Top 10 of a country, or of all of them, beside that of the week before; null where there is none. Titles that your profile may not meet take no place in it.",
  })
  async weeklyChanges(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("country", () => CountryCode, { nullable: true, description: "Default: all." })
    country?: string | null,
    @Arg("date", () => CalendarDate, {
      nullable: true,
      description: "A day of the week. Default: the latest week that one of them has a list of.",
    })
    date?: Date | null,
  ) {
    const audience = await ctx.audience(info.path);
    const day = date ? date.toISOString().slice(0, 10) : null;
    const { top10 } = ctx.gateway.stores;
    const changes = await top10.weeklyChanges(
      ctx.on(info.path),
      audience,
      country?.toUpperCase() ?? null,
      day,
    );
    if (!changes) return null;
    const countries = changes.countries.map(({ country: of, now, before }) => countryOf(of, now, before));
    countries.sort((a, b) => b.watchedHours - a.watchedHours);
    return { week: new Date(changes.week), countries, all: changes.moves } satisfies Answer<WeeklyChanges> &
      AllMoves;
  }
}

interface AllMoves {
  /** The largest first. */
  all: readonly Move[];
}

@Resolver(() => WeeklyChanges)
export class WeeklyChangesResolver {
  @FieldResolver(() => [WeeklyMove], {
    description: "The titles of both lists, the largest changes of watch time first.",
  })
  moves(
    @Ctx() ctx: Context,
    @Root() { all }: AllMoves,
    @Arg("kind", () => WeeklyMoveKindEnum.values, {
      nullable: true,
      description: "Only those of which this has become. Default: all.",
    })
    kind?: WeeklyMoveKind | null,
    @Arg("first", () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE,
      description: `How many at most, 0 to ${MAX_PAGE}.`,
    })
    first?: number | null,
  ) {
    const { page } = readPage(ctx, "editorial.weeklyChanges", { first: first ?? DEFAULT_PAGE });
    const those = kind == null ? all : all.filter((move) => kindOf(move) === kind);
    return those.slice(0, page.limit).map(toMove);
  }
}

@Resolver(() => WeeklyMove)
export class WeeklyMoveResolver {
  @FieldResolver(() => Title, {
    nullable: true,
    description: "The title; null where your profile may not meet it.",
  })
  title(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() { titleId }: Pick<Move, "titleId">) {
    return loadTitle(ctx, titleId, info.path);
  }
}

function kindOf({ rank, previousRank }: Move): WeeklyMoveKind {
  if (rank === null) return "LEFT";
  return previousRank === null ? "ENTERED" : "STAYED";
}

function toMove(move: Move) {
  const { country, titleId, rank, previousRank, watchedSeconds, secondsBefore } = move;
  return {
    ...{ country, titleId, rank, previousRank, kind: kindOf(move) },
    watchedHours: hours(watchedSeconds),
    hoursBefore: hours(secondsBefore),
  } satisfies Answer<WeeklyMove> & Pick<Move, "titleId">;
}

function countryOf(country: string, now: WeeklySums, before: WeeklySums) {
  return {
    country,
    watchedHours: hours(now.watchedSeconds) ?? 0,
    hoursBefore: hours(before.watchedSeconds),
    originals: now.originals,
    originalsShare: shareOf(now) ?? 0,
    originalsShareBefore: shareOf(before),
  } satisfies Answer<WeeklyCountry>;
}

/** Of what was watched, what was made for the platform; null where there is no list. */
function shareOf({ watchedSeconds, originalSeconds }: WeeklySums): number | null {
  if (watchedSeconds === null) return null;
  return watchedSeconds > 0 ? Math.round((originalSeconds / watchedSeconds) * 10_000) / 10_000 : 0;
}

function hours(seconds: number | null): number | null {
  return seconds === null ? null : Math.round((seconds / SECONDS_PER_HOUR) * 100) / 100;
}
