import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Resolver, Root } from "type-graphql";

import { ForwardPageArgs } from "../schema/connection.js";
import { Editorial } from "../schema/editorial.type.js";
import {
  AddSearchSynonymInput,
  RemoveSearchRuleInput,
  RemoveSearchSynonymInput,
  SetSearchRuleInput,
} from "../schema/search-steering.input.js";
import {
  RemoveSearchRulePayload,
  RemoveSearchSynonymPayload,
  SearchRule,
  SearchRuleConnection,
  SearchRulePayload,
  SearchSynonymConnection,
  SearchSynonymPayload,
} from "../schema/search-steering.type.js";
import { Title } from "../schema/title.type.js";
import { readPage, toConnection, withNodes } from "./connection.js";
import { payload } from "./payload.js";
import { actorOf } from "./request/actor.js";
import { Context } from "./request/context.js";
import { inputId, toGlobalId } from "./request/global-id.js";
import { SearchRuleValue, toSynonym } from "./search-steering.value.js";
import { loadTitle } from "./titles.js";

/** Search in the hands of editors. */
@Resolver(() => Editorial)
export class SearchSteeringResolver {
  @FieldResolver(() => SearchSynonymConnection, {
    nullable: true,
    description: "Words of the tenant's own that search takes for the same, or for a genre.",
  })
  async searchSynonyms(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
    @Arg("language", () => String, {
      nullable: true,
      description: "Of this language alone. Default: of all.",
    })
    language?: string | null,
  ) {
    const at = readPage(ctx, `editorial.searchSynonyms ${JSON.stringify(language ?? null)}`, args);
    const { searchSteering } = ctx.gateway.stores;
    const page = await searchSteering.synonyms(ctx.on(info.path), language ?? null, at.page);
    const edges = withNodes(page, (synonym) => toSynonym(ctx.tenant, synonym));
    return toConnection(ctx, at, edges);
  }

  @FieldResolver(() => SearchRuleConnection, {
    nullable: true,
    description: "What is said of titles for texts that are searched for.",
  })
  async searchRules(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const at = readPage(ctx, "editorial.searchRules", args);
    const page = await ctx.gateway.stores.searchSteering.rules(ctx.on(info.path), at.page);
    const edges = withNodes(page, (rule) => new SearchRuleValue(ctx.tenant, rule));
    return toConnection(ctx, at, edges);
  }

  @Mutation(() => SearchSynonymPayload, {
    nullable: true,
    description:
      "Editors: adds words that search takes for the same, or for a genre, from now on. At most 500 lists.",
  })
  addSearchSynonym(
    @Ctx() ctx: Context,
    @Arg("input", () => AddSearchSynonymInput, { description: "Which words." })
    { language, words, genre = null }: AddSearchSynonymInput,
  ) {
    return payload<SearchSynonymPayload>({}, async () => {
      const { searchSteering } = ctx.gateway.stores;
      const added = await searchSteering.addSynonym(ctx.tenant, { language, words, genre }, actorOf(ctx));
      return { synonym: toSynonym(ctx.tenant, added) };
    });
  }

  @Mutation(() => RemoveSearchSynonymPayload, {
    nullable: true,
    description: "Editors: takes such words away.",
  })
  removeSearchSynonym(
    @Ctx() ctx: Context,
    @Arg("input", () => RemoveSearchSynonymInput, { description: "Which." })
    { synonym }: RemoveSearchSynonymInput,
  ) {
    return payload<RemoveSearchSynonymPayload>({}, async () => {
      const id = inputId(ctx.tenant, "SearchSynonym", synonym, "synonym");
      await ctx.gateway.stores.searchSteering.removeSynonym(ctx.tenant, id, actorOf(ctx));
      return { removedSynonymId: toGlobalId(ctx.tenant, "SearchSynonym", id) };
    });
  }

  @Mutation(() => SearchRulePayload, {
    nullable: true,
    description:
      "Editors: has a title stand first when a text is searched for, or count more or less, from now on. At most 20 titles of a text, and 1,000 rules.",
  })
  setSearchRule(
    @Ctx() ctx: Context,
    @Arg("input", () => SetSearchRuleInput, { description: "Which title, for which text." })
    { query, title, place = null, factor = null }: SetSearchRuleInput,
  ) {
    return payload<SearchRulePayload>({}, async () => {
      const titleId = inputId(ctx.tenant, "Title", title, "title");
      const rule = { query, titleId, place, factor };
      const kept = await ctx.gateway.stores.searchSteering.setRule(ctx.tenant, rule, actorOf(ctx));
      return { rule: new SearchRuleValue(ctx.tenant, kept) };
    });
  }

  @Mutation(() => RemoveSearchRulePayload, {
    nullable: true,
    description: "Editors: takes back what is said of a title for a text.",
  })
  removeSearchRule(
    @Ctx() ctx: Context,
    @Arg("input", () => RemoveSearchRuleInput, { description: "Which." }) { rule }: RemoveSearchRuleInput,
  ) {
    return payload<RemoveSearchRulePayload>({}, async () => {
      const id = inputId(ctx.tenant, "SearchRule", rule, "rule");
      await ctx.gateway.stores.searchSteering.removeRule(ctx.tenant, id, actorOf(ctx));
      return { removedRuleId: toGlobalId(ctx.tenant, "SearchRule", id) };
    });
  }
}

@Resolver(() => SearchRule)
export class SearchRuleResolver {
  @FieldResolver(() => Title, {
    nullable: true,
    description: "The title; null where your profile may not meet it.",
  })
  title(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo, @Root() { record }: SearchRuleValue) {
    return loadTitle(ctx, record.titleId, info.path);
  }
}
