import { type ViewerRecord } from "../../datasources/accounts/accounts.js";
import { type Role } from "../../datasources/core/vocabulary.js";
import { type Identity } from "./identity.js";

/** A child edits nothing and runs nothing, whoever pays for it. */
const KIDS_ROLES: readonly Role[] = ["VIEWER"];

/**
 * What a signed-in profile may do: what its account may do now, whatever the token was issued with. A token may be for
 * less. A profile without an account has the roles of its token, for nothing else says any.
 */
export function rolesOf(
  { roles }: Pick<Identity, "roles">,
  { account, profile }: ViewerRecord,
): readonly Role[] {
  if (profile.kind === "KIDS") return KIDS_ROLES;
  if (!account) return roles ?? ["VIEWER"];
  return roles ? account.roles.filter((role) => roles.includes(role)) : account.roles;
}
