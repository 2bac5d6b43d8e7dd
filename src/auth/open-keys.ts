import { type Stores } from "../../datasources/stores/stores.js";
import { type Config } from "../config.js";
import { deploymentSecret } from "./deployment-secret.js";
import { KeyRing } from "./key-ring.js";

/** What a deployment signs with. */
export interface DeploymentKeys {
  /** Cursors, consistency tokens and budgets are sealed with keys that follow from it. */
  secret: Uint8Array;
  ring: KeyRing;
}

/** The keys that the configuration and the facts hold; made where there are none. @throws StartupError, StoreUnavailableError */
export async function openKeys(
  { signingKeys }: Pick<Stores, "signingKeys">,
  config: Pick<Config, "auth" | "dataFolder">,
): Promise<DeploymentKeys> {
  const secret = await deploymentSecret(config);
  const { tokenKey: configured, keyDays: days } = config.auth;
  return { secret, ring: await KeyRing.open(signingKeys, { secret, configured, days }) };
}
