import { type GraphQLResolveInfo } from "graphql";
import { Arg, Args, Ctx, FieldResolver, Info, Resolver } from "type-graphql";

import { type AuditEntry as Entry, type AuditFilter } from "../datasources/audit/audit.js";
import { AuditEntryConnection, AuditFilterInput, type AuditEntry } from "../schema/audit.type.js";
import { ForwardPageArgs } from "../schema/connection.js";
import { Operations } from "../schema/operations.type.js";
import { type Answer } from "./answer.js";
import { readPage, toConnection, withNodes } from "./connection.js";
import { Context } from "./request/context.js";
import { localId } from "./request/global-id.js";
import { instant } from "./title-edits.js";

@Resolver(() => Operations)
export class AuditResolver {
  @FieldResolver(() => AuditEntryConnection, {
    nullable: true,
    description: "Who did what in the tenant, the latest first: an append-only log, chained by hashes.",
  })
  async audit(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ForwardPageArgs) args: ForwardPageArgs,
    @Arg("filter", () => AuditFilterInput, { nullable: true, description: "Which entries." })
    input?: AuditFilterInput | null,
  ) {
    const filter = input ? filterOf(ctx, input) : {};
    const at = readPage(ctx, `operations.audit ${JSON.stringify(filter)}`, args);
    const page = await ctx.gateway.stores.audit.entries(ctx.on(info.path), filter, at.page);
    return toConnection(ctx, at, withNodes(page, entryOf));
  }
}

function filterOf(ctx: Context, { acts, outcome, account, from, until }: AuditFilterInput): AuditFilter {
  const [since, before] = [instant(from), instant(until)];
  return {
    ...(acts && { acts }),
    ...(outcome && { outcome }),
    ...(account != null && { account: localId(ctx.tenant, "Account", account, "filter.account") }),
    ...(since !== null && { from: since }),
    ...(before !== null && { until: before }),
  };
}

function entryOf({ details, ...entry }: Entry) {
  const named = Object.entries(details).map(([name, value]) => ({ name, value: String(value) }));
  return { ...entry, details: named } satisfies Answer<AuditEntry>;
}
