import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { hashPassword } from "../../packages/passwords/index.js";
import { openAccount } from "../support/accounts.js";
import { publish } from "../support/catalogue.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { titleBody } from "../support/titles.js";

const licensedIn = (...countries: string[]) => [{ countries, from: "2010-01-01T00:00:00.000Z", until: null }];
const TITLES = "{ titles(first: 10) { edges { node { externalId } } } }";

/** A proxy that is trusted, one elsewhere, and none. */
const gateways: Record<"trusting" | "wary" | "plain", TestGateway | null> = {
  trusting: null,
  wary: null,
  plain: null,
};
let tenant: Tenant;
let token: string;
let account: string;

beforeAll(async () => {
  const header = { MARQUEE_COUNTRY_HEADER: "X-Country" };
  gateways.plain = await startGateway();
  const { stores } = gateways.plain;
  tenant = await gateways.plain.createTenant();
  // Begun after it, as those that run remember for a while which tenants there are.
  gateways.trusting = await startGateway({ ...header, MARQUEE_TRUSTED_PROXIES: "127.0.0.0/8,::1" });
  gateways.wary = await startGateway({ ...header, MARQUEE_TRUSTED_PROXIES: "192.0.2.0/24" });
  await publish(stores, tenant, [
    titleBody({ id: "american", licences: licensedIn("US") }),
    titleBody({ id: "japanese", licences: licensedIn("JP") }),
  ]);
  ({ account, token } = await openAccount(gateways.plain, tenant));
});
afterAll(async () => {
  for (const gateway of Object.values(gateways)) await gateway?.close();
});

async function met(
  at: keyof typeof gateways,
  headers: Record<string, string> = {},
  signedIn: boolean | string = true,
) {
  const whose = signedIn
    ? { token: typeof signedIn === "string" ? signedIn : token }
    : { tenant: tenant.slug };
  const { data, errors } = await gateways[at]!.ask(TITLES, { ...whose, headers });
  expect(errors).toBeUndefined();
  const { edges } = data.titles as { edges: { node: { externalId: string } }[] };
  return edges.map(({ node }) => node.externalId);
}

describe("the titles of a territory", () => {
  it("are not opened by what a profile says about itself", async () => {
    const moved = await gateways.plain!.ask(
      "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { profile { country } errors { code } } }",
      { token, variables: { input: { profile: `Profile:${account}`, country: "JP" } } },
    );
    expect(moved.data.updateProfile).toEqual({ profile: { country: "JP" }, errors: [] });
    expect(await met("plain")).toEqual(["american"]);
    const search =
      '{ search(query: "film") { edges { node { externalId } } } title(id: "Title:japanese") { name } }';
    const found = await gateways.plain!.ask(search, { token });
    expect(found.data).toEqual({ search: { edges: [{ node: { externalId: "american" } }] }, title: null });
  });

  it("go by where a trusted proxy says that the request comes from, for viewers and visitors", async () => {
    for (const signedIn of [true, false]) {
      expect(await met("trusting", { "x-country": "jp" }, signedIn)).toEqual(["japanese"]);
      expect(await met("trusting", { "x-country": "FR" }, signedIn)).toEqual([]);
      // Proxies' own codes for what they do not know, and nonsense.
      for (const unknown of ["XX", "T1", "", "Japan", "JP, US"])
        expect(await met("trusting", { "x-country": unknown }, signedIn), unknown).toEqual(["american"]);
      expect(await met("trusting", {}, signedIn)).toEqual(["american"]);
    }
  });

  it("do not go by a header from elsewhere, nor by one that nobody named", async () => {
    for (const at of ["wary", "plain"] as const)
      for (const signedIn of [true, false])
        expect(await met(at, { "x-country": "JP" }, signedIn), at).toEqual(["american"]);
  });

  it("are those of where the account was made, where that is known", async () => {
    const signUp = (headers: Record<string, string>) =>
      gateways.trusting!.ask(
        "mutation ($input: SignUpInput!) { signUp(input: $input) { viewer { account { country } } errors { code } } }",
        {
          tenant: tenant.slug,
          headers,
          variables: {
            input: { email: `${randomUUID()}@example.com`, password: "correct horse", country: "JP" },
          },
        },
      );
    const country = async (headers: Record<string, string>) =>
      ((await signUp(headers)).data.signUp as { viewer: { account: { country: string } } }).viewer.account
        .country;
    expect(await country({ "x-country": "US" })).toBe("US");
    expect(await country({})).toBe("JP");
  });

  it("are another country's once the account has moved there, with its password, twice in a month", async () => {
    const password = "correct horse";
    const { token: mover } = await openAccount(gateways.plain!, tenant, {
      passwordHash: await hashPassword(password),
    });
    const move = async (country: string, given = password, headers: Record<string, string> = {}) => {
      const { data, errors } = await gateways.trusting!.ask(
        "mutation ($input: ChangeCountryInput!) { changeCountry(input: $input) { changed errors { field code } } }",
        { token: mover, headers, variables: { input: { country, password: given } } },
      );
      expect(errors).toBeUndefined();
      return data.changeCountry as unknown;
    };
    const refused = (field: string, code: string) => ({ changed: false, errors: [{ field, code }] });
    expect(await move("JP", "guessed")).toEqual(refused("password", "BAD_CREDENTIALS"));
    expect(await move("JP", password, { "x-country": "US" })).toEqual(refused("country", "INVALID"));
    const meets = () => met("plain", {}, mover);
    expect(await meets()).toEqual(["american"]);
    expect(await move("JP")).toEqual({ changed: true, errors: [] });
    expect(await meets()).toEqual(["japanese"]);
    expect(await move("US", password, { "x-country": "US" })).toEqual({ changed: true, errors: [] });
    expect(await move("US")).toEqual({ changed: true, errors: [] });
    expect(await move("JP")).toEqual(refused("country", "TOO_MANY_CHANGES"));
    expect(await meets()).toEqual(["american"]);
  });
});
