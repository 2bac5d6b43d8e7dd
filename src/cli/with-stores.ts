import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Config } from "../config.js";
import { StartupError } from "../../packages/process/startup-error.js";

/** Exit codes of a process that a signal ended: 128 and the signal's number. */
const SIGNAL_EXITS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a command's work on the configured stores, beside a gateway that is running or alone, and closes them, also when
 * the command is interrupted.
 */
export async function withStores<T>(work: (stores: Stores, config: Config) => Promise<T>): Promise<T> {
  const [{ readConfig }, { accountKeysOf }, { openStores }] = await Promise.all([
    import("../config.js"),
    import("../auth/account-keys.js"),
    import("../../datasources/stores/stores.js"),
  ]);
  const config = readConfig();
  const stores = await openStores({
    postgresUrl: config.stores.postgres,
    accountKeys: () => accountKeysOf(config),
    engines: config.stores,
    secrets: config.dedicated.secrets,
    dedicated: config.dedicated,
    watching: config.watching,
    dataFolder: config.dataFolder,
    share: true,
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const interrupt = (signal: NodeJS.Signals) => {
    const exit = () => process.exit(SIGNAL_EXITS[signal as keyof typeof SIGNAL_EXITS]);
    stores.close().then(exit, exit);
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    return await work(stores, config);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await stores.close();
  }
}

/**
 * The tenant of a slug.
 *
 * @throws StartupError that names the tenants there are.
 */
export async function tenantOf(stores: Stores, slug: string): Promise<Tenant> {
  const tenant = await stores.tenants.named(slug);
  if (tenant) return tenant;
  const known = (await stores.tenants.list()).map((each) => each.slug);
  throw new StartupError(
    known.length > 0
      ? `There is no tenant "${slug}". Known tenants: ${known.join(", ")}.`
      : `There is no tenant "${slug}", nor any other. Run "marquee tenant create" to make one, or "marquee seed" for the demo tenants.`,
  );
}
