import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Query, Resolver } from "type-graphql";

import { onceByKey, oneByKey } from "../datasources/core/loader.js";
import { type FieldPath, type StoreRequest } from "../datasources/core/store-request.js";
import { CacheFor } from "../schema/cache.js";
import { Node } from "../schema/node.js";
import { Context } from "./request/context.js";
import { badInput } from "./request/errors.js";
import { fromGlobalId, type NodeRef, type NodeType } from "./request/global-id.js";
import { CampaignValue } from "./campaign.value.js";
import { CollectionValue } from "./collection.value.js";
import { toCheckout } from "./checkout.value.js";
import { editorialOf } from "./editorial.resolver.js";
import { toExperiment } from "./experiment.resolver.js";
import { homeRows } from "./home.resolver.js";
import { toApiKey } from "./api-key.resolver.js";
import { jobOf, operationsOf } from "./operations.value.js";
import { denialOf } from "./permissions-gate.js";
import { NODE_PERMISSIONS } from "./permissions.js";
import { ownSessions } from "./device.value.js";
import { sessionHolder, toPlaybackSession } from "./playback.value.js";
import { toErasure, toExport } from "./privacy.value.js";
import { SearchRuleValue, toSynonym } from "./search-steering.value.js";
import { toPlan, toViewer, type ViewerValue } from "./profile.value.js";
import { episodesOf, seasonsOf, toNamed } from "./title.value.js";
import { loadTitle } from "./titles.js";

const MAX_IDS = 100;
/** Of what is nobody's who asks. */
const NONE = new Map<string, never>();

@Resolver()
export class NodeResolver {
  @CacheFor(60)
  @Query(() => Node, {
    nullable: true,
    description: "Anything by its global id; null when there is no such thing or it is not yours to see.",
  })
  node(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("id", () => ID, {
      description: "A global id, or a type and the tenant's own id: `Title:tt0112641`, `Profile:u1`.",
    })
    id: string,
  ) {
    return load(ctx, fromGlobalId(ctx.tenant, id), info.path);
  }

  @CacheFor(60)
  @Query(() => [Node], {
    nullable: "itemsAndList",
    description:
      "Several things by their global ids, in the order of the ids, null for each that is not there.",
  })
  nodes(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("ids", () => [ID], { description: `Up to ${MAX_IDS} global ids.` }) ids: string[],
  ) {
    if (ids.length > MAX_IDS) throw badInput("ids", `${ids.length} ids`, `at most ${MAX_IDS} ids`);
    // Not awaited here: one that fails, or is no id, costs the others nothing.
    return ids.map(async (id, index) => load(ctx, fromGlobalId(ctx.tenant, id, `ids[${index}]`), info.path));
  }
}

type Finder = (ctx: Context, id: string, path: FieldPath) => Promise<object | null>;

/** How a thing of each type is found by its local id. */
const FINDERS: Record<NodeType, Finder> = {
  Title: loadTitle,
  Season: seasonOf,
  Episode: async (ctx, id, path) => {
    const cut = id.lastIndexOf("/");
    const season = await seasonOf(ctx, id.slice(0, cut), path);
    const episodes = season ? episodesOf(season) : [];
    return episodes.find(({ number }) => String(number) === id.slice(cut + 1)) ?? null;
  },
  Person: named("Person"),
  Genre: named("Genre"),
  Studio: named("Studio"),
  Profile: ofViewer((viewer, id) => viewer.profiles.find((profile) => profile.localId === id)),
  Account: async (ctx, id, path) =>
    ctx.identity?.account === id ? ownNode(ctx, path, (viewer) => viewer.account) : null,
  Membership: async (ctx, id, path) =>
    (await ctx.viewer(path))?.membership?.id === id
      ? ownNode(ctx, path, (viewer) => viewer.membership)
      : null,
  Plan: async (ctx, id, path) => {
    const plan = (await ctx.plans(path)).find((each) => each.id === id);
    return plan ? toPlan(ctx.tenant, plan) : null;
  },
  Checkout: byIds(
    async (ctx, request, ids) => {
      const account = (await ctx.viewer(request.path))?.account?.id;
      return account ? ctx.gateway.stores.checkouts.byIds(request, account, ids) : NONE;
    },
    ({ tenant }, found) => toCheckout(tenant, found),
  ),
  AccountExport: byIds(async (ctx, request, ids) => {
    const account = (await ctx.viewer(request.path))?.account?.id;
    if (!account) return NONE;
    const found = await ctx.gateway.stores.privacy.exportsByIds(request, ids);
    return new Map([...found].filter(([, { accountId }]) => accountId === account));
  }, toExport),
  Erasure: byIds(
    ({ gateway }, request, ids) => gateway.stores.privacy.erasuresByIds(request, ids),
    toErasure,
  ),
  HomeRow: async (ctx, id, path) => (await homeRows(ctx, path)).find((row) => row.plan.id === id) ?? null,
  PlaybackSession: byIds(
    async (ctx, request, ids) => {
      const viewer = await ctx.viewer(request.path);
      if (!viewer) return NONE;
      return ctx.gateway.stores.playback.sessionsByIds(request, sessionHolder(ctx, viewer), ids);
    },
    ({ tenant }, found) => toPlaybackSession(tenant, found),
  ),
  Session: async (ctx, id, path) =>
    (await ownSessions(ctx, path)).find((each) => each.localId === id) ?? null,
  Job: byIds(
    ({ gateway }, request, ids) => gateway.stores.operations.jobsByIds(request, ids),
    ({ tenant }, found) => jobOf(tenant, found),
  ),
  ApiKey: byIds(
    ({ gateway }, request, ids) => gateway.stores.apiKeys.byIds(request, ids),
    ({ tenant }, found) => toApiKey(tenant, found),
  ),
  Viewer: ofViewer((viewer, id) => (viewer.profile.localId === id ? viewer : null)),
  EditorialCollection: byIds(
    ({ gateway }, request, ids) => gateway.stores.collections.byIds(request, ids),
    ({ tenant }, found) => new CollectionValue(tenant, found),
  ),
  Campaign: byIds(
    ({ gateway }, request, ids) => gateway.stores.campaigns.byIds(request, ids),
    ({ tenant }, found) => new CampaignValue(tenant, found),
  ),
  SearchSynonym: byIds(
    ({ gateway }, request, ids) => gateway.stores.searchSteering.synonymsByIds(request, ids),
    ({ tenant }, found) => toSynonym(tenant, found),
  ),
  SearchRule: byIds(
    ({ gateway }, request, ids) => gateway.stores.searchSteering.rulesByIds(request, ids),
    ({ tenant }, found) => new SearchRuleValue(tenant, found),
  ),
  Experiment: byIds(
    ({ gateway }, request, ids) => gateway.stores.experiments.byIds(request, ids),
    ({ tenant }, found) => toExperiment(tenant, found),
  ),
  Editorial: async (ctx, id) => (id === ctx.tenant.slug ? editorialOf(ctx.tenant) : null),
  Operations: async (ctx, id) => (id === ctx.tenant.slug ? operationsOf(ctx.tenant) : null),
};

/** A thing by its id, looked up once a request, however many fields ask for it. */
function load(ctx: Context, ref: NodeRef, path: FieldPath): Promise<object | null> {
  return ctx.made(lookUps, path)({ ...ref, path });
}

function lookUps(ctx: Context) {
  return onceByKey(
    ({ type, id }: NodeRef & { path: FieldPath }) => `${type}:${id}`,
    async ({ type, id, path }): Promise<object | null> => {
      const permission = NODE_PERMISSIONS[type];
      if (permission && (await denialOf(ctx, permission, path, `Node.${type}`))) return null;
      return FINDERS[type](ctx, id, path);
    },
  );
}

/** Finds things whose store answers for many ids at once: one call for all that a level of the request asks for. */
function byIds<V>(
  batch: (ctx: Context, request: StoreRequest, ids: readonly string[]) => Promise<ReadonlyMap<string, V>>,
  toNode: (ctx: Context, found: V) => object,
): Finder {
  const loaderOf = (ctx: Context) =>
    oneByKey<string, V>({
      request: ctx.request,
      keyOf: (id) => id,
      batch: (request, ids) => batch(ctx, request, ids),
    });
  return async (ctx, id, path) => {
    const found = await ctx.made(loaderOf, path).load(id, path);
    return found && toNode(ctx, found);
  };
}

async function seasonOf(ctx: Context, id: string, path: FieldPath) {
  const cut = id.lastIndexOf("/");
  const title = await loadTitle(ctx, id.slice(0, cut), path);
  const seasons = title ? seasonsOf(title) : [];
  return seasons.find(({ number }) => String(number) === id.slice(cut + 1)) ?? null;
}

function named(type: "Person" | "Genre" | "Studio"): Finder {
  return async (ctx, id, path) => {
    const found = await ctx.catalog.nameById.load({ type, id }, path);
    return found && toNamed(type, found);
  };
}

function ofViewer(pick: (viewer: ViewerValue, id: string) => object | null | undefined): Finder {
  return (ctx, id, path) => ownNode(ctx, path, (viewer) => pick(viewer, id));
}

/** Something of the signed-in account. */
async function ownNode(
  ctx: Context,
  path: FieldPath,
  pick: (viewer: ViewerValue) => object | null | undefined,
): Promise<object | null> {
  const viewer = await ctx.viewer(path);
  return (viewer && pick(toViewer(ctx, viewer))) ?? null;
}
