import { Command, Option } from "commander";

import { type Role } from "../../datasources/core/vocabulary.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { audienceClaims } from "../../resolvers/request/sessions.js";
import { createTokens } from "../auth/tokens.js";
import { type Identity } from "../../resolvers/request/identity.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { wholeNumber } from "./numbers.js";
import { tenantOf, withStores } from "./with-stores.js";

interface TokenFlags {
  tenant: string;
  profile: string;
  role?: Role[];
  minutes?: number;
}

const EXAMPLES = `
Examples:
  marquee token --tenant meridian --profile meridian-viewer
  marquee token --tenant meridian --profile u1 --role VIEWER --role EDITOR --minutes 600
  curl -H "authorization: Bearer $(marquee token --tenant meridian --profile u1)" …`;
const YEAR_MINUTES = 525_600;

/** `marquee token`. */
export function tokenCommand(): Command {
  const roles = new Option("--role <role...>", "roles of the token (default: the account's, else VIEWER)");
  return new Command("token")
    .description(
      "Print an access token for a profile, for the playground and for scripts. Needs the gateway's signing key.",
    )
    .requiredOption("--tenant <slug>", "tenant of the profile")
    .requiredOption("--profile <external id>", "the profile, by the id it was imported with")
    .addOption(roles.choices(["VIEWER", "EDITOR", "OPERATOR"]))
    .option(
      "--minutes <number>",
      "time until it expires (default: as the gateway's)",
      wholeNumber(1, YEAR_MINUTES),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (flags: TokenFlags) => {
      const token = await withStores(async (stores, config) => {
        const identity = await identityOf(stores, await tenantOf(stores, flags.tenant), flags);
        const tokens = await createTokens(config);
        return tokens.issue(identity, flags.minutes);
      });
      process.stdout.write(`${token.accessToken}\n`);
    });
}

async function identityOf(stores: Stores, tenant: Tenant, { profile, role }: TokenFlags): Promise<Identity> {
  const request = { tenant, calls: new CallLog() };
  const found = (await stores.accounts.profilesByIds(request, [profile])).get(profile);
  if (!found) {
    throw new StartupError(
      `There is no profile "${profile}" in ${tenant.slug}. Profiles are known by the ids of their import, such as ${tenant.slug}-viewer.`,
    );
  }
  const viewer = await stores.accounts.viewer(request, { account: found.accountId, profile });
  const roles: Role[] = role ?? viewer?.account?.roles ?? ["VIEWER"];
  const identity: Identity = { tenant: tenant.slug, account: found.accountId, profile, roles };
  return viewer ? { ...identity, audience: audienceClaims(viewer) } : identity;
}
