import {
  type AccountRecord,
  type ProfilePin,
  type ProfileRecord,
  type ViewerRecord,
} from "../datasources/accounts/accounts.js";
import { Refusal } from "../datasources/core/refusal.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { isJustSignedIn } from "./outside-proof.js";
import { checkOwner } from "./password-check.js";
import { type Context } from "./request/context.js";

/** What shows that a parent asks: the account's password, or a PIN. A token of a provider may show it as well. */
export interface Proof {
  password?: string | null;
  pin?: string | null;
}

const PIN = /^\d{4,8}$/;

/** A PIN that may be had. @throws Refusal INVALID_PIN. */
export function checkedPin(pin: string): string {
  if (PIN.test(pin)) return pin;
  throw new Refusal("newPin", "INVALID_PIN", "A PIN has 4 to 8 digits.");
}

/**
 * Lets a profile go on as another: a child with what shows a parent, and as a profile with a PIN whoever knows it.
 *
 * @throws Refusal PASSWORD_REQUIRED, PIN_REQUIRED, BAD_CREDENTIALS, BAD_PIN, TOO_MANY_GUESSES, SIGN_IN_BUSY.
 */
export async function checkLeaving(
  ctx: Context,
  path: FieldPath,
  { account, profile }: ViewerRecord,
  target: ProfileRecord,
  proof: Proof,
): Promise<void> {
  const child = profile.kind === "KIDS";
  if (!account || profile.id === target.id || !(child || target.hasPin)) return;
  const own = target.hasPin && !(child && target.kind === "KIDS");
  const parents = isParents(target.maturityLimit);
  const opens = (pin: ProfilePin) => (own ? pin.profileId === target.id : parents(pin));
  const missing = child ? PASSWORD_REQUIRED : PIN_REQUIRED;
  await checkProof(ctx, path, account, proof, opens, missing);
}

/**
 * Asks for what shows a parent, before something that a child is limited by is changed.
 *
 * @param limit what is granted, or what the profile that is changed may meet, whichever is more. Age in years.
 * @throws Refusal PASSWORD_REQUIRED, BAD_CREDENTIALS, BAD_PIN, TOO_MANY_GUESSES, SIGN_IN_BUSY.
 */
export async function checkParent(
  ctx: Context,
  path: FieldPath,
  account: AccountRecord,
  proof: Proof,
  limit: number,
): Promise<void> {
  await checkProof(ctx, path, account, proof, isParents(limit), PASSWORD_REQUIRED);
}

/**
 * Tells which PINs are a parent's to whoever is limited to an age: a profile that may meet less is no child's, and would
 * lift its own limit by its own PIN.
 */
function isParents(limit: number): (pin: ProfilePin) => boolean {
  return ({ kind, maturityLimit }) => kind === "ADULT" && maturityLimit >= limit;
}

/** @param opens tells which PINs will do. */
async function checkProof(
  ctx: Context,
  path: FieldPath,
  account: AccountRecord,
  { password, pin }: Proof,
  opens: (pin: ProfilePin) => boolean,
  missing: () => Refusal,
): Promise<void> {
  if (password != null || pin == null || isJustSignedIn(ctx))
    return checkOwner(ctx, path, account, password, missing());
  const pins = (await ctx.accounts.pins(ctx.on(path), account.id)).filter(opens);
  if (!(await isPin(ctx, account, pin, pins)))
    throw new Refusal("pin", "BAD_PIN", "This is not the PIN. The account's password is accepted as well.");
}

/** Whether a PIN is one of these, as far as one may be tried now. @throws Refusal TOO_MANY_GUESSES, SIGN_IN_BUSY. */
async function isPin(ctx: Context, account: AccountRecord, pin: string, pins: ProfilePin[]) {
  const { tenant, signal } = ctx.request;
  const { pinGuesses, passwords } = ctx.gateway;
  const holder = `${tenant.slug} ${account.id}`;
  if (!(await pinGuesses.take(holder))) {
    const accepted = "Too many PINs were tried. Wait an hour, or send the account's password.";
    throw new Refusal("pin", "TOO_MANY_GUESSES", accepted);
  }
  ctx.lifetime?.standAside();
  for (const { pinHash: stored } of pins) {
    const { right } = await passwords.verify(tenant, pin, { stored, mixed: false }, signal);
    if (!right) continue;
    await pinGuesses.giveBack(holder);
    return true;
  }
  return false;
}

const PASSWORD_REQUIRED = () =>
  new Refusal(
    "password",
    "PASSWORD_REQUIRED",
    "This takes the account's password, or as pin the PIN of a profile that is no child's and may itself meet as much.",
  );

const PIN_REQUIRED = () =>
  new Refusal("pin", "PIN_REQUIRED", "This profile has a PIN. Accepted: that, or the account's password.");
