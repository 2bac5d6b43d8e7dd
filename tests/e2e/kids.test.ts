import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { CallLog } from "../../datasources/core/store-request.js";
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
let teen: string;

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

/** An account that may edit and operate, with a child and somebody who is limited. */
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
        { ...profile, id: `${account}-teen`, name: "Tim", maturityLimit: 13 },
      ],
    },
  ]);
  const tokenOf = (name: string) =>
    gateway.tokenFor({ tenant: tenant.slug, account, profile: `${account}-${name}` });
  [adult, kids, teen] = await Promise.all([tokenOf("adult"), tokenOf("kids"), tokenOf("teen")]);
});

const codesOf = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions.code);
const select = async (name: string, proof: object = {}, token = kids) => {
  const input = { profile: `Profile:${account}-${name}`, ...proof };
  const answer = await gateway.ask(SELECT, { token, variables: { input } });
  expect(answer.errors).toBeUndefined();
  return answer.data.selectProfile as {
    accessToken: string | null;
    viewer: { profile: { name: string } } | null;
    errors: { field: string; code: string }[];
  };
};

const SET_PIN =
  "mutation ($input: SetProfilePinInput!) { setProfilePin(input: $input) { profile { hasPin } errors { field code } } }";
const CREATE =
  "mutation ($input: CreateProfileInput!) { createProfile(input: $input) { profile { name } errors { field code } } }";
const DELETE =
  "mutation ($input: DeleteProfileInput!) { deleteProfile(input: $input) { errors { field code } } }";
const UPDATE =
  "mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { profile { kind maturityLimit } errors { field code } } }";

const change = async (mutation: string, name: string, input: object, token = adult) => {
  const variables = { input: { profile: `Profile:${account}-${name}`, ...input } };
  const answer = await gateway.ask(mutation, { token, variables });
  expect(answer.errors).toBeUndefined();
  return Object.values(answer.data)[0] as { profile: object | null; errors: object[] };
};
const setPin = async (name: string, newPin: string | null) => {
  const set = await change(SET_PIN, name, { newPin, password: "marquee" });
  expect(set).toEqual({ profile: { hasPin: newPin !== null }, errors: [] });
};
const refusal = (field: string | null, code: string) => ({ profile: null, errors: [{ field, code }] });

describe("a profile's PIN", () => {
  it("is set and taken away with the password, or a parent's PIN", async () => {
    expect(await change(SET_PIN, "adult", { newPin: "2580" })).toEqual(
      refusal("password", "PASSWORD_REQUIRED"),
    );
    const by = (proof: object) => change(SET_PIN, "adult", { newPin: "2580", ...proof });
    expect(await by({ password: "guess" })).toEqual(refusal("password", "BAD_CREDENTIALS"));
    expect(await by({ pin: "2580" })).toEqual(refusal("pin", "BAD_PIN"));
    await setPin("adult", "2580");
    expect(await change(SET_PIN, "adult", { newPin: "9999", pin: "0000" })).toEqual(
      refusal("pin", "BAD_PIN"),
    );
    expect((await change(SET_PIN, "adult", { newPin: "9999", pin: "2580" })).errors).toEqual([]);
    expect((await change(SET_PIN, "adult", { newPin: null, pin: "9999" })).profile).toEqual({
      hasPin: false,
    });
  });

  it("has 4 to 8 digits, and is kept as passwords are", async () => {
    for (const newPin of ["", "123", "123456789", "12a4", "１２３４"])
      expect(await change(SET_PIN, "adult", { newPin, password: "marquee" })).toEqual(
        refusal("newPin", "INVALID_PIN"),
      );
    await setPin("adult", "2580");
    const [kept] = await gateway.stores.accounts.pins({ tenant, calls: new CallLog() }, account);
    expect(kept).toEqual({
      profileId: `${account}-adult`,
      kind: "ADULT",
      maturityLimit: 18,
      pinHash: expect.stringMatching(/^\$argon2id\$/) as string,
    });
  });

  it("is what it takes to go on as the profile, from a grown-up's as well", async () => {
    await setPin("kids", "1111");
    expect((await select("kids", {}, adult)).errors).toEqual([{ field: "pin", code: "PIN_REQUIRED" }]);
    expect((await select("kids", { pin: "1112" }, adult)).errors).toEqual([
      { field: "pin", code: "BAD_PIN" },
    ]);
    expect((await select("kids", { pin: "1111" }, adult)).errors).toEqual([]);
    expect((await select("kids", { password: "marquee" }, adult)).errors).toEqual([]);
  });

  it("may be guessed ten times an hour; the password is accepted all the same", async () => {
    await setPin("adult", "2580");
    const codes = [];
    for (let n = 0; n < 12; n += 1)
      codes.push(...(await select("adult", { pin: String(3_000 + n) })).errors.map(({ code }) => code));
    expect(codes.filter((code) => code === "BAD_PIN")).toHaveLength(10);
    expect((await select("adult", { pin: "2580" })).errors).toEqual([
      { field: "pin", code: "TOO_MANY_GUESSES" },
    ]);
    expect((await select("adult", { password: "marquee" })).errors).toEqual([]);
  });
});

describe("what a profile is limited to", () => {
  it("changes with the password or a parent's PIN alone; what else there is of it, without", async () => {
    const required = refusal("password", "PASSWORD_REQUIRED");
    for (const limits of [{ maturityLimit: "G" }, { kind: "ADULT" }, { kind: "ADULT", maturityLimit: "R" }])
      expect(await change(UPDATE, "kids", limits)).toEqual(required);
    expect(
      (await change(UPDATE, "kids", { name: "Kimmy", kind: "KIDS", maturityLimit: "PG" })).errors,
    ).toEqual([]);
    expect(await change(UPDATE, "kids", { maturityLimit: "G", password: "marquee" })).toEqual({
      profile: { kind: "KIDS", maturityLimit: "G" },
      errors: [],
    });
    await setPin("adult", "2580");
    expect((await change(UPDATE, "kids", { kind: "ADULT", pin: "2580" })).profile).toMatchObject({
      kind: "ADULT",
    });
  });

  it("is nothing that a child changes, whatever it knows", async () => {
    const given = { maturityLimit: "R", password: "marquee" };
    expect(await change(UPDATE, "kids", given, kids)).toEqual(refusal(null, "KIDS_PROFILE"));
    expect(await change(SET_PIN, "kids", { newPin: null, password: "marquee" }, kids)).toEqual(
      refusal(null, "KIDS_PROFILE"),
    );
  });
});

describe("the PIN of a profile that is limited itself", () => {
  const wrong = refusal("pin", "BAD_PIN");
  const pin = "1313";
  beforeEach(async () => {
    await setPin("adult", "2580");
    await setPin("teen", pin);
  });

  it("lifts no limit, its own least of all, and makes nobody who has none", async () => {
    for (const [name, limits] of [
      ["teen", { maturityLimit: "NC-17" }],
      ["teen", { maturityLimit: "R" }],
      ["kids", { kind: "ADULT" }],
      ["adult", { maturityLimit: "PG" }],
    ] as const)
      expect(await change(UPDATE, name, { ...limits, pin }, teen), JSON.stringify(limits)).toEqual(wrong);
    const made = await gateway.ask(CREATE, { token: teen, variables: { input: { name: "Big", pin } } });
    expect(made.data.createProfile).toEqual(wrong);
    expect(await change(DELETE, "adult", { pin }, teen)).toEqual({ errors: wrong.errors });
    const lifted = await change(UPDATE, "teen", { maturityLimit: "NC-17", pin: "2580" }, teen);
    expect(lifted).toEqual({ profile: { kind: "ADULT", maturityLimit: "NC-17" }, errors: [] });
  });

  it("sets and takes away no PIN of whoever may meet more", async () => {
    for (const newPin of ["0000", null])
      expect(await change(SET_PIN, "adult", { newPin, pin }, teen)).toEqual(wrong);
    expect((await select("adult", { pin: "2580" }, teen)).errors).toEqual([]);
    expect((await change(SET_PIN, "teen", { newPin: "1414", pin }, teen)).errors).toEqual([]);
  });

  it("lets a child go on as nobody who may meet more", async () => {
    await setPin("adult", null);
    expect((await select("adult", { pin })).errors).toEqual([{ field: "pin", code: "BAD_PIN" }]);
    expect((await select("teen", { pin })).errors).toEqual([]);
  });

  it("grants what it may meet itself", async () => {
    const change13 = { kind: "ADULT", maturityLimit: "PG-13", pin };
    expect((await change(UPDATE, "kids", change13, teen)).errors).toEqual([]);
    expect((await change(UPDATE, "kids", { maturityLimit: "G", pin }, teen)).errors).toEqual([]);
  });
});

describe("a kids profile", () => {
  it("goes on as another with the account's password alone", async () => {
    expect((await select("adult")).errors).toEqual([{ field: "password", code: "PASSWORD_REQUIRED" }]);
    const wrong = await select("adult", { password: "guess" });
    expect(wrong).toMatchObject({
      accessToken: null,
      errors: [{ field: "password", code: "BAD_CREDENTIALS" }],
    });
    expect(await select("kids")).toMatchObject({ viewer: { profile: { name: "Kim" } }, errors: [] });
    expect(await select("adult", { password: "marquee" })).toMatchObject({
      viewer: { profile: { name: "Ann" } },
      errors: [],
    });
  });

  it("goes on as another with the PIN of a profile that is no child's, and with no other", async () => {
    await setPin("kids", "1111");
    expect((await select("adult", { pin: "1111" })).errors).toEqual([{ field: "pin", code: "BAD_PIN" }]);
    await setPin("adult", "2580");
    expect((await select("adult", { pin: "1111" })).errors).toEqual([{ field: "pin", code: "BAD_PIN" }]);
    expect(await select("adult", { pin: "2580" })).toMatchObject({
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
      profiles: [{ name: "Ann" }, { name: "Kim" }, { name: "Tim" }],
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

describe("the shelves of an account's profiles", () => {
  const SHELVES = `{ viewer { profiles {
    name
    watchlist(first: 5) { edges { node { externalId } } }
    continueWatching(first: 5) { edges { node { externalId } } }
    history(first: 5) { edges { node { externalId } } }
    ratings(first: 5) { edges { node { externalId } } }
    recommendations(first: 5) { title { externalId } }
    recommendedTitles(first: 5) { edges { node { externalId } } }
  } } }`;
  const shelvesOf = async (token: string) => {
    const { data, errors } = await gateway.ask(SHELVES, { token });
    expect(errors).toBeUndefined();
    const profiles = (data.viewer as { profiles: ({ name: string } & Record<string, unknown>)[] }).profiles;
    return new Map(profiles.map(({ name, ...shelves }) => [name, shelves]));
  };

  it("are shown to a grown-up, and of others than its own to no child, within its limit or not", async () => {
    const at = new Date().toISOString();
    const entries = ["adult", "kids"].map((name) => ({
      profileId: `${account}-${name}`,
      titleId: "cartoon",
      addedAt: at,
    }));
    await gateway.stores.viewingIngest.addToWatchlists(tenant, entries);
    const listed = { edges: [{ node: { externalId: "cartoon" } }] };
    const forKids = await shelvesOf(kids);
    expect(forKids.get("Kim")?.watchlist).toEqual(listed);
    expect(new Set(Object.values(forKids.get("Kim")!))).not.toContain(null);
    expect(new Set(Object.values(forKids.get("Ann")!))).toEqual(new Set([null]));
    const forAdult = await shelvesOf(adult);
    for (const name of ["Ann", "Kim"]) expect(forAdult.get(name)?.watchlist).toEqual(listed);
  });
});
