import { type AccountRecord, type Credentials } from "../datasources/accounts/accounts.js";
import { Refusal } from "../datasources/core/refusal.js";
import { type FieldPath, type StoreRequest } from "../datasources/core/store-request.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { isCommonPassword } from "../packages/passwords/index.js";
import { type Context } from "./request/context.js";

/** Characters that a password may have. */
const LENGTH = { least: 8, most: 200 };

/**
 * Whose address and password these are, as far as one may be tried now; null where they do not belong together. What is
 * done for an address that nobody has is the same.
 *
 * @throws Refusal TOO_MANY_GUESSES, SIGN_IN_BUSY.
 */
export async function whoseIs(
  ctx: Context,
  request: StoreRequest,
  email: string,
  password: string,
): Promise<Credentials | null> {
  const { tenant, signal } = request;
  const { guesses, passwords } = ctx.gateway;
  // One round trip.
  const [account, mixed] = await Promise.all([
    ctx.accounts.credentials(request, email),
    ctx.accounts.hasOldPasswords(request),
  ]);
  const familiar = account !== null && ctx.identity?.account === account.accountId;
  const name = account?.accountId ?? email.trim().toLowerCase();
  const guess = await guesses.admit({
    tenant: tenant.slug,
    account: name,
    address: ctx.work.address,
    familiar,
  });
  if (!guess)
    throw new Refusal("password", "TOO_MANY_GUESSES", "Too many passwords were tried. Wait a minute.");
  ctx.lifetime?.standAside();
  const stored = account?.passwordHash ?? null;
  const trying = passwords.verify(tenant, password, { stored, mixed }, signal);
  const { right, upgraded } = await trying.catch(async (error: unknown) => {
    await guess.notTried();
    throw error;
  });
  if (!account || !right) {
    await noteFailure(ctx, request.tenant, account?.accountId);
    return null;
  }
  await guess.right();
  if (upgraded === null) return account;
  await ctx.accounts.upgradePassword(tenant, account.accountId, account.passwordHash, upgraded);
  return { ...account, passwordHash: upgraded };
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
  const whose = await whoseIs(ctx, ctx.on(path), account.email, password);
  if (whose?.accountId === account.id) return whose.passwordHash;
  throw new Refusal(field, "BAD_CREDENTIALS", "This is not the account's password.");
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
