import { randomUUID } from "node:crypto";

import { type NewAccount } from "../../datasources/accounts/accounts.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { adultProfile } from "./catalogue.js";
import { type TestGateway } from "./gateway.js";

/** A viewer's account in the US, by default without a membership, with one grown-up profile of the account's id. */
export function viewerAccount(id: string, fields: Partial<NewAccount> = {}): NewAccount {
  return {
    id,
    email: `${id}@example.com`,
    passwordHash: "none",
    roles: ["VIEWER"],
    country: "US",
    planId: null,
    profiles: [adultProfile(id)],
    ...fields,
  };
}

/** Opens an account that nothing else uses; answers its id, and a token of its first profile. */
export async function openAccount(
  gateway: TestGateway,
  tenant: Tenant,
  fields: Partial<NewAccount> = {},
): Promise<{ account: string; token: string }> {
  const account = viewerAccount(randomUUID(), fields);
  await gateway.stores.accounts.putAccounts(tenant, [account]);
  const profile = account.profiles[0]!.id;
  const token = await gateway.tokenFor({ tenant: tenant.slug, account: account.id, profile });
  return { account: account.id, token };
}
