import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Query, Resolver } from "type-graphql";

import { email as emailRule } from "../datasources/core/field-rules.js";
import { tidyAddress } from "../packages/names/index.js";
import { type ViewerRecord } from "../datasources/accounts/accounts.js";
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
import { type StoreRequest } from "../datasources/core/store-request.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { Context } from "./request/context.js";
import { type Identity } from "./request/identity.js";
import { inputId } from "./request/global-id.js";
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
      "Signs in with e-mail and password. The tenant is that of the request, or the one that the address's domain names (`viewer@lumen.example`).",
  })
  async signIn(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SignInInput, { description: "Who." }) { email, password }: SignInInput,
  ) {
    const tenant = ctx.namedTenant === null ? await tenantOfEmail(ctx, email) : ctx.tenant;
    const request = { ...ctx.on(info.path), tenant };
    const account = await ctx.accounts.credentials(request, email);
    return payload<SessionPayload>({}, async () => {
      const known = await isPassword(
        ctx,
        request,
        account?.accountId ?? email.trim(),
        password,
        account?.passwordHash,
      );
      if (!account || !known || account.firstProfileId === null) {
        throw new Refusal("password", "BAD_CREDENTIALS", "E-mail and password do not belong together.");
      }
      return begin(ctx, info, tenant, newcomer(tenant, account.accountId, account.firstProfileId));
    });
  }

  @Cost(1000)
  @Mutation(() => SessionPayload, {
    nullable: true,
    description:
      "Makes an account with a first profile and signs it in. The tenant is that of the request. An address that has an account already is refused, which says that it has one: only a message to the address could keep that secret.",
  })
  signUp(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SignUpInput, { description: "Who." }) input: SignUpInput,
  ) {
    const { tenant } = ctx;
    return payload<SessionPayload>({}, async () => {
      const email = checkedEmail(input.email);
      const password = checkedPassword(input.password);
      ctx.lifetime?.standAside();
      const { accountId, profileId } = await ctx.gateway.stores.profiles.signUp(tenant, {
        email,
        passwordHash: await ctx.gateway.passwords.hash(tenant, password, ctx.request.signal),
        country: ctx.requestCountry ?? input.country ?? tenant.defaultCountry,
        profileName: input.name ?? email.slice(0, email.indexOf("@")).slice(0, 40),
      });
      return begin(ctx, info, tenant, newcomer(tenant, accountId, profileId));
    });
  }

  @Cost(1000)
  @Mutation(() => SessionPayload, {
    nullable: true,
    description:
      "Goes on as another profile of the account, with a token for it. From a kids profile it takes the account's `password`; without it the answer is PASSWORD_REQUIRED.",
  })
  selectProfile(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SelectProfileInput, { description: "Which." }) input: SelectProfileInput,
  ) {
    return payload<SessionPayload>({}, async () => {
      const { identity, ...viewer } = await signedIn(ctx, info.path);
      const wanted = inputId(ctx.tenant, "Profile", input.profile, "profile");
      if (!viewer.profiles.some(({ id }) => id === wanted)) throw profileNotFound();
      if (viewer.profile.id !== wanted) await checkLeaving(ctx, info, viewer, input.password);
      return begin(ctx, info, ctx.tenant, { ...identity, profile: wanted });
    });
  }

  @Mutation(() => SessionPayload, {
    nullable: true,
    description:
      "A new pair of tokens for a refresh token, which is used up. The roles are those the account has now.",
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
      const prolonged = tenant && (await prolongSession(ctx.accounts, tenant, input.refreshToken));
      if (prolonged) return goOn(ctx, info, tenant, prolonged);
      const message = "This session has ended or was prolonged already. Sign in again.";
      throw new Refusal("refreshToken", "SESSION_ENDED", message);
    });
  }
}

function newcomer(tenant: Tenant, account: string, profile: string): Identity {
  return { tenant: tenant.slug, account, profile, session: null, roles: null };
}

/** Opens a session for an identity, which the request speaks for from here on. */
async function begin(ctx: Context, info: GraphQLResolveInfo, tenant: Tenant, identity: Identity) {
  const opened = await openSession(ctx.accounts, tenant, identity);
  if (!opened) throw profileGone();
  return goOn(ctx, info, tenant, opened);
}

/** Tokens and viewer of a session. */
async function goOn(ctx: Context, info: GraphQLResolveInfo, tenant: Tenant, session: Session) {
  const { identity, refreshToken } = session;
  ctx.becomes(tenant, identity);
  const viewer = await ctx.viewer(info.path);
  if (!viewer) throw profileGone();
  const audience = audienceClaims(viewer);
  const operator = ctx.rolesOf(viewer).includes("OPERATOR");
  const { accessToken, expiresAt } = await ctx.gateway.tokens.issue({ ...identity, audience, operator });
  return { accessToken, refreshToken, expiresAt, viewer: toViewer(ctx, viewer) };
}

function profileGone() {
  return new Refusal(null, "PROFILE_NOT_FOUND", "The profile or the session is gone. Sign in again.");
}

/** A child goes on as somebody else with the password of those who pay. @throws Refusal PASSWORD_REQUIRED, BAD_CREDENTIALS. */
async function checkLeaving(
  ctx: Context,
  info: GraphQLResolveInfo,
  { account, profile }: ViewerRecord,
  password: string | null | undefined,
): Promise<void> {
  if (profile.kind !== "KIDS" || !account) return;
  if (password == null) {
    throw new Refusal(
      "password",
      "PASSWORD_REQUIRED",
      "Going on as another profile than a kids profile takes the account's password.",
    );
  }
  const request = ctx.on(info.path);
  const known = await ctx.accounts.credentials(request, account.email);
  if (await isPassword(ctx, request, account.id, password, known?.passwordHash)) return;
  throw new Refusal("password", "BAD_CREDENTIALS", "This is not the account's password.");
}

/**
 * Whether a password is an account's, as far as one may be tried now.
 *
 * @param account its id; where there is none, what was sent in its place, and no hash.
 * @throws Refusal TOO_MANY_GUESSES, SIGN_IN_BUSY.
 */
async function isPassword(
  ctx: Context,
  { tenant, signal }: StoreRequest,
  account: string,
  password: string,
  hash: string | undefined,
): Promise<boolean> {
  const { guesses, passwords } = ctx.gateway;
  const guess = { tenant: tenant.slug, account, address: ctx.work.address };
  if (!(await guesses.admit(guess)))
    throw new Refusal("password", "TOO_MANY_GUESSES", "Too many passwords were tried. Wait a minute.");
  ctx.lifetime?.standAside();
  const trying = passwords.verify(tenant, password, hash ?? null, signal);
  const known = await trying.catch(async (error: unknown) => {
    await guesses.notTried(guess);
    throw error;
  });
  if (known) await guesses.right(guess);
  return known;
}

/** An address without what surrounds it. @throws Refusal INVALID_EMAIL. */
function checkedEmail(email: string): string {
  const checked = emailRule.safeParse(email);
  if (checked.success) return checked.data;
  const [problem] = checked.error.issues;
  throw new Refusal("email", "INVALID_EMAIL", `This is no e-mail address. Accepted: ${problem?.message}.`);
}

/** @throws Refusal INVALID_PASSWORD. */
function checkedPassword(password: string): string {
  const { length } = [...password];
  if (length >= 8 && length <= 200) return password;
  throw new Refusal("password", "INVALID_PASSWORD", "A password has 8 to 200 characters.");
}

/** The tenant that an address's domain begins with, else the request's own. */
async function tenantOfEmail(ctx: Context, email: string) {
  const slug = /@([a-z][a-z0-9-]*)\./i.exec(tidyAddress(email))?.[1]?.toLowerCase();
  return (slug && (await ctx.gateway.stores.tenants.bySlug(slug))) || ctx.tenant;
}
