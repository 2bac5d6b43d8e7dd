import { createHash } from "node:crypto";

import { type AccountRecord, type Credentials } from "../datasources/accounts/accounts.js";
import { Refusal } from "../datasources/core/refusal.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { isCommonPassword } from "../packages/passwords/index.js";
import { tidyAddress } from "../packages/names/index.js";
import { isJustSignedIn, isOutside, SIGN_IN_AGAIN } from "./outside-proof.js";
import { type Context } from "./request/context.js";
import { type AdmittedGuess, type Attempt, type Guess } from "./request/sign-in-guesses.js";

/** Characters that a password may have. */
const LENGTH = { least: 8, most: 200 };

/** Whose address and password were sent. */
export interface Owner extends Credentials {
  tenant: Tenant;
}

/** What is known of an address at a tenant. */
interface LookedUp {
  tenant: Tenant;
  account: Credentials | null;
  /** Whether passwords are stored there as they were hashed before. */
  mixed: boolean;
}

/**
 * Whose address and password these are, as far as one may be tried now; null where they do not belong together. What is
 * done for an address that nobody has is the same.
 *
 * @param tenants where its account may be: the first that has one is it.
 * @throws Refusal TOO_MANY_GUESSES, SIGN_IN_BUSY.
 */
export async function whoseIs(
  ctx: Context,
  path: FieldPath,
  tenants: readonly [Tenant, ...Tenant[]],
  { email, password }: { email: string; password: string },
): Promise<Owner | null> {
  const { passwords, guesses } = ctx.gateway;
  const attempt = attemptOf(ctx, tenants, email);
  if (await guesses.refuses(attempt)) throw tooMany();
  const places = await lookUp(ctx, path, tenants, email);
  const [{ tenant, account }] = places;
  const guess = await admitted(ctx, places, attempt);
  ctx.lifetime?.standAside();
  const stored = account?.passwordHash ?? null;
  const mixed = places.some((place) => place.mixed);
  const trying = passwords.verify(tenant, password, { stored, mixed }, ctx.request.signal);
  const { right, upgraded } = await trying.catch(async (error: unknown) => {
    await guess.notTried();
    throw error;
  });
  if (!account || !right) {
    await noteFailure(ctx, tenant, account?.accountId);
    return null;
  }
  await guess.right();
  if (upgraded === null) return { ...account, tenant };
  if (await ctx.accounts.upgradePassword(tenant, account.accountId, account.passwordHash, upgraded))
    return { ...account, tenant, passwordHash: upgraded };
  return stillOwner(ctx, path, { ...account, tenant }, { email, password });
}

/**
 * The owner of a right password whose hash was replaced meanwhile: by another sign-in that has upgraded it as well, and then
 * it is right still; or because it was changed.
 */
async function stillOwner(
  ctx: Context,
  path: FieldPath,
  { tenant, accountId }: Owner,
  { email, password }: { email: string; password: string },
): Promise<Owner | null> {
  const account = await ctx.accounts.credentials({ ...ctx.on(path), tenant }, email);
  if (account?.accountId !== accountId) return null;
  const tried = { stored: account.passwordHash, mixed: false };
  const { right } = await ctx.gateway.passwords.verify(tenant, password, tried, ctx.request.signal);
  return right ? { ...account, tenant } : null;
}

/** What tenants know of an address, in one round trip; the one that has its account first. */
async function lookUp(
  ctx: Context,
  path: FieldPath,
  tenants: readonly [Tenant, ...Tenant[]],
  email: string,
): Promise<[LookedUp, ...LookedUp[]]> {
  const at = async (tenant: Tenant) => {
    const request = { ...ctx.on(path), tenant };
    const [account, mixed] = await Promise.all([
      ctx.accounts.credentials(request, email),
      ctx.accounts.hasOldPasswords(request),
    ]);
    return { tenant, account, mixed };
  };
  const [first, ...others] = tenants;
  const [known, ...more] = await Promise.all([at(first), ...others.map(at)]);
  const owner = [known, ...more].find(({ account }) => account !== null) ?? known;
  return [owner, ...[known, ...more].filter((place) => place !== owner)];
}

/**
 * Has a password be tried, where one may be. It counts at every tenant that was asked, so that a refusal does not tell
 * which has the account; from an address that its owner is known by, at the owner's alone.
 *
 * @throws Refusal TOO_MANY_GUESSES.
 */
async function admitted(
  ctx: Context,
  places: readonly [LookedUp, ...LookedUp[]],
  attempt: Attempt,
): Promise<Pick<AdmittedGuess, "right" | "notTried">> {
  const [first, ...more] = places;
  const all = [guessOf(attempt, first), ...more.map((place) => guessOf(attempt, place))] as const;
  const guesses: AdmittedGuess[] = [];
  const notTried = async (of: readonly AdmittedGuess[]) => {
    await Promise.all(of.map((guess) => guess.notTried()));
  };
  for (const each of all) {
    const guess = await ctx.gateway.guesses.admit(each);
    if (!guess) {
      ctx.gateway.guesses.noteRefused(attempt, all);
      await notTried(guesses);
      throw tooMany();
    }
    guesses.push(guess);
    if (guess.familiar) break;
  }
  const [owner, ...others] = guesses;
  return {
    right: async () => void (await Promise.all([owner?.right(), notTried(others)])),
    notTried: () => notTried(guesses),
  };
}

function tooMany(): Refusal {
  return new Refusal("password", "TOO_MANY_GUESSES", "Too many passwords were tried. Wait a minute.");
}

function attemptOf({ identity, work }: Context, tenants: readonly Tenant[], email: string): Attempt {
  return { tenants: tenants.map(({ slug }) => slug), email, address: work.address, identity };
}

/** A token tells who asks at the tenant that it is of alone. */
function guessOf({ identity, email, address }: Attempt, { tenant: { slug }, account }: LookedUp): Guess {
  const familiar = account !== null && identity?.account === account.accountId && identity.tenant === slug;
  const name = account?.accountId ?? nobodys(email);
  return { tenant: slug, account: name, address, familiar };
}

/** What an address that nobody has is counted by: as long as an account's id, however long what was sent is. */
function nobodys(email: string): string {
  return createHash("sha256").update(tidyAddress(email).toLowerCase()).digest("base64url");
}

/** Notes that a wrong password was tried, or one for an address that nobody has: not which. */
async function noteFailure(ctx: Context, tenant: Tenant, account: string | undefined): Promise<void> {
  const subject = account === undefined ? null : { account };
  const act = { act: "SIGN_IN", actor: "visitor", subject, outcome: "FAILED" } as const;
  await ctx.gateway.stores.audit.record(tenant, act);
}

/**
 * Asks for the password of the signed-in account once more.
 *
 * @param field the input field that it was sent in.
 * @returns its hash, as it is kept now.
 * @throws Refusal BAD_CREDENTIALS, TOO_MANY_GUESSES, SIGN_IN_BUSY.
 */
export async function checkPassword(
  ctx: Context,
  path: FieldPath,
  account: Pick<AccountRecord, "id" | "email">,
  field: string,
  password: string,
): Promise<string> {
  const whose = await whoseIs(ctx, path, [ctx.tenant], { email: account.email, password });
  if (whose?.accountId === account.id) return whose.passwordHash;
  const outside = "This account has no password: an identity provider has that, and its address.";
  const wrong = (await isOutside(ctx, path, account)) ? outside : "This is not the account's password.";
  throw new Refusal(field, "BAD_CREDENTIALS", wrong);
}

/**
 * Asks for what shows the owner of the signed-in account: its password, or where an identity provider signs it in, that it
 * did so just now.
 *
 * @param missing what is said where no password was sent.
 * @throws Refusal PASSWORD_REQUIRED or what is said else, BAD_CREDENTIALS, TOO_MANY_GUESSES, SIGN_IN_BUSY.
 */
export async function checkOwner(
  ctx: Context,
  path: FieldPath,
  account: Pick<AccountRecord, "id" | "email">,
  password: string | null | undefined,
  missing = new Refusal("password", "PASSWORD_REQUIRED", "This takes the account's password."),
): Promise<void> {
  if (isJustSignedIn(ctx)) return;
  const none = password == null;
  // First: whoever has no password is not to have guessed one.
  if (await isOutside(ctx, path, account)) {
    if (!none) throw new Refusal("password", "BAD_CREDENTIALS", SIGN_IN_AGAIN);
    throw new Refusal(missing.field, missing.code, `${missing.message} ${SIGN_IN_AGAIN}`);
  }
  if (none) throw missing;
  await checkPassword(ctx, path, account, "password", password);
}

/**
 * A new password that may be had.
 *
 * @param field the input field that it was sent in.
 * @throws Refusal INVALID_PASSWORD, COMMON_PASSWORD.
 */
export async function checkedPassword(field: string, password: string, email: string): Promise<string> {
  const { length } = [...password];
  if (length < LENGTH.least || length > LENGTH.most) {
    const accepted = `A password has ${LENGTH.least} to ${LENGTH.most} characters.`;
    throw new Refusal(field, "INVALID_PASSWORD", accepted);
  }
  if (isAddress(password, email) || (await isCommonPassword(password))) {
    const accepted =
      "Many have this password, or it is the address. Accepted: one that is not easily guessed.";
    throw new Refusal(field, "COMMON_PASSWORD", accepted);
  }
  return password;
}

function isAddress(password: string, email: string): boolean {
  const [tried, address] = [password.toLowerCase(), email.toLowerCase()];
  return tried === address || tried === address.slice(0, address.indexOf("@"));
}
