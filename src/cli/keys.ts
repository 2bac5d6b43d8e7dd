import { Command } from "commander";

import { StartupError } from "../../packages/process/startup-error.js";
import { type KeyRing } from "../auth/key-ring.js";
import { withStores } from "./with-stores.js";

const NOTES = `
A new key is shown at /.well-known/jwks.json for ten seconds before it signs; what the one before it has signed stays good
until it expires. "remove" is for a key that somebody else may have: what it signed is good for nothing at once, and
clients go on with their refresh tokens. Nobody has to sign in again for either.`;

/** `marquee keys`. */
export function keysCommand(): Command {
  return new Command("keys")
    .description("See and change what access tokens are signed with.")
    .addHelpText("after", NOTES)
    .addCommand(
      new Command("list")
        .description("Print the keys that are believed, the latest first.")
        .action(() => withRing(list)),
    )
    .addCommand(
      new Command("rotate")
        .description(
          "Make the next key, which signs from now on. Gateways do so by themselves after MARQUEE_KEY_DAYS.",
        )
        .action(() => withRing(rotate)),
    )
    .addCommand(
      new Command("remove")
        .description("Take a key away at once, with all that it signed.")
        .argument("<kid>", "the key, as list prints it")
        .action((kid: string) => withRing((ring) => remove(ring, kid))),
    );
}

async function withRing(work: (ring: KeyRing) => Promise<string>): Promise<void> {
  const said = await withStores(async (stores, config) => {
    const { openKeys } = await import("../auth/open-keys.js");
    return work((await openKeys(stores, config)).ring);
  });
  process.stdout.write(`${said}\n`);
}

async function list(ring: KeyRing): Promise<string> {
  const kept = await ring.kept();
  const lines = kept.map(({ kid, ageSeconds, secondsLeft }) => {
    const signs = kid === ring.current().kid ? "signs" : "verifies";
    return `${kid}  ${signs.padEnd(8)}  ${days(ageSeconds)} days old, believed for ${days(secondsLeft)} more`;
  });
  return lines.join("\n");
}

async function rotate(ring: KeyRing): Promise<string> {
  const kid = await ring.rotate();
  if (kid !== null) return kid;
  throw new StartupError(
    "The key comes from MARQUEE_TOKEN_KEY. Put another one there, and start the gateways anew.",
  );
}

async function remove(ring: KeyRing, kid: string): Promise<string> {
  if (await ring.remove(kid)) return kid;
  throw new StartupError(
    ring.configuredKid === kid
      ? "This key comes from MARQUEE_TOKEN_KEY. Put another one there first, and start the gateways anew."
      : `There is no key "${kid}". marquee keys list prints those there are.`,
  );
}

function days(seconds: number): string {
  return (seconds / 86_400).toFixed(1);
}
