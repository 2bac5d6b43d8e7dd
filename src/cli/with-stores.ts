import { setTimeout as sleep } from "node:timers/promises";

import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Config } from "../config.js";
import { InterruptedError, untilInterrupted } from "../../packages/process/interrupted-error.js";
import { StartupError } from "../../packages/process/startup-error.js";

/** How long stores have to close where the command is interrupted: a statement under way is waited for. Milliseconds. */
const CLOSE_MS = 5_000;

/**
 * Runs a command's work on the configured stores, beside a gateway that is running or alone, and closes them, also when
 * the command is interrupted.
 *
 * @throws InterruptedError
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
  let patience: Promise<unknown> | undefined;
  try {
    return await untilInterrupted(() => work(stores, config));
  } catch (error) {
    if (error instanceof InterruptedError) patience = sleep(CLOSE_MS);
    throw error;
  } finally {
    // Once: what the work asks of them from here on fails, and nobody hears of it.
    await Promise.race([stores.close(), ...(patience ? [patience] : [])]);
  }
}

/**
 * The tenant of a slug.
 *
 * @throws StartupError that names the tenants there are.
 */
export async function tenantOf(stores: Pick<Stores, "tenants">, slug: string): Promise<Tenant> {
  const tenant = await stores.tenants.named(slug);
  if (tenant) return tenant;
  const known = (await stores.tenants.list()).map((each) => each.slug);
  throw new StartupError(
    known.length > 0
      ? `There is no tenant "${slug}". Known tenants: ${known.join(", ")}.`
      : `There is no tenant "${slug}", nor any other. Run "marquee tenant create" to make one, or "marquee seed" for the demo tenants.`,
  );
}
