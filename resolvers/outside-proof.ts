import { type AccountRecord } from "../datasources/accounts/accounts.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Context } from "./request/context.js";

/** For how long a sign-in at an identity provider shows who asks, and how far its clock may go before ours. Milliseconds. */
const FRESH_MS = 5 * 60_000;
const SKEW_MS = 10_000;

/** What is said to somebody whose account has no password, where one is asked for. */
export const SIGN_IN_AGAIN =
  "This account has no password: an identity provider signs it in. Accepted in its place: a token of the provider, of a sign-in within the last five minutes. Sign in there again.";

/**
 * Whether the request's token is an identity provider's and of a sign-in just now: what shows the owner of an account that
 * has no password. Tokens of ours say nothing of that, those that came of such a one either: a child may hold them.
 */
export function isJustSignedIn({ identity }: Context): boolean {
  if (!identity?.provenAt) return false;
  const age = Date.now() - identity.provenAt.getTime();
  return age >= -SKEW_MS && age <= FRESH_MS;
}

/** Whether an identity provider signs the account in that asks. A store call, unless the request's token is the provider's. */
export async function isOutside(
  ctx: Context,
  path: FieldPath,
  { id }: Pick<AccountRecord, "id">,
): Promise<boolean> {
  return ctx.identity?.provenAt !== undefined || ctx.gateway.stores.outsideAccounts.has(ctx.on(path), id);
}
