import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { hashPassword } from "../../packages/passwords/index.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { publish } from "../support/catalogue.js";
import { type Answer, startGateway, type TestGateway } from "../support/gateway.js";
import { titleBody } from "../support/titles.js";

const SELECT =
  "mutation ($input: SelectProfileInput!) { selectProfile(input: $input) { accessToken viewer { profile { name } } errors { field code } } }";
const STOP = "mutation ($input: PlaybackInput!) { stopPlayback(input: $input) { stopped errors { code } } }";
const START =
  "mutation ($input: StartPlaybackInput!) { startPlayback(input: $input) { session { id } errors { code } } }";
const PLAN = { id: "P", name: "Plenty", maxStreams: 4, maxHeight: 2160, priceCents: 999, currency: "USD" };

let gateway: TestGateway;
let tenant: Tenant;
let passwordHash: string;
let account: string;
let kids: string;
let adult: string;

beforeAll(async () => {
  gateway = await startGateway();
  tenant = await gateway.createTenant();
  passwordHash = await hashPassword("marquee");
  await gateway.stores.accounts.putPlans(tenant, [PLAN]);
  await publish(gateway.stores, tenant, [
    titleBody({ id: "cartoon", maturityRating: "G" }),
    titleBody({ id: "draft", maturityRating: "G", state: "DRAFT" }),
  ]);
});
afterAll(() => gateway?.close());

/** An account that may edit and operate, with a child. */
beforeEach(async () => {
  account = randomUUID();
  const profile = { kind: "ADULT" as const, maturityLimit: 18, country: null };
  await gateway.stores.accounts.putAccounts(tenant, [
    {
      id: account,
      email: `${account}@example.com`,
      passwordHash,
      roles: ["VIEWER", "EDITOR", "OPERATOR"],
      country: "US",
      planId: "P",
      profiles: [
        { ...profile, id: `${account}-adult`, name: "Ann" },
        { ...profile, id: `${account}-kids`, name: "Kim", kind: "KIDS", maturityLimit: 8 },
      ],
    },
  ]);
  const tokenOf = (name: string) =>
    gateway.tokenFor({ tenant: tenant.slug, account, profile: `${account}-${name}` });
  [adult, kids] = await Promise.all([tokenOf("adult"), tokenOf("kids")]);
});

const codesOf = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions.code);
const select = async (name: string, password?: string) => {
  const input = { profile: `Profile:${account}-${name}`, password };
  const answer = await gateway.ask(SELECT, { token: kids, variables: { input } });
  expect(answer.errors).toBeUndefined();
  return answer.data.selectProfile as {
    accessToken: string | null;
    viewer: { profile: { name: string } } | null;
    errors: { field: string; code: string }[];
  };
};

describe("a kids profile", () => {
  it("goes on as another with the account's password alone", async () => {
    expect((await select("adult")).errors).toEqual([{ field: "password", code: "PASSWORD_REQUIRED" }]);
    const wrong = await select("adult", "guess");
    expect(wrong).toMatchObject({
      accessToken: null,
      errors: [{ field: "password", code: "BAD_CREDENTIALS" }],
    });
    expect(await select("kids")).toMatchObject({ viewer: { profile: { name: "Kim" } }, errors: [] });
    expect(await select("adult", "marquee")).toMatchObject({
      viewer: { profile: { name: "Ann" } },
      errors: [],
    });
  });

  it("edits nothing, runs nothing and sees no draft, whatever its account may do", async () => {
    const put =
      'mutation { putTitle(input: { externalId: "by-kim", kind: MOVIE, name: "Mine" }) { version errors { code } } }';
    expect(codesOf(await gateway.ask(put, { token: kids }))).toEqual(["FORBIDDEN"]);
    expect(
      codesOf(await gateway.ask("{ editorial { titles { edges { state } } } }", { token: kids })),
    ).toEqual(["FORBIDDEN"]);
    expect(codesOf(await gateway.ask("{ operations { stores { store } } }", { token: kids }))).toEqual([
      "FORBIDDEN",
    ]);
    const draft = '{ title(id: "Title:draft") { name } viewer { roles } }';
    expect((await gateway.ask(draft, { token: kids })).data).toEqual({
      title: null,
      viewer: { roles: ["VIEWER"] },
    });
    expect((await gateway.ask(draft, { token: adult })).data.title).not.toBeNull();
  });

  it("is not shown who pays, nor what", async () => {
    const mine =
      "{ viewer { account { id email } membership { id plan { id priceCents } } profiles { name } } }";
    const shown = (await gateway.ask(mine, { token: adult })).data.viewer as {
      account: { id: string };
      membership: { id: string; plan: { id: string } };
    };
    const answer = await gateway.ask(mine, { token: kids });
    expect(answer.errors).toBeUndefined();
    expect(answer.data.viewer).toEqual({
      account: null,
      membership: null,
      profiles: [{ name: "Ann" }, { name: "Kim" }],
    });
    const ids = [shown.account.id, shown.membership.id, shown.membership.plan.id];
    const nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    const asked = (token: string) => gateway.ask(nodes, { token, variables: { ids } });
    // A plan is shown to everybody.
    expect((await asked(kids)).data.nodes).toEqual([null, null, { id: ids[2] }]);
    expect((await asked(adult)).data.nodes).toEqual(ids.map((id) => ({ id })));
  });

  it("stops its own stream, and no other of the account", async () => {
    const device = { kind: "TV", width: 1920, height: 1080, codecs: ["H264"] };
    const start = async (token: string) => {
      const input = { title: "Title:cartoon", device };
      const { data } = await gateway.ask(START, { token, variables: { input } });
      return (data.startPlayback as { session: { id: string } }).session.id;
    };
    const stop = async (token: string, session: string) =>
      (await gateway.ask(STOP, { token, variables: { input: { session } } })).data.stopPlayback as unknown;
    const [theirs, own] = [await start(adult), await start(kids)];
    expect(await stop(kids, theirs)).toEqual({ stopped: false, errors: [{ code: "SESSION_NOT_FOUND" }] });
    const node = await gateway.ask("query ($id: ID!) { node(id: $id) { id } }", {
      token: kids,
      variables: { id: theirs },
    });
    expect(node.data.node).toBeNull();
    expect(await stop(kids, own)).toEqual({ stopped: true, errors: [] });
    expect(await stop(adult, theirs)).toEqual({ stopped: true, errors: [] });
  });
});
