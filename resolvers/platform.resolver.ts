import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Int, Mutation, Query, Resolver } from "type-graphql";

import { type TenantActor } from "../datasources/audit/tenant-acts.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { startMoveJob } from "../datasources/stores/move-job.js";
import { createNoted, setStateNoted } from "../datasources/stores/noted-states.js";
import { ForwardPageArgs } from "../schema/connection.js";
import { CreateTenantInput, PromoteTenantInput, TenantInput } from "../schema/platform.input.js";
import {
  Platform,
  type PlatformTenant,
  PlatformTenantConnection,
  PlatformTitles,
  PlatformViewing,
  PromoteTenantPayload,
  TenantPayload,
} from "../schema/platform.type.js";
import { pageOfList, readPage, toConnection } from "./connection.js";
import { jobOf } from "./operations.value.js";
import { payload } from "./payload.js";
import { Context } from "./request/context.js";
import { scatter } from "./scatter.js";
import { checkedTenant, destinationOf, tenantNamed } from "./tenant-rules.js";

const MOST_TITLES = 100;
const MOST_DAYS = 366;
const SECONDS_OF_HOUR = 3_600;

@Resolver(() => Platform)
export class PlatformResolver {
  @Query(() => Platform, {
    nullable: true,
    description: "What whoever runs the platform sees; needs the role PLATFORM.",
  })
  async platform(@Ctx() ctx: Context) {
    return { tenantCount: (await ctx.gateway.stores.tenants.list()).length };
  }

  @FieldResolver(() => PlatformTenantConnection, { description: "All tenants, by their slugs." })
  async tenants(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
  ) {
    const { tenants, operations } = ctx.gateway.stores;
    const at = readPage(ctx, "platform.tenants", args);
    const entries = (await tenants.list())
      .sort((a, b) => (a.slug < b.slug ? -1 : 1))
      .map((tenant) => ({ position: { value: 0, id: tenant.slug }, node: tenant, extra: {} }));
    const page = pageOfList(entries, at.page);
    const shown = page.rows.map(({ node }) => node);
    const { answers } = await scatter(ctx.on(info.path), shown, (own) => operations.figures(own));
    const figures = new Map(answers.map(({ tenant, answer }) => [tenant.id, answer]));
    const rows = page.rows.map((row) => ({ ...row, node: tenantOf(row.node, figures.get(row.node.id)) }));
    return toConnection(ctx, at, { ...page, rows });
  }

  @FieldResolver(() => PlatformTitles, { description: "The titles of all tenants that were added last." })
  async titles(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("first", () => Int, { defaultValue: 20, description: "How many, 1 to 100." }) first: number,
  ) {
    const { tenants, operations } = ctx.gateway.stores;
    const most = Math.min(MOST_TITLES, Math.max(1, first));
    const asked = await scatter(ctx.on(info.path), await tenants.list(), (own) =>
      operations.latestTitles(own, most),
    );
    const titles = asked.answers
      .flatMap(({ tenant, answer }) => answer.map((title) => ({ ...title, tenant: tenant.slug })))
      .sort((a, b) => (a.addedAt === b.addedAt ? order(a.tenant, b.tenant) : order(b.addedAt, a.addedAt)));
    return { titles: titles.slice(0, most), unanswered: asked.unanswered };
  }

  @FieldResolver(() => PlatformViewing, { description: "What was watched at every tenant lately." })
  async viewing(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("days", () => Int, { defaultValue: 28, description: "Until now, 1 to 366." }) days: number,
  ) {
    const { tenants, operations } = ctx.gateway.stores;
    const back = Math.min(MOST_DAYS, Math.max(1, days));
    const asked = await scatter(ctx.on(info.path), await tenants.list(), (own) =>
      operations.watched(own, back),
    );
    const watched = asked.answers
      .sort((a, b) => b.answer.seconds - a.answer.seconds || order(a.tenant.slug, b.tenant.slug))
      .map(({ tenant, answer: { viewers, seconds } }) => ({
        tenant: tenant.slug,
        viewers,
        watchedHours: Math.round(seconds / SECONDS_OF_HOUR),
      }));
    return { tenants: watched, unanswered: asked.unanswered };
  }

  @Mutation(() => TenantPayload, {
    nullable: true,
    description: "Makes a tenant, into which a catalogue can be imported. Needs the role PLATFORM.",
  })
  createTenant(
    @Ctx() ctx: Context,
    @Arg("input", () => CreateTenantInput, { description: "Which." }) input: CreateTenantInput,
  ) {
    const { stores } = ctx.gateway;
    return payload<TenantPayload>({}, async () => {
      const made = await createNoted(stores, checkedTenant(input), actorOf(ctx));
      return { tenant: tenantOf(made, { titles: 0, profiles: 0 }) };
    });
  }

  @Mutation(() => PromoteTenantPayload, {
    nullable: true,
    description:
      "Moves a tenant to another tier while it is read and written. `marquee tenant confirm` ends it, `--undo` takes it back. Needs the role PLATFORM.",
  })
  promoteTenant(
    @Ctx() ctx: Context,
    @Arg("input", () => PromoteTenantInput, { description: "Which, and where to." })
    input: PromoteTenantInput,
  ) {
    const { stores } = ctx.gateway;
    return payload<PromoteTenantPayload>({}, async () => {
      const tenant = await tenantNamed(stores.tenants, input.slug);
      return {
        tenant: tenantOf(tenant),
        job: jobOf(tenant, await startMoveJob(stores, tenant, destinationOf(input), actorOf(ctx))),
      };
    });
  }

  @Mutation(() => TenantPayload, {
    nullable: true,
    description: "Serves a tenant no more: its users are told that there is none. Needs the role PLATFORM.",
  })
  suspendTenant(
    @Ctx() ctx: Context,
    @Arg("input", () => TenantInput, { description: "Which." }) { slug }: TenantInput,
  ) {
    return changed(ctx, slug, "SUSPENDED");
  }

  @Mutation(() => TenantPayload, {
    nullable: true,
    description: "Serves a suspended tenant again. Needs the role PLATFORM.",
  })
  resumeTenant(
    @Ctx() ctx: Context,
    @Arg("input", () => TenantInput, { description: "Which." }) { slug }: TenantInput,
  ) {
    return changed(ctx, slug, "ACTIVE");
  }
}

function changed(ctx: Context, slug: string, state: "ACTIVE" | "SUSPENDED") {
  const { stores } = ctx.gateway;
  return payload<TenantPayload>({}, async () => {
    const tenant = await tenantNamed(stores.tenants, slug);
    return { tenant: tenantOf(await setStateNoted(stores, tenant, state, actorOf(ctx))) };
  });
}

function actorOf({ tenant, identity }: Context): TenantActor {
  return { tenant, account: identity?.account ?? null };
}

function tenantOf(
  { slug, name, tier, state }: Tenant,
  figures?: { titles: number; profiles: number },
): PlatformTenant {
  return { slug, name, tier, state, titles: figures?.titles ?? null, profiles: figures?.profiles ?? null };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
