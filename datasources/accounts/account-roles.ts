import { type AuditActor } from "../core/audit-acts.js";
import { type Role } from "../core/vocabulary.js";
import { type Tenant } from "../core/tenant.js";

/** Roles that are given and taken; everybody may watch. */
export type GrantedRole = Exclude<Role, "VIEWER">;

/** Which roles an account gets, which it loses, and who says so, for the log of who did what. */
export interface RoleChange {
  account: string;
  give: readonly GrantedRole[];
  take: readonly GrantedRole[];
  by: AuditActor;
}

/** What accounts may do beside watching. Requests go by it from the next on, whatever their tokens say. */
export interface AccountRoles {
  /**
   * Gives and takes roles, in one statement; what is both given and taken is taken.
   *
   * @returns the roles that the account has now; null where there is no such account.
   */
  change(tenant: Tenant, change: RoleChange): Promise<Role[] | null>;
}
