import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Query, Resolver } from "type-graphql";

import { profileNotFound } from "../datasources/accounts/profile-rules.js";
import { Refusal } from "../datasources/core/refusal.js";
import { SignUpInput } from "../schema/account.input.js";
import { RefreshInput, SelectProfileInput, SignInInput } from "../schema/session.input.js";
import { SessionPayload, Viewer } from "../schema/viewer.type.js";
import {
  audienceClaims,
  openSession,
  prolongSession,
  tenantOfRefreshToken,
  type Session,
} from "./request/sessions.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { Context } from "./request/context.js";
import { type Identity } from "./request/identity.js";
import { inputId } from "./request/global-id.js";
import { checkedEmail, tenantsOfEmail } from "./addresses.js";
import { checkLeaving } from "./parental.js";
import { checkedPassword, whoseIs } from "./password-check.js";
import { payload } from "./payload.js";
import { signedIn } from "./permissions-gate.js";
import { toViewer } from "./profile.value.js";
import { Cost } from "../schema/cost.js";

@Resolver()
export class SessionResolver {
  @Query(() => Viewer, { nullable: true, description: "Who is signed in; null for a visitor." })
  async viewer(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const viewer = await ctx.viewer(info.path);
    return viewer && toViewer(ctx, viewer);
  }

  @Cost(1000)
  @Mutation(() => SessionPayload, {
    nullable: true,
    description:
      "Signs in with e-mail and password. The tenant is that of the request; where the request names none and the tenant by default has no account of this address, the one that the address's domain begins with (`viewer@lumen.example`).",
  })
  async signIn(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SignInInput, { description: "Who." }) { email, password }: SignInInput,
  ) {
    return payload<SessionPayload>({}, async () => {
      const whose = await whoseIs(ctx, info.path, await tenantsOfEmail(ctx, email), { email, password });
      if (!whose || whose.firstProfileId === null) {
        throw new Refusal("password", "BAD_CREDENTIALS", "E-mail and password do not belong together.");
      }
      const { tenant, accountId, firstProfileId, passwordHash } = whose;
      return begin(ctx, info, tenant, newcomer(tenant, accountId, firstProfileId), passwordHash);
    });
  }

  @Cost(1000)
  @Mutation(() => SessionPayload, {
    nullable: true,
    description:
      "Makes an account with a first profile and signs it in; its address is mailed what `verifyEmail` takes. The tenant is that of the request, else the one by default: `signIn` looks there first. An address that has an account already is refused, which says that it has one: only a message to the address could keep that secret, so few are answered a minute: the others are refused with TOO_MANY_GUESSES.",
  })
  signUp(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SignUpInput, { description: "Who." }) input: SignUpInput,
  ) {
    const { tenant } = ctx;
    return payload<SessionPayload>({}, async () => {
      const email = checkedEmail(input.email);
      const password = await checkedPassword("password", input.password, email);
      await checkSignUps(ctx);
      ctx.lifetime?.standAside();
      const { accountId, profileId } = await ctx.gateway.stores.profiles.signUp(tenant, {
        email,
        passwordHash: await ctx.gateway.passwords.hash(tenant, password, ctx.request.signal),
        country: ctx.requestCountry ?? input.country ?? tenant.defaultCountry,
        language: input.language ?? ctx.work.language,
        token: ctx.gateway.mail?.tokens.mint(tenant) ?? null,
        consentText: ctx.gateway.consentText,
        favouriteGenres: input.favouriteGenres ?? null,
        profileName: input.name ?? email.slice(0, email.indexOf("@")).slice(0, 40),
      });
      await ctx.gateway.guesses.welcome({
        tenant: tenant.slug,
        account: accountId,
        address: ctx.work.address,
      });
      return begin(ctx, info, tenant, newcomer(tenant, accountId, profileId));
    });
  }

  @Cost(1000)
  @Mutation(() => SessionPayload, {
    nullable: true,
    description:
      "Goes on as another profile of the account, with a token for it. From a kids profile it takes the account's `password` or a parent's `pin`, else the answer is PASSWORD_REQUIRED; so does a profile with a PIN, else it is PIN_REQUIRED.",
  })
  selectProfile(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SelectProfileInput, { description: "Which." }) input: SelectProfileInput,
  ) {
    return payload<SessionPayload>({}, async () => {
      const { identity, ...viewer } = await signedIn(ctx, info.path);
      const wanted = inputId(ctx.tenant, "Profile", input.profile, "profile");
      const target = viewer.profiles.find(({ id }) => id === wanted);
      if (!target) throw profileNotFound();
      await checkLeaving(ctx, info.path, viewer, target, input);
      return begin(ctx, info, ctx.tenant, { ...identity, profile: wanted });
    });
  }

  @Mutation(() => SessionPayload, {
    nullable: true,
    description:
      "A new pair of tokens for a refresh token, which is used up. For ten seconds it is answered the same pair again, to whoever lost the answer or asked twice at once; after that its use ends the sessions of its device. The roles are those the account has now.",
  })
  refreshSession(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => RefreshInput, { description: "Which session." }) input: RefreshInput,
  ) {
    return payload<SessionPayload>({}, async () => {
      const slug = tenantOfRefreshToken(input.refreshToken);
      const meant = slug !== null && (ctx.namedTenant ?? slug) === slug;
      const tenant = meant ? await ctx.gateway.stores.tenants.bySlug(slug) : null;
      const { sessions } = ctx.gateway.stores;
      const prolonged = tenant && (await prolongSession(sessions, tenant, input.refreshToken, ctx.seenFrom));
      if (prolonged) return goOn(ctx, info, tenant, prolonged);
      const message = "This session has ended, or its token was used before. Sign in again.";
      throw new Refusal("refreshToken", "SESSION_ENDED", message);
    });
  }
}

/** @throws Refusal TOO_MANY_GUESSES. */
async function checkSignUps({ gateway, tenant, work }: Context): Promise<void> {
  if (await gateway.guesses.maySignUp(tenant.slug, work.address)) return;
  throw new Refusal(null, "TOO_MANY_GUESSES", "Too many accounts were asked for. Wait a minute.");
}

function newcomer(tenant: Tenant, account: string, profile: string): Identity {
  return { tenant: tenant.slug, account, profile, session: null, roles: null };
}

/** Opens a session for an identity, which the request speaks for from here on. */
async function begin(
  ctx: Context,
  info: GraphQLResolveInfo,
  tenant: Tenant,
  identity: Identity,
  passwordHash?: string,
) {
  const from = { ...ctx.seenFrom, ...(passwordHash !== undefined && { passwordHash }) };
  const opened = await openSession(ctx.gateway.stores.sessions, tenant, identity, from);
  if (!opened) throw profileGone();
  return goOn(ctx, info, tenant, opened);
}

/** Tokens and viewer of a session. */
async function goOn(ctx: Context, info: GraphQLResolveInfo, tenant: Tenant, session: Session) {
  const { identity, refreshToken, at } = session;
  ctx.becomes(tenant, identity);
  const viewer = await ctx.viewer(info.path);
  if (!viewer) throw profileGone();
  const audience = audienceClaims(viewer);
  const operator = ctx.rolesOf(viewer).includes("OPERATOR");
  const { accessToken, expiresAt } = await ctx.gateway.tokens.issue(
    { ...identity, audience, operator },
    { at },
  );
  return { accessToken, refreshToken, expiresAt, viewer: toViewer(ctx, viewer) };
}

function profileGone() {
  return new Refusal(null, "PROFILE_NOT_FOUND", "The profile or the session is gone. Sign in again.");
}
