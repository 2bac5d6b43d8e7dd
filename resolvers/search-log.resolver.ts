import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Int, Mutation, Resolver } from "type-graphql";

import { type SearchReportKind } from "../datasources/core/vocabulary.js";
import { MOST_DAYS } from "../datasources/search-log/search-log.js";
import { ForwardPageArgs } from "../schema/connection.js";
import { Cost } from "../schema/cost.js";
import { Editorial } from "../schema/editorial.type.js";
import {
  NoteSearchOpenedInput,
  NoteSearchOpenedPayload,
  SearchReportConnection,
  SearchReportKindEnum,
} from "../schema/search-log.type.js";
import { readPage, toConnection, withNodes } from "./connection.js";
import { payload } from "./payload.js";
import { Context } from "./request/context.js";
import { badInput } from "./request/errors.js";
import { noteSearch } from "./search-log.js";
import { watchedTitle } from "./watched-title.js";

const DEFAULT_DAYS = 28;

/** What was searched for. */
@Resolver(() => Editorial)
export class SearchLogResolver {
  @Cost(10)
  @FieldResolver(() => SearchReportConnection, {
    nullable: true,
    description:
      "Texts that were searched for in vain. Of accounts that agree to measurement, and only what five of them have searched for.",
  })
  async searchReport(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
    @Arg("kind", () => SearchReportKindEnum.values, { description: "What the searches came to." })
    kind: SearchReportKind,
    @Arg("days", () => Int, {
      nullable: true,
      defaultValue: DEFAULT_DAYS,
      description: `Of how many days up to now, 1 to ${MOST_DAYS}.`,
    })
    asked?: number | null,
  ) {
    const days = asked ?? DEFAULT_DAYS;
    if (days < 1 || days > MOST_DAYS) throw badInput("days", String(days), `1 to ${MOST_DAYS}`);
    const at = readPage(ctx, `editorial.searchReport ${kind} ${days}`, args);
    const { searchLog } = ctx.gateway.stores;
    const page = await searchLog.report(ctx.on(info.path), { kind, days }, at.page);
    return toConnection(
      ctx,
      at,
      withNodes(page, (entry) => entry),
    );
  }

  @Mutation(() => NoteSearchOpenedPayload, {
    nullable: true,
    description: "Tells that a title was opened from the answer to a search.",
  })
  noteSearchOpened(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => NoteSearchOpenedInput, { description: "Which title, of which search." })
    { query, title }: NoteSearchOpenedInput,
  ) {
    return payload<NoteSearchOpenedPayload>({ noted: false }, async () => {
      const { id } = await watchedTitle(ctx, title, info.path);
      const opened = { text: query, hits: null, openedTitleId: id, shown: null };
      return { noted: await noteSearch(ctx, opened, info.path) };
    });
  }
}
