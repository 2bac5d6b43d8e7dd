import { type Stores } from "../../datasources/stores/stores.js";
import { type Tokens } from "../../resolvers/request/identity.js";
import { type EndedSessions } from "./ended-sessions.js";
import { withOutsideTokens } from "./outside-tokens.js";
import { ProviderKeys } from "./provider-keys.js";
import { type ProviderSettings } from "./provider-variables.js";

/** What takes tokens of the identity provider that is configured, beside those of our own. */
export function openProvider(
  settings: ProviderSettings | null,
  { tenants, outsideAccounts: accounts }: Pick<Stores, "tenants" | "outsideAccounts">,
  ended: Pick<EndedSessions, "has">,
): { beside(own: Tokens): Tokens; stop(): void } {
  if (settings === null) return { beside: (own) => own, stop: () => {} };
  const keys = new ProviderKeys(settings);
  const beside = (own: Tokens) => withOutsideTokens(own, { settings, keys, tenants, accounts, ended });
  return { beside, stop: () => keys.stop() };
}
