import { type AccountRecord, type ViewerRecord } from "../datasources/accounts/accounts.js";
import { Refusal } from "../datasources/core/refusal.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Context } from "./request/context.js";

/**
 * The signed-in account, for what only its owner may change.
 *
 * @throws UNAUTHENTICATED for a visitor; Refusal ACCOUNT_REQUIRED for a profile without an account, KIDS_PROFILE for a child.
 */
export async function requireOwner(
  ctx: Context,
  path: FieldPath,
  field: string,
): Promise<ViewerRecord & { account: AccountRecord }> {
  const viewer = await ctx.requireViewer(path, field);
  const { account } = viewer;
  if (!account) {
    throw new Refusal(null, "ACCOUNT_REQUIRED", "This profile belongs to no account; sign in to one.");
  }
  if (viewer.profile.kind === "KIDS") {
    throw new Refusal(
      null,
      "KIDS_PROFILE",
      "A kids profile changes nothing of its account; selectProfile another.",
    );
  }
  return { ...viewer, account };
}
