import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Query, Resolver } from "type-graphql";

import { type RefusalCode } from "../datasources/core/refusal-codes.js";
import { Refusal } from "../datasources/core/refusal.js";
import { SignUpInput } from "../schema/account.input.js";
import { RefreshInput, SelectProfileInput, SignInInput } from "../schema/session.input.js";
import { SessionPayload, Viewer } from "../schema/viewer.type.js";
import { hashPassword, verifyPassword } from "../datasources/accounts/passwords.js";
import { audienceClaims, closeSession, openSession, tenantOfRefreshToken } from "./request/sessions.js";
import { Context } from "./request/context.js";
import { localId } from "./request/global-id.js";
import { signedIn } from "./permissions-gate.js";
import { toViewer } from "./profile.value.js";

@Resolver()
export class SessionResolver {
  @Query(() => Viewer, { nullable: true, description: "Who is signed in; null for a visitor." })
  async viewer(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const viewer = await ctx.viewer(info.path);
    return viewer && toViewer(ctx, viewer);
  }

  @Mutation(() => SessionPayload, {
    description:
      "Signs in with e-mail and password. The tenant is that of the request, or the one that the address's domain names (`viewer@lumen.example`).",
  })
  async signIn(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SignInInput, { description: "Who." }) { email, password }: SignInInput,
  ) {
    const tenant = ctx.namedTenant === null ? await tenantOfEmail(ctx, email) : ctx.tenant;
    const request = { ...ctx.on(info.path), tenant };
    const account = await ctx.accounts.credentials(request, email.trim());
    const known = await verifyPassword(password, account?.passwordHash ?? null);
    if (!account || !known || account.firstProfileId === null) {
      return refused("password", "BAD_CREDENTIALS", "E-mail and password do not belong together.");
    }
    const { accountId, firstProfileId, roles } = account;
    ctx.becomes(tenant, { tenant: tenant.slug, account: accountId, profile: firstProfileId, roles });
    return session(ctx, info);
  }

  @Mutation(() => SessionPayload, {
    description:
      "Makes an account with a first profile and signs it in. The tenant is that of the request. An address that has an account already is refused, which says that it has one: only a message to the address could keep that secret.",
  })
  async signUp(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SignUpInput, { description: "Who." }) input: SignUpInput,
  ) {
    const { tenant } = ctx;
    try {
      const email = checkedEmail(input.email);
      const password = checkedPassword(input.password);
      const { accountId, profileId } = await ctx.gateway.stores.profiles.signUp(tenant, {
        email,
        passwordHash: await hashPassword(password),
        country: input.country ?? tenant.defaultCountry,
        profileName: input.name ?? email.slice(0, email.indexOf("@")).slice(0, 40),
      });
      ctx.becomes(tenant, { tenant: tenant.slug, account: accountId, profile: profileId, roles: ["VIEWER"] });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refused(error.field, error.code, error.message);
    }
    return session(ctx, info);
  }

  @Mutation(() => SessionPayload, {
    description: "Goes on as another profile of the account, with a token for it.",
  })
  async selectProfile(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SelectProfileInput, { description: "Which." }) input: SelectProfileInput,
  ) {
    const { identity, profiles } = await signedIn(ctx, info.path);
    const wanted = localId(ctx.tenant, "Profile", input.profile, "input.profile");
    const profile = profiles.find(({ id }) => id === wanted);
    if (!profile)
      return refused(
        "profile",
        "PROFILE_NOT_FOUND",
        "This account has no such profile; `viewer.profiles` lists them.",
      );
    ctx.becomes(ctx.tenant, { ...identity, profile: profile.id });
    return session(ctx, info);
  }

  @Mutation(() => SessionPayload, {
    description:
      "A new pair of tokens for a refresh token, which is used up. The roles are those the account has now.",
  })
  async refreshSession(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => RefreshInput, { description: "Which session." }) input: RefreshInput,
  ) {
    const slug = tenantOfRefreshToken(input.refreshToken);
    const meant = slug !== null && (ctx.namedTenant ?? slug) === slug;
    const tenant = meant ? await ctx.gateway.stores.tenants.bySlug(slug) : null;
    const identity = tenant && (await closeSession(ctx.accounts, tenant, input.refreshToken));
    if (!identity) {
      return refused(
        "refreshToken",
        "SESSION_ENDED",
        "This session has ended or was prolonged already. Sign in again.",
      );
    }
    ctx.becomes(tenant, identity);
    return session(ctx, info);
  }
}

/** Tokens and viewer of the identity that the request now speaks for. */
async function session(ctx: Context, info: GraphQLResolveInfo) {
  const viewer = await ctx.viewer(info.path);
  if (!ctx.identity || !viewer)
    return refused(null, "PROFILE_NOT_FOUND", "The profile is gone. Sign in again.");
  const identity = { ...ctx.identity, audience: audienceClaims(viewer) };
  const tokens = await openSession(ctx.accounts, ctx.gateway.tokens, ctx.tenant, identity);
  return { ...tokens, viewer: toViewer(ctx, viewer), errors: [] };
}

function refused(field: string | null, code: RefusalCode, message: string) {
  return {
    accessToken: null,
    refreshToken: null,
    expiresAt: null,
    viewer: null,
    errors: [{ field, code, message }],
  };
}

/** An address without what surrounds it. @throws Refusal INVALID_EMAIL. */
function checkedEmail(email: string): string {
  const trimmed = email.trim();
  if (trimmed.length <= 254 && /^[^\s@\0]{1,64}@[^\s@\0]+\.[^\s@\0]+$/.test(trimmed)) return trimmed;
  throw new Refusal("email", "INVALID_EMAIL", "An e-mail address has the form name@domain.");
}

/** @throws Refusal INVALID_PASSWORD. */
function checkedPassword(password: string): string {
  const { length } = [...password];
  if (length >= 8 && length <= 200) return password;
  throw new Refusal("password", "INVALID_PASSWORD", "A password has 8 to 200 characters.");
}

/** The tenant that an address's domain begins with, else the request's own. */
async function tenantOfEmail(ctx: Context, email: string) {
  const slug = /@([a-z][a-z0-9-]*)\./i.exec(email)?.[1]?.toLowerCase();
  return (slug && (await ctx.gateway.stores.tenants.bySlug(slug))) || ctx.tenant;
}
