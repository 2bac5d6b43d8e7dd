/* eslint-disable @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them */
import { beforeAll, describe, expect, it } from "vitest";

import { hashPassword } from "../../packages/passwords/index.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { type Role } from "../../datasources/core/vocabulary.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile } from "../support/catalogue.js";
import { use, useGateway } from "../support/fixtures.js";
import { startGateway } from "../support/gateway.js";
import { openPlacements } from "../support/placements.js";

/*
 * What an act of one gateway takes away is refused by another, wherever the tenant's accounts are. It is to be within five
 * seconds; on a machine that is busy it is told, and waited for.
 */

const TIERS: readonly TenantTier[] = ["SHARED", "ISOLATED", "DEDICATED"];
const PASSWORD = "a password that nobody has";

const placements = use(openPlacements);
const env = () => ({ ...placements.env, MARQUEE_DEFAULT_TENANT: "none" });
const gateway = useGateway(env);
const other = useGateway(env);
const tenants = new Map<TenantTier, Tenant>();
let passwordHash: string;
let platform: string;

beforeAll(async () => {
  passwordHash = await hashPassword(PASSWORD);
  for (const tier of TIERS) tenants.set(tier, await placements.create(tier, gateway.stores));
  const home = tenants.get("SHARED")!;
  ({ token: platform } = await openAccount(gateway, home, { roles: ["VIEWER", "PLATFORM"] }));
});

/** An account with two profiles, and a token of each. */
async function open(tier: TenantTier, roles: Role[] = ["VIEWER"]) {
  const tenant = tenants.get(tier)!;
  const name = crypto.randomUUID();
  const profiles = [adultProfile(`${name}-1`), adultProfile(`${name}-2`)];
  const { account, token } = await openAccount(gateway, tenant, { roles, passwordHash, profiles });
  const second = await gateway.tokenFor({ tenant: tenant.slug, account, profile: `${name}-2` });
  return { tenant, token, second, first: `${name}-1`, email: `${account}@example.com` };
}

/** Does something as whoever has the token; answers what is selected. */
async function does(mutation: string, token: string) {
  const { data, errors } = await gateway.ask(`mutation { did: ${mutation} }`, { token });
  expect(errors).toBeUndefined();
  expect(data.did.errors).toEqual([]);
  return data.did as Record<string, string>;
}

/** Nothing that anybody is looked up for. */
const status = async (token: string) => (await other.ask("{ __typename }", { token })).status;
const rolesOf = async (token: string) =>
  (await other.ask("{ viewer { roles } }", { token })).data?.viewer?.roles as Role[];

async function told(what: string, look: () => Promise<unknown>, expected: unknown) {
  const begun = performance.now();
  await expect.poll(look, { timeout: 30_000, interval: 20 }).toEqual(expected);
  console.log(`${what}: held by another process after ${(performance.now() - begun).toFixed(0)} ms`);
}

const ENDINGS: Record<string, (account: Awaited<ReturnType<typeof open>>) => Promise<unknown>> = {
  endSession: async ({ second }) => {
    const { data } = await gateway.ask("{ viewer { sessions { id current } } }", { token: second });
    const sessions = data.viewer.sessions as { id: string; current: boolean }[];
    const other = sessions.find(({ current }) => !current)!;
    return does(`endSession(input: { session: "${other.id}" }) { errors { code } }`, second);
  },
  signOutEverywhere: ({ second }) => does("signOutEverywhere { errors { code } }", second),
  deleteProfile: ({ second, first }) =>
    does(`deleteProfile(input: { profile: "Profile:${first}" }) { errors { code } }`, second),
  eraseMyAccount: ({ second }) =>
    does(
      `eraseMyAccount(input: { password: "${PASSWORD}", idempotencyKey: "once" }) { errors { code } }`,
      second,
    ),
};

describe.each(TIERS)("of a tenant that is %s", (tier) => {
  it.each(Object.keys(ENDINGS))("%s ends a token in every process", async (act) => {
    const account = await open(tier);
    expect(await rolesOf(account.token)).toEqual(["VIEWER"]);
    expect(await status(account.token)).toBe(200);
    await ENDINGS[act]!(account);
    await told(`${tier}: ${act}`, () => status(account.token), 401);
  });

  it("a token of a session that ended while nobody asked is refused by a process that was not there", async () => {
    const account = await open(tier);
    await ENDINGS.signOutEverywhere!(account);
    const later = await startGateway(env());
    try {
      expect((await later.ask("{ __typename }", { token: account.token })).status).toBe(401);
    } finally {
      await later.close();
    }
  });

  it("changeRoles takes a role away in every process", async () => {
    const [operator, editor] = [
      await open(tier, ["VIEWER", "OPERATOR"]),
      await open(tier, ["VIEWER", "EDITOR"]),
    ];
    expect(await rolesOf(editor.token)).toEqual(["VIEWER", "EDITOR"]);
    await does(
      `changeRoles(input: { email: "${editor.email}", take: [EDITOR] }) { errors { code } }`,
      operator.token,
    );
    await told(`${tier}: changeRoles`, () => rolesOf(editor.token), ["VIEWER"]);
  });

  it("revokeApiKey ends a key in every process", async () => {
    const { token } = await open(tier, ["VIEWER", "OPERATOR"]);
    const made = await gateway.ask(
      `mutation { made: createApiKey(input: { name: "machine", scope: ["Query.titles"] }) { key apiKey { id } errors { code } } }`,
      { token },
    );
    const { key, apiKey } = made.data.made as { key: string; apiKey: { id: string } };
    expect(await status(key)).toBe(200);
    await does(`revokeApiKey(input: { apiKey: "${apiKey.id}" }) { errors { code } }`, token);
    await told(`${tier}: revokeApiKey`, () => status(key), 401);
  });

  it("suspendTenant turns everybody away in every process, until it is resumed", async () => {
    if (tier === "SHARED") tenants.set(tier, await placements.create(tier, gateway.stores));
    const { tenant, token } = await open(tier);
    expect(await rolesOf(token)).toEqual(["VIEWER"]);
    const is = async () =>
      (await other.ask("{ titles { totalCount } }", { token })).errors?.[0]?.extensions.code;
    for (const [act, code] of [
      ["suspendTenant", "TENANT_UNKNOWN"],
      ["resumeTenant", undefined],
    ]) {
      await does(`${act}(input: { slug: "${tenant.slug}" }) { errors { code } }`, platform);
      await told(`${tier}: ${act}`, is, code);
    }
  });
});
