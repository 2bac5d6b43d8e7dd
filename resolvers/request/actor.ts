import { type AuditActor } from "../../datasources/core/audit-acts.js";
import { type Context } from "./context.js";

/** Who asks, as the log of who did what says it: an account, or an API key in nobody's name. */
export function actorOf({ identity, key }: Pick<Context, "identity" | "key">): AuditActor {
  if (identity?.account != null) return { account: identity.account };
  // A profile without an account has its token from a command.
  if (identity) return "command";
  return key ? { apiKey: key.id } : "visitor";
}
