import { Command, Option } from "commander";

import { type GrantedRole } from "../../datasources/accounts/account-roles.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { ROLES, type Role } from "../../datasources/core/vocabulary.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { tenantOf, withStores } from "./with-stores.js";

interface RoleFlags {
  tenant: string;
  email: string;
  give?: GrantedRole[];
  take?: GrantedRole[];
}

const GRANTED = ROLES.filter((role) => role !== "VIEWER");
const EXAMPLES = `
Examples:
  marquee account roles --tenant meridian --email kim@example.com
  marquee account roles --tenant meridian --email kim@example.com --give EDITOR OPERATOR
  marquee account roles --tenant meridian --email kim@example.com --take PLATFORM`;

/** `marquee account`. */
export function accountCommand(): Command {
  const roles = new Command("roles")
    .description("Give an account roles, take some from it, and print those that it has then, one a line.")
    .requiredOption("--tenant <slug>", "whose it is")
    .requiredOption("--email <address>", "the address that it signs in by")
    .addOption(new Option("--give <role...>", "roles that it gets").choices(GRANTED))
    .addOption(
      new Option("--take <role...>", "roles that it loses, also of those that it gets").choices(GRANTED),
    )
    .action(async (flags: RoleFlags) => {
      const now = await withStores((stores) => change(stores, flags));
      process.stdout.write(now.map((role) => `${role}\n`).join(""));
    });
  return new Command("account")
    .description("Say what an account may do.")
    .addHelpText("after", EXAMPLES)
    .addCommand(roles);
}

async function change(
  stores: Stores,
  { tenant: slug, email, give = [], take = [] }: RoleFlags,
): Promise<Role[]> {
  const tenant = await tenantOf(stores, slug);
  const found = await stores.accounts.credentials({ tenant, calls: new CallLog() }, email);
  const by = "command";
  const roles =
    found && (await stores.accountRoles.change(tenant, { account: found.accountId, give, take, by }));
  if (roles) return roles;
  throw new StartupError(`--email: no account of ${slug} has this address.`);
}
