import { LocalKeys, type KeyService } from "../../packages/envelope/index.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { type Config } from "../config.js";
import { secretOfFolder } from "./deployment-secret.js";

const ACCOUNT_KEY = { file: "account.key", name: "account key", variable: "MARQUEE_ACCOUNT_KEY" };

/**
 * What the keys of people are wrapped by: the keys of the configuration; for the embedded PostgreSQL, else, one that is made
 * once and kept beside it. A key management service takes the place of this: `KeyService` is what it has to do.
 *
 * @throws StartupError where a server of its own has no key, or the folder cannot be read or written.
 */
export async function accountKeysOf(
  config: Pick<Config, "auth" | "dataFolder" | "stores">,
): Promise<KeyService> {
  const [first, ...older] = (config.auth.accountKeys ?? []).map((key) => new TextEncoder().encode(key));
  if (first) return new LocalKeys([first, ...older]);
  if (config.stores.postgres !== "embedded:") {
    throw new StartupError(
      "MARQUEE_ACCOUNT_KEY is needed beside POSTGRES_URL: what identifies people is sealed with it, and nobody reads that again without it. Make one (openssl rand -base64 32), and keep it where backups of the database are not.",
    );
  }
  return new LocalKeys([await secretOfFolder(config.dataFolder, ACCOUNT_KEY)]);
}
