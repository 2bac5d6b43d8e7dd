import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver } from "type-graphql";

import { mayMeet } from "../datasources/catalog/audience.js";
import { type RecordedVersion } from "../datasources/catalog/title-editing.js";
import { type TitleFieldName } from "../datasources/core/title-fields.js";
import { type TitleState } from "../datasources/core/title.document.js";
import { ForwardPageArgs } from "../schema/connection.js";
import {
  Editorial,
  EditorialTitleConnection,
  type EditorialTitleEdge,
  TitleVersion,
} from "../schema/editorial.type.js";
import { Context } from "./request/context.js";
import { badInput } from "./request/errors.js";
import { localId } from "./request/global-id.js";
import { readPage, toConnection, type ConnectionValue, type EdgeExtra } from "./connection.js";
import { type TitleValue } from "./title.value.js";

const MAX_VERSIONS = 100;

/** What an edge says beside its title. */
interface EditorialEdge extends EdgeExtra<EditorialTitleEdge> {
  state: TitleState;
  version: number;
  effectiveFrom: string;
  lockedFields: readonly TitleFieldName[];
}

@Resolver(() => Editorial)
export class EditorialResolver {
  @Query(() => Editorial, {
    nullable: true,
    description: "Editors: titles in any state and their versions, as the facts have them.",
  })
  editorial(): Editorial {
    return {};
  }

  @FieldResolver(() => EditorialTitleConnection, {
    nullable: true,
    description: "The tenant's titles in any state, also those still to come, by their own ids.",
  })
  async titles(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ): Promise<ConnectionValue<TitleValue, EditorialEdge>> {
    const at = readPage(ctx, "editorial.titles", args);
    const audience = await ctx.audience(info.path);
    const { rows, hasMore } = await ctx.gateway.stores.titleEditing.titles(ctx.on(info.path), at.page);
    const met = rows.filter(({ title }) => mayMeet(title, audience));
    const edges = met.map(({ position, title, version, effectiveFrom, lockedFields }) => ({
      position,
      node: title,
      extra: { state: title.state, version, effectiveFrom, lockedFields },
    }));
    return toConnection(ctx, at, { rows: edges, hasMore });
  }

  @FieldResolver(() => [TitleVersion], {
    nullable: true,
    description: "The versions of a title, the latest first; none where there is no such title.",
  })
  async titleVersions(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("id", () => ID, { description: "Which title." }) id: string,
    @Arg("first", () => Int, {
      defaultValue: MAX_VERSIONS,
      description: `How many, 0 to ${MAX_VERSIONS}.`,
    })
    first: number,
  ): Promise<RecordedVersion[]> {
    if (first < 0 || first > MAX_VERSIONS) throw badInput("first", String(first), `0 to ${MAX_VERSIONS}`);
    const title = localId(ctx.tenant, "Title", id);
    return ctx.gateway.stores.titleEditing.versions(ctx.on(info.path), title, first);
  }
}
