import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";

import { giveToFolderOwner, makeFolder, readIfPresent } from "../../packages/embedded-postgres/index.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { type Config } from "../config.js";

/** A secret that is made once where the configuration has none. */
interface KeptSecret {
  file: string;
  name: string;
  variable: string;
}

const SIGNING_KEY: KeptSecret = {
  file: "signing.key",
  name: "signing key",
  variable: "MARQUEE_SIGNING_KEY",
};

/**
 * What the gateways of a deployment share and nobody else knows: cursors and consistency tokens are sealed with keys that
 * follow from it, and so are the keys that access tokens are signed with. From the configuration, else from the data
 * folder, where it is made once.
 *
 * @throws StartupError when the folder cannot be read or written.
 */
export async function deploymentSecret(config: Pick<Config, "auth" | "dataFolder">): Promise<Uint8Array> {
  const { signingKey } = config.auth;
  return signingKey === null
    ? secretOfFolder(config.dataFolder, SIGNING_KEY)
    : new TextEncoder().encode(signingKey);
}

/** 32 random bytes that a data folder keeps, made at the first start. @throws StartupError */
export async function secretOfFolder(dataFolder: string, kept: KeptSecret): Promise<Uint8Array> {
  const file = path.join(dataFolder, kept.file);
  try {
    await makeFolder(dataFolder);
    if ((await readIfPresent(file)) === undefined) await makeSecret(dataFolder, file);
    return Buffer.from(await readFile(file, "utf8"), "base64url");
  } catch (error) {
    throw new StartupError(
      `The ${kept.name} ${file} cannot be read or made (${(error as Error).message}). Make the folder writable, or set ${kept.variable}.`,
    );
  }
}

/** Makes it where there is none. Put in its place in one step: of two processes that start together both read one whole secret. */
async function makeSecret(dataFolder: string, file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await writeFile(draft, randomBytes(32).toString("base64url"), { mode: 0o600, flag: "wx" });
    await giveToFolderOwner(dataFolder, draft);
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
