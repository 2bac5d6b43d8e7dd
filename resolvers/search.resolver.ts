import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, Info, Int, Query, Resolver } from "type-graphql";

import { type SearchHit, type SuggestedText } from "../datasources/search/search.js";
import { ForwardPageArgs } from "../schema/connection.js";
import { SearchConnection, type SearchEdge, Suggestion } from "../schema/search.type.js";
import { TitleFilter } from "../schema/title.input.js";
import { type Answer } from "./answer.js";
import { Context } from "./request/context.js";
import { readPage, toConnection, type EdgeExtra } from "./connection.js";
import { selectedFields } from "./selected-fields.js";
import { readFilter } from "./title-filter.js";
import { toNamed } from "./title.value.js";
import { loadEdges, loadTitle } from "./titles.js";
import { CacheFor } from "../schema/cache.js";
import { Cost, ListSize } from "../schema/cost.js";

const DEFAULT_SUGGESTIONS = 8;

@Resolver()
export class SearchResolver {
  @CacheFor(60)
  @Cost(5)
  @Query(() => SearchConnection, {
    nullable: true,
    description:
      "Titles by name, people, genre or synopsis, best first; all of them, the most popular first, for a blank text. Forgives typing errors, joined and split words, missing articles and accents, digits for Roman numerals.",
  })
  async search(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("query", () => String, { description: "What to look for; an unfinished last word is completed." })
    text: string,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
    @Arg("filter", () => TitleFilter, { nullable: true, description: "Which titles. Default: all." })
    filterInput?: TitleFilter | null,
  ) {
    const filter = readFilter(ctx, filterInput);
    const at = readPage(ctx, `search ${JSON.stringify([text, filter])}`, args);
    const audience = await ctx.audience(info.path);
    const fields = selectedFields(info, 3);
    const wants = {
      total: fields.has("totalCount"),
      facets: fields.has("facets"),
      highlights: fields.has("edges.highlights"),
      didYouMean: fields.has("didYouMean"),
    };
    const started = performance.now();
    const result = await ctx.gateway.stores.search.search(ctx.on(info.path), audience, {
      text,
      filter,
      limit: at.page.limit,
      after: at.page.after,
      wants,
    });
    const tookMs = Math.round((performance.now() - started) * 100) / 100;
    const extra = ({ score, highlights }: SearchHit) =>
      ({ score, highlights }) satisfies EdgeExtra<SearchEdge>;
    const page = await loadEdges(ctx, { rows: result.hits, hasMore: result.hasMore }, info.path, extra);
    return Object.assign(toConnection(ctx, at, page), {
      totalCount: result.total,
      facets: result.facets,
      didYouMean: result.didYouMean,
      relaxed: result.relaxed,
      tookMs,
    }) satisfies Answer<SearchConnection>;
  }

  @CacheFor(60)
  @ListSize(8)
  @Cost(4)
  @Query(() => [Suggestion], {
    nullable: true,
    description: "Ways to complete what is being typed: titles, people and genres.",
  })
  async suggest(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("prefix", () => String, { description: "What has been typed so far." }) prefix: string,
    @Arg("first", () => Int, {
      nullable: true,
      defaultValue: DEFAULT_SUGGESTIONS,
      description: "How many, 0 to 100.",
    })
    first?: number | null,
  ) {
    const { page } = readPage(ctx, "suggest", { first: first ?? DEFAULT_SUGGESTIONS });
    const audience = await ctx.audience(info.path);
    const texts = await ctx.gateway.stores.search.suggest(ctx.on(info.path), audience, prefix, page.limit);
    return Promise.all(
      texts.map(async (suggested) => ({
        text: suggested.text,
        kind: suggested.kind,
        node: await nodeOf(ctx, suggested, info),
      })),
    );
  }
}

function nodeOf(ctx: Context, { id, text, kind }: SuggestedText, info: GraphQLResolveInfo) {
  if (kind === "TITLE") return loadTitle(ctx, id, info.path);
  return toNamed(kind === "PERSON" ? "Person" : "Genre", { id, name: text });
}
