import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";

import { tokenInvalid } from "../datasources/accounts/profile-rules.js";
import { type Limit } from "../datasources/budgets/limits.js";
import { Refusal } from "../datasources/core/refusal.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { Cost } from "../schema/cost.js";
import {
  ChangeCountryInput,
  ChangeEmailInput,
  ChangePasswordInput,
  RequestPasswordResetInput,
  ResetPasswordInput,
  VerifyEmailInput,
} from "../schema/credentials.input.js";
import {
  ChangeCountryPayload,
  ChangePasswordPayload,
  MailPayload,
  ResetPasswordPayload,
  VerifyEmailPayload,
} from "../schema/credentials.type.js";
import { checkedEmail, tenantsOfEmail, tenantWithAccount } from "./addresses.js";
import { checkedPassword, checkOwner, checkPassword } from "./password-check.js";
import { payload } from "./payload.js";
import { owner } from "./permissions-gate.js";
import { Context, type Mailing } from "./request/context.js";
import { hashOfToken } from "./request/mail-tokens.js";
import { tenantOfRefreshToken } from "./request/sessions.js";

@Resolver()
export class CredentialsResolver {
  @Cost(1000)
  @Mutation(() => ChangePasswordPayload, {
    nullable: true,
    description: "Changes the account's password. Every other session of the account ends.",
  })
  changePassword(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => ChangePasswordInput, { description: "Which." }) input: ChangePasswordInput,
  ) {
    return payload<ChangePasswordPayload>({ changed: false }, async () => {
      const { account } = await owner(ctx, info.path);
      const wanted = await checkedPassword("newPassword", input.newPassword, account.email);
      const from = await checkPassword(ctx, info.path, account, "currentPassword", input.currentPassword);
      const to = await ctx.gateway.passwords.hash(ctx.tenant, wanted, ctx.request.signal);
      const session = ctx.identity?.session ?? null;
      const change = { accountId: account.id, session, from, to, told: ctx.gateway.mail !== null };
      if (await ctx.gateway.stores.accountCredentials.changePassword(ctx.tenant, change))
        return { changed: true };
      throw new Refusal("currentPassword", "BAD_CREDENTIALS", "The password was changed just now.");
    });
  }

  @Cost(100)
  @Mutation(() => MailPayload, {
    nullable: true,
    description:
      "Mails the account of an address what `resetPassword` takes. Whether there is such an account is not told. The tenant is that of `signIn`.",
  })
  requestPasswordReset(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => RequestPasswordResetInput, { description: "Whose." })
    input: RequestPasswordResetInput,
  ) {
    return payload<MailPayload>({ requested: false }, async () => {
      const email = checkedEmail(input.email);
      const tenants = await tenantsOfEmail(ctx, email);
      const { tokens } = await mailing(ctx, tenants, email);
      const tenant = await tenantWithAccount(ctx, info.path, tenants, email);
      const mail = { kind: "RESET" as const, email, accountId: null, language: ctx.work.language };
      // What is done is the same for any address.
      await ctx.gateway.stores.mails.put(tenant, { ...mail, token: tokens.mint(tenant) });
      return { requested: true };
    });
  }

  @Cost(1000)
  @Mutation(() => ResetPasswordPayload, {
    nullable: true,
    description:
      "Sets the password of the account that a mail was sent to, by what the mail brought, which is used up. Every session of the account ends. Whoever has tried too many passwords elsewhere does not keep out who signs in from the same place then.",
  })
  resetPassword(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => ResetPasswordInput, { description: "By what, and which." }) input: ResetPasswordInput,
  ) {
    return payload<ResetPasswordPayload>({ changed: false }, async () => {
      const { accountCredentials } = ctx.gateway.stores;
      const tenant = await tenantOfToken(ctx, input.token);
      const hash = hashOfToken(input.token);
      const email = await accountCredentials.addressOfToken({ ...ctx.on(info.path), tenant }, "RESET", hash);
      if (email === null) throw tokenInvalid();
      const wanted = await checkedPassword("newPassword", input.newPassword, email);
      ctx.lifetime?.standAside();
      const to = await ctx.gateway.passwords.hash(tenant, wanted, ctx.request.signal);
      const accountId = await accountCredentials.resetPassword(tenant, hash, to);
      await welcome(ctx, tenant, accountId);
      return { changed: true };
    });
  }

  @Mutation(() => VerifyEmailPayload, {
    nullable: true,
    description:
      "Verifies an address by what a mail to it brought, which is used up. An address that is to replace another does so now.",
  })
  verifyEmail(
    @Ctx() ctx: Context,
    @Arg("input", () => VerifyEmailInput, { description: "By what." }) { token }: VerifyEmailInput,
  ) {
    return payload<VerifyEmailPayload>({ verified: false }, async () => {
      const tenant = await tenantOfToken(ctx, token);
      const { accountCredentials } = ctx.gateway.stores;
      await welcome(ctx, tenant, await accountCredentials.verifyEmail(tenant, hashOfToken(token)));
      // Who asks may be whose address it is.
      ctx.becomes(ctx.tenant, ctx.identity);
      return { verified: true };
    });
  }

  @Cost(100)
  @Mutation(() => MailPayload, {
    nullable: true,
    description:
      "Mails the account's address what `verifyEmail` takes. Earlier mails for it bring nothing any more.",
  })
  requestEmailVerification(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return payload<MailPayload>({ requested: false }, async () => {
      const { account } = await owner(ctx, info.path);
      return verify(ctx, account.id, account.email);
    });
  }

  @Cost(1000)
  @Mutation(() => MailPayload, {
    nullable: true,
    description:
      "Mails another address what `verifyEmail` takes; the account has it from then on. The address that it has now is told.",
  })
  changeEmail(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => ChangeEmailInput, { description: "Which." }) input: ChangeEmailInput,
  ) {
    return payload<MailPayload>({ requested: false }, async () => {
      const { account } = await owner(ctx, info.path);
      const email = checkedEmail(input.email);
      await checkPassword(ctx, info.path, account, "password", input.password);
      return verify(ctx, account.id, email);
    });
  }

  @Cost(1000)
  @Mutation(() => ChangeCountryPayload, {
    nullable: true,
    description:
      "Changes where the account lives, whose titles it may meet from then on: with its password, twice in thirty days at most.",
  })
  changeCountry(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => ChangeCountryInput, { description: "Which." }) input: ChangeCountryInput,
  ) {
    return payload<ChangeCountryPayload>({ changed: false }, async () => {
      const { account } = await owner(ctx, info.path);
      const { country, password } = input;
      checkWhere(ctx, country);
      await checkOwner(ctx, info.path, account, password);
      if (country === account.country) return { changed: true };
      if (!(await ctx.gateway.countryChanges.take(`${ctx.tenant.slug} ${account.id}`)))
        throw new Refusal("country", "TOO_MANY_CHANGES", "The country was changed twice within thirty days.");
      await ctx.gateway.stores.accountCredentials.changeCountry(ctx.tenant, account.id, country);
      // What was loaded before knows the account as it was.
      ctx.becomes(ctx.tenant, ctx.identity);
      return { changed: true };
    });
  }
}

/** Nobody moves to where they are known not to be. @throws Refusal INVALID. */
function checkWhere({ requestCountry }: Context, country: string): void {
  if (requestCountry === null || requestCountry === country) return;
  throw new Refusal("country", "INVALID", `This request comes from ${requestCountry}. Accepted: that.`);
}

/** Whoever shows what was mailed to an account is its owner: nobody's guesses keep them out from where they are. */
function welcome(ctx: Context, { slug }: Tenant, account: string): Promise<void> {
  return ctx.gateway.guesses.welcome({ tenant: slug, account, address: ctx.work.address });
}

/** Has an address verified that is an account's, or is to be. */
async function verify(ctx: Context, accountId: string, email: string) {
  const { tenant } = ctx;
  const { tokens } = await mailing(ctx, [tenant], email);
  const change = { accountId, email, token: tokens.mint(tenant), language: ctx.work.language };
  await ctx.gateway.stores.accountCredentials.changeEmail(tenant, change);
  return { requested: true };
}

/**
 * What a mail to an address takes, where one may be asked for now.
 *
 * @param tenants where its account may be: at each it counts, so that a refusal does not tell which has it.
 * @throws Refusal MAIL_UNAVAILABLE, TOO_MANY_MAILS.
 */
async function mailing(ctx: Context, tenants: readonly Tenant[], email: string): Promise<Mailing> {
  const { mail } = ctx.gateway;
  if (!mail) throw new Refusal(null, "MAIL_UNAVAILABLE", "This deployment sends no mails.");
  const to = tenants.map(({ slug }) => `${slug} ${email.toLowerCase()}`);
  if ((await mail.by.take(ctx.work.address)) && (await allTaken(mail.to, to))) return mail;
  throw new Refusal(null, "TOO_MANY_MAILS", "Too many mails were asked for. Wait an hour.");
}

async function allTaken(limit: Limit, holders: readonly string[]): Promise<boolean> {
  const taken = await Promise.all(holders.map((holder) => limit.take(holder)));
  return taken.every(Boolean);
}

/** The tenant that a token of a mail is of. @throws Refusal TOKEN_INVALID. */
async function tenantOfToken(ctx: Context, token: string): Promise<Tenant> {
  const slug = tenantOfRefreshToken(token);
  const meant = slug !== null && (ctx.namedTenant ?? slug) === slug;
  const tenant = meant ? await ctx.gateway.stores.tenants.bySlug(slug) : null;
  if (!tenant) throw tokenInvalid();
  return tenant;
}
