import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from "type-graphql";

import { type CollectionFacts } from "../datasources/collections/collections.js";
import { PutCollectionInput, RemoveCollectionInput } from "../schema/collection.input.js";
import {
  CollectionPayload,
  CollectionTitleConnection,
  EditorialCollection,
  EditorialCollectionConnection,
  RemoveCollectionPayload,
} from "../schema/collection.type.js";
import { ForwardPageArgs } from "../schema/connection.js";
import { Editorial } from "../schema/editorial.type.js";
import { CollectionValue } from "./collection.value.js";
import { pageOfList, readPage, toConnection, withNodes } from "./connection.js";
import { payload } from "./payload.js";
import { actorOf } from "./request/actor.js";
import { Context } from "./request/context.js";
import { inputId, toGlobalId } from "./request/global-id.js";
import { instant } from "./title-edits.js";
import { loadEdges, onlyVisible } from "./titles.js";

/** Rows of the home page in the hands of editors. */
@Resolver(() => Editorial)
export class EditorialCollectionsResolver {
  @FieldResolver(() => EditorialCollectionConnection, {
    nullable: true,
    description: "The tenant's collections for the home page, also those that are not shown now.",
  })
  async collections(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, "editorial.collections", args);
    const page = await ctx.gateway.stores.collections.list(ctx.on(info.path), at.page);
    const edges = withNodes(page, (entry) => new CollectionValue(ctx.tenant, entry));
    return toConnection(ctx, at, edges);
  }

  @Mutation(() => CollectionPayload, {
    nullable: true,
    description:
      "Editors: makes a collection, which is a row of the home page, or changes one. What says nothing new adds no version. Everybody is shown those of its titles that they may meet.",
  })
  putCollection(
    @Ctx() ctx: Context,
    @Arg("input", () => PutCollectionInput, { description: "Which collection, and what of it." })
    input: PutCollectionInput,
  ) {
    return payload<CollectionPayload>({}, async () => {
      const { collection, expectedVersion = null } = input;
      const id =
        collection == null ? null : inputId(ctx.tenant, "EditorialCollection", collection, "collection");
      const edit = { id, expectedVersion, fields: fieldsOf(ctx, input), by: actorOf(ctx) };
      const kept = await ctx.gateway.stores.collections.put(ctx.tenant, edit);
      return { collection: new CollectionValue(ctx.tenant, kept), version: kept.version };
    });
  }

  @Mutation(() => RemoveCollectionPayload, {
    nullable: true,
    description: "Editors: takes a collection away for good.",
  })
  removeCollection(
    @Ctx() ctx: Context,
    @Arg("input", () => RemoveCollectionInput, { description: "Which." })
    { collection }: RemoveCollectionInput,
  ) {
    return payload<RemoveCollectionPayload>({}, async () => {
      const id = inputId(ctx.tenant, "EditorialCollection", collection, "collection");
      await ctx.gateway.stores.collections.remove(ctx.tenant, id, actorOf(ctx));
      return { removedCollectionId: toGlobalId(ctx.tenant, "EditorialCollection", id) };
    });
  }
}

@Resolver(() => EditorialCollection)
export class CollectionResolver {
  @FieldResolver(() => CollectionTitleConnection, {
    nullable: true,
    description: "Its titles, those that your profile may meet.",
  })
  async titles(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() { record }: CollectionValue,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, `collection ${record.id}`, args);
    const rows = record.titles.map((titleId, place) => ({
      titleId,
      position: { value: -place, id: titleId },
    }));
    const page = pageOfList(await onlyVisible(ctx, rows, info.path), at.page);
    return toConnection(ctx, at, await loadEdges(ctx, page, info.path, () => ({})));
  }
}

/** What an input says of a collection; what it does not say, or cannot say null of, stays. */
function fieldsOf(ctx: Context, input: PutCollectionInput): Partial<CollectionFacts> {
  const { name, titles, from, until, audience, countries, position } = input;
  const ids = titles?.map((id, n) => inputId(ctx.tenant, "Title", id, `titles[${n}]`));
  return {
    ...(name != null && { name }),
    ...(ids && { titles: ids }),
    ...(from !== undefined && { from: instant(from) }),
    ...(until !== undefined && { until: instant(until) }),
    ...(audience != null && { audience }),
    ...(countries !== undefined && { countries: countries ?? [] }),
    ...(position != null && { position }),
  };
}
