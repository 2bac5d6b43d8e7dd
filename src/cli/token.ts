import { Command, Option } from "commander";

import { type ViewerRecord } from "../../datasources/accounts/accounts.js";
import { ROLES, type Role } from "../../datasources/core/vocabulary.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { audienceClaims, openSession } from "../../resolvers/request/sessions.js";
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
  const roles = new Option(
    "--role <role...>",
    "limits the token to some of the account's roles; for a profile without an account, its roles (default: VIEWER)",
  );
  return new Command("token")
    .description(
      "Print an access token for a profile, for the playground and for scripts. Needs the secret that the gateway signs by (MARQUEE_SIGNING_KEY or its data folder).",
    )
    .requiredOption("--tenant <slug>", "tenant of the profile")
    .requiredOption("--profile <external id>", "the profile, by the id it was imported with")
    .addOption(roles.choices(ROLES))
    .option(
      "--minutes <number>",
      "time until it expires (default: as the gateway's)",
      wholeNumber(1, YEAR_MINUTES),
    )
    .addHelpText("after", EXAMPLES)
    .action(async (flags: TokenFlags) => {
      const token = await withStores(async (stores, config) => {
        const minutes = flags.minutes ?? config.auth.tokenMinutes;
        const identity = await identityOf(stores, await tenantOf(stores, flags.tenant), flags, minutes);
        const [{ createTokens }, { openKeys }] = await Promise.all([
          import("../auth/tokens.js"),
          import("../auth/open-keys.js"),
        ]);
        const { ring } = await openKeys(stores, config);
        return createTokens(ring, config.auth.tokenMinutes).issue(identity, { minutes });
      });
      process.stdout.write(`${token.accessToken}\n`);
    });
}

/** The identity of a profile, signed in by a session that lasts as long as the token. */
async function identityOf(
  stores: Stores,
  tenant: Tenant,
  { profile, role }: TokenFlags,
  minutes: number,
): Promise<Identity> {
  const request = { tenant, calls: new CallLog() };
  const found = (await stores.accounts.profilesByIds(request, [profile])).get(profile);
  const wanted = { tenant: tenant.slug, account: found?.accountId ?? null, profile, session: null };
  const from = { device: "marquee token", country: null, by: "command" } as const;
  const opened =
    found && (await openSession(stores.sessions, tenant, { ...wanted, roles: role ?? null }, from, minutes));
  const viewer = opened && (await stores.accounts.viewer(request, opened.identity));
  if (!opened || !viewer) {
    throw new StartupError(
      `There is no profile "${profile}" in ${tenant.slug}. Profiles are known by the ids of their import, such as ${tenant.slug}-viewer.`,
    );
  }
  checkRoles(role ?? [], viewer);
  return { ...opened.identity, audience: audienceClaims(viewer) };
}

/** A token cannot give what the account has not: it would be refused wherever it is shown. */
function checkRoles(wanted: readonly Role[], { account }: ViewerRecord): void {
  const lacking = account ? wanted.filter((role) => !account.roles.includes(role)) : [];
  if (!account || lacking.length === 0) return;
  throw new StartupError(
    `--role ${lacking.join(", ")}: the account of this profile does not have it. Accepted: ${account.roles.join(", ")}.`,
  );
}
