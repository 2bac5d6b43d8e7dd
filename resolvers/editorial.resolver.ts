import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Int, Query, Resolver } from "type-graphql";

import { mayMeet } from "../datasources/catalog/audience.js";
import { type RecordedVersion } from "../datasources/catalog/title-editing.js";
import { keptOf } from "../datasources/core/page.js";
import { type TitleFieldName } from "../datasources/core/title-fields.js";
import { MATURITY_AGES, type TitleState } from "../datasources/core/title.document.js";
import { ForwardPageArgs } from "../schema/connection.js";
import {
  Editorial,
  EditorialTitleConnection,
  type EditorialTitleEdge,
  TitleVersion,
  TitleVersionConnection,
} from "../schema/editorial.type.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { type NodeAnswer } from "./answer.js";
import { Context } from "./request/context.js";
import { localId, toGlobalId } from "./request/global-id.js";
import { MAX_PAGE, readPage, toConnection, type ConnectionValue, type EdgeExtra } from "./connection.js";
import { type TitleValue } from "./title.value.js";

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
  editorial(@Ctx() ctx: Context) {
    return editorialOf(ctx.tenant);
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
    const page = await ctx.gateway.stores.titleEditing.titles(ctx.on(info.path), at.page);
    const edges = page.rows.map(({ position, title, version, effectiveFrom, lockedFields }) =>
      mayMeet(title, audience)
        ? {
            position,
            node: title,
            extra: { state: title.state, version, effectiveFrom, lockedFields },
          }
        : null,
    );
    return toConnection(ctx, at, keptOf(page, edges));
  }

  @FieldResolver(() => [TitleVersion], {
    nullable: true,
    description:
      "The versions of a title, the latest first; none where there is no such title. The first of `titleVersionList`.",
  })
  async titleVersions(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("id", () => ID, { description: "Which title." }) id: string,
    @Arg("first", () => Int, { defaultValue: MAX_PAGE, description: `How many, 0 to ${MAX_PAGE}.` })
    first: number,
  ): Promise<RecordedVersion[]> {
    return (await versionsOf(ctx, info, id, { first })).page.rows.map(({ node }) => node);
  }

  @FieldResolver(() => TitleVersionConnection, {
    nullable: true,
    description: "The versions of a title, the latest first; none where there is no such title.",
  })
  async titleVersionList(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("id", () => ID, { description: "Which title." }) id: string,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const { at, page } = await versionsOf(ctx, info, id, args);
    return toConnection(ctx, at, page);
  }
}

/** Editors meet titles in every state, but none above the limit of their profile. */
async function versionsOf(ctx: Context, info: GraphQLResolveInfo, id: string, args: ForwardPageArgs) {
  const title = localId(ctx.tenant, "Title", id);
  const at = readPage(ctx, `versions ${title}`, args);
  const { maturityLimit } = await ctx.audience(info.path);
  const found = await ctx.gateway.stores.titleEditing.versions(ctx.on(info.path), title, at.page);
  const rows = found.rows.map((node) => ({ position: { value: node.version, id: "" }, node, extra: {} }));
  const met = rows.map((row) => (MATURITY_AGES[row.node.maturityRating] <= maturityLimit ? row : null));
  return { at, page: keptOf({ ...found, rows }, met) };
}

/** What editors see of a tenant, as GraphQL reads it; its fields ask the stores. */
export function editorialOf(tenant: Tenant) {
  const id = toGlobalId(tenant, "Editorial", tenant.slug);
  return { __typename: "Editorial" as const, id } satisfies NodeAnswer<Editorial>;
}
