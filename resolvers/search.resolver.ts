import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, Info, Int, Query, Resolver } from "type-graphql";

import { type FieldPath } from "../datasources/core/store-request.js";
import { type SearchHit, type SuggestedText } from "../datasources/search/search.js";
import { UNSTEERED, type Steering } from "../datasources/search/steering.js";
import { ForwardPageArgs } from "../schema/connection.js";
import { SearchConnection, type SearchEdge, Suggestion } from "../schema/search.type.js";
import { TitleFilter } from "../schema/title.input.js";
import { type Answer } from "./answer.js";
import { Context } from "./request/context.js";
import { orElse } from "./request/without-store.js";
import { readPage, toConnection, type EdgeExtra } from "./connection.js";
import { selectedFields } from "./selected-fields.js";
import { noteSearch } from "./search-log.js";
import { inLearnedOrder } from "./search-order.js";
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
    // Asked for with the viewer, where there is one.
    const [audience, steering] = await Promise.all([
      ctx.audienceOfAll(info.path),
      steeringOf(ctx, text, info.path),
    ]);
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
      steering,
    });
    const tookMs = Math.round((performance.now() - started) * 100) / 100;
    const extra = ({ score, highlights }: SearchHit) =>
      ({ score, highlights }) satisfies EdgeExtra<SearchEdge>;
    const found = await loadEdges(ctx, { rows: result.hits, hasMore: result.hasMore }, info.path, extra);
    const { page, shown } = at.page.after
      ? { page: found, shown: null }
      : await inLearnedOrder(ctx, text, steering, found, info.path);
    if (!filterInput && !at.page.after && at.page.limit > 0) {
      const hits = Math.max(result.total, result.hits.length);
      void noteSearch(ctx, { text, hits, openedTitleId: null, shown }, info.path);
    }
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
    const [audience, { words }] = await Promise.all([
      ctx.audienceOfAll(info.path),
      steeringOf(ctx, prefix, info.path),
    ]);
    const { search } = ctx.gateway.stores;
    const texts = await search.suggest(ctx.on(info.path), audience, prefix, page.limit, words);
    return Promise.all(
      texts.map(async (suggested) => ({
        text: suggested.text,
        kind: suggested.kind,
        node: await nodeOf(ctx, suggested, info),
      })),
    );
  }
}

/** What editors have said of a text; nothing while the store that knows does not answer. */
function steeringOf(ctx: Context, text: string, path: FieldPath): Promise<Steering> {
  return orElse(ctx.request, ctx.gateway.stores.searchSteering.of(ctx.on(path), text), UNSTEERED);
}

function nodeOf(ctx: Context, { id, text, kind }: SuggestedText, info: GraphQLResolveInfo) {
  if (kind === "TITLE") return loadTitle(ctx, id, info.path);
  return toNamed(kind === "PERSON" ? "Person" : "Genre", { id, name: text });
}
