import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, ID, Info, Query, Resolver, Root } from "type-graphql";

import { PageArgs } from "../schema/connection.js";
import { Genre, Person } from "../schema/person.type.js";
import { PersonTitleConnection, type PersonTitleEdge } from "../schema/title-connection.type.js";
import { Context } from "./request/context.js";
import { localId } from "./request/global-id.js";
import { readPage, toConnection, type EdgeExtra } from "./connection.js";
import { toNamed, type NamedValue } from "./title.value.js";
import { loadEdges } from "./titles.js";
import { CacheFor } from "../schema/cache.js";
import { ListSize } from "../schema/cost.js";

@Resolver(() => Person)
export class PersonResolver {
  @CacheFor(60)
  @Query(() => Person, {
    nullable: true,
    description: "Someone with a credit in a title that you may meet, by id; null when there is nobody.",
  })
  async person(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("id", () => ID, { description: "Global id of a person." }) id: string,
  ): Promise<NamedValue | null> {
    const local = localId(ctx.tenant, "Person", id);
    const found = await ctx.catalog.nameById.load({ type: "Person", id: local }, info.path);
    return found && toNamed("Person", found);
  }

  @FieldResolver(() => PersonTitleConnection, {
    nullable: true,
    description: "Titles with a part of this person that you may meet, newest first; one edge a part.",
  })
  async titles(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Root() person: NamedValue,
    @Args(() => PageArgs) args: PageArgs,
  ) {
    const at = readPage(ctx, `person ${person.localId}`, args);
    await ctx.audience(info.path);
    const page = await ctx.catalog.creditsByPerson.load({ person: person.localId, page: at.page }, info.path);
    const rows = page ?? { rows: [], hasMore: false };
    return toConnection(
      ctx,
      at,
      await loadEdges(ctx, rows, info.path, ({ role }) => ({ role }) satisfies EdgeExtra<PersonTitleEdge>),
    );
  }
}

@Resolver(() => Genre)
export class GenreResolver {
  @CacheFor(300)
  @ListSize(20)
  @Query(() => [Genre], { nullable: true, description: "The genres of titles that you may meet, by name." })
  async genres(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo): Promise<NamedValue[]> {
    const genres = await ctx.catalog.genres.load("all", info.path);
    return genres.map((genre) => toNamed("Genre", genre));
  }
}
