import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, ID, Info, Query, Resolver } from "type-graphql";

import { type FieldPath } from "../datasources/core/store-request.js";
import { CacheFor } from "../schema/cache.js";
import { Node } from "../schema/node.js";
import { Context } from "./request/context.js";
import { badInput } from "./request/errors.js";
import { fromGlobalId, type NodeRef, type NodeType } from "./request/global-id.js";
import { CampaignValue } from "./campaign.value.js";
import { CollectionValue } from "./collection.value.js";
import { toCheckout } from "./checkout.value.js";
import { editorialOf } from "./editorial.resolver.js";
import { experimentOf } from "./experiment.resolver.js";
import { homeRows } from "./home.resolver.js";
import { toApiKey } from "./api-key.resolver.js";
import { jobOf, operationsOf } from "./operations.value.js";
import { denialOf } from "./permissions-gate.js";
import { NODE_PERMISSIONS } from "./permissions.js";
import { ownSessions } from "./device.value.js";
import { sessionKey, toPlaybackSession } from "./playback.value.js";
import { toErasure, toExport } from "./privacy.value.js";
import { SearchRuleValue, toSynonym } from "./search-steering.value.js";
import { toPlan, toViewer, type ViewerValue } from "./profile.value.js";
import { episodesOf, seasonsOf, toNamed } from "./title.value.js";
import { loadTitle } from "./titles.js";

const MAX_IDS = 100;

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
  Checkout: async (ctx, id, path) => {
    const account = (await ctx.viewer(path))?.account?.id;
    const checkout = account ? await ctx.gateway.stores.checkouts.find(ctx.on(path), account, id) : null;
    return checkout && toCheckout(ctx.tenant, checkout);
  },
  AccountExport: async (ctx, id, path) => {
    const account = (await ctx.viewer(path))?.account?.id;
    const found = account ? await ctx.gateway.stores.privacy.findExport(ctx.on(path), id) : null;
    return found?.accountId === account && found ? toExport(ctx, found) : null;
  },
  Erasure: async (ctx, id, path) => {
    const erasure = await ctx.gateway.stores.privacy.findErasure(ctx.on(path), id);
    return erasure && toErasure(ctx, erasure);
  },
  HomeRow: async (ctx, id, path) => (await homeRows(ctx, path)).find((row) => row.plan.id === id) ?? null,
  PlaybackSession: async (ctx, id, path) => {
    const viewer = await ctx.viewer(path);
    const key = viewer && sessionKey(ctx, viewer, id);
    const session = key && (await ctx.gateway.stores.playback.session(ctx.on(path), key));
    return session && toPlaybackSession(ctx.tenant, session);
  },
  Session: async (ctx, id, path) =>
    (await ownSessions(ctx, path)).find((each) => each.localId === id) ?? null,
  Job: async (ctx, id, path) => {
    const job = await ctx.gateway.stores.operations.job(ctx.on(path), id);
    return job && jobOf(ctx.tenant, job);
  },
  ApiKey: async (ctx, id, path) => {
    const key = await ctx.gateway.stores.apiKeys.find(ctx.on(path), id);
    return key && toApiKey(ctx.tenant, key);
  },
  Viewer: ofViewer((viewer, id) => (viewer.profile.localId === id ? viewer : null)),
  EditorialCollection: async (ctx, id, path) => {
    const found = await ctx.gateway.stores.collections.find(ctx.on(path), id);
    return found && new CollectionValue(ctx.tenant, found);
  },
  Campaign: async (ctx, id, path) => {
    const found = await ctx.gateway.stores.campaigns.find(ctx.on(path), id);
    return found && new CampaignValue(ctx.tenant, found);
  },
  SearchSynonym: async (ctx, id, path) => {
    const found = await ctx.gateway.stores.searchSteering.synonym(ctx.on(path), id);
    return found && toSynonym(ctx.tenant, found);
  },
  SearchRule: async (ctx, id, path) => {
    const found = await ctx.gateway.stores.searchSteering.rule(ctx.on(path), id);
    return found && new SearchRuleValue(ctx.tenant, found);
  },
  Experiment: experimentOf,
  Editorial: async (ctx, id) => (id === ctx.tenant.slug ? editorialOf(ctx.tenant) : null),
  Operations: async (ctx, id) => (id === ctx.tenant.slug ? operationsOf(ctx.tenant) : null),
};

async function load(ctx: Context, ref: NodeRef, path: FieldPath): Promise<object | null> {
  const permission = NODE_PERMISSIONS[ref.type];
  if (permission && (await denialOf(ctx, permission, path, `Node.${ref.type}`))) return null;
  return FINDERS[ref.type](ctx, ref.id, path);
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
