import { randomUUID } from "node:crypto";

import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";

import { hashPassword } from "../../packages/passwords/index.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Role } from "../../datasources/core/vocabulary.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { startGateway, type TestGateway } from "../support/gateway.js";

interface Session {
  accessToken: string | null;
  refreshToken: string | null;
  viewer: { roles: Role[]; profiles: { id: string }[] } | null;
  errors: { code: string }[];
}

const SESSION = "accessToken refreshToken viewer { roles profiles { id } } errors { code }";
const INPUTS = { signIn: "SignInInput", selectProfile: "SelectProfileInput", refreshSession: "RefreshInput" };
const PUT = "mutation ($input: PutTitleInput!) { putTitle(input: $input) { version errors { code } } }";

let gateway: TestGateway;
let tenant: Tenant;
let database: pg.Client;
let passwordHash: string;
let email: string;

beforeAll(async () => {
  gateway = await startGateway({
    MARQUEE_COUNTRY_HEADER: "x-country",
    MARQUEE_TRUSTED_PROXIES: "127.0.0.0/8",
  });
  database = new pg.Client({ connectionString: inject("postgresUrl") });
  [tenant, passwordHash] = await Promise.all([
    gateway.createTenant(),
    hashPassword("marquee"),
    database.connect(),
  ]);
});
afterAll(async () => {
  await Promise.all([gateway?.close(), database?.end()]);
});
beforeEach(async () => {
  const id = randomUUID();
  email = `${id}@example.com`;
  const profile = (name: string) => ({
    id: `${id}-${name}`,
    name,
    kind: "ADULT" as const,
    maturityLimit: 18,
    country: null,
  });
  await gateway.stores.accounts.putAccounts(tenant, [
    {
      id,
      email,
      passwordHash,
      roles: ["VIEWER", "EDITOR", "OPERATOR"],
      country: "US",
      planId: null,
      profiles: [profile("first"), profile("second")],
    },
  ]);
});

async function run(name: keyof typeof INPUTS, input: object, token?: string): Promise<Session> {
  const document = `mutation ($input: ${INPUTS[name]}!) { ${name}(input: $input) { ${SESSION} } }`;
  const answer = await gateway.ask(document, { variables: { input }, token, tenant: tenant.slug });
  if (answer.errors) return { accessToken: null, refreshToken: null, viewer: null, errors: codesOf(answer) };
  return answer.data[name] as Session;
}
const codesOf = ({ errors }: Awaited<ReturnType<TestGateway["ask"]>>) =>
  (errors ?? []).map(({ extensions }) => ({ code: String(extensions.code) }));
const signIn = () => run("signIn", { email, password: "marquee" });
const setRoles = (roles: Role[]) =>
  database.query("update shared.accounts set roles = $1 where id = $2", [roles, email.split("@")[0]]);
const edit = (token: string | null) =>
  gateway.ask(PUT, {
    token: token ?? "",
    variables: { input: { externalId: randomUUID(), kind: "MOVIE", name: "Any" } },
  });

describe("roles that were taken away", () => {
  it("are gone from tokens that were given out before, and from those that these open", async () => {
    const before = await signIn();
    expect((await edit(before.accessToken)).data.putTitle).toEqual({ version: 1, errors: [] });
    await setRoles(["VIEWER"]);
    expect(codesOf(await edit(before.accessToken))).toEqual([{ code: "FORBIDDEN" }]);
    const profile = before.viewer!.profiles[1]!.id;
    const next = await run("selectProfile", { profile }, before.accessToken!);
    expect(next.viewer?.roles).toEqual(["VIEWER"]);
    expect(codesOf(await edit(next.accessToken))).toEqual([{ code: "FORBIDDEN" }]);
    const operations = await gateway.ask("{ operations { stores { store } } }", {
      token: before.accessToken!,
    });
    expect(codesOf(operations)).toEqual([{ code: "FORBIDDEN" }]);
    const refreshed = await run("refreshSession", { refreshToken: before.refreshToken });
    expect(refreshed.viewer?.roles).toEqual(["VIEWER"]);
  });

  it("take the drafts with them, and come back with the role", async () => {
    const { accessToken } = await signIn();
    const externalId = randomUUID();
    const input = { externalId, kind: "MOVIE", name: "Draft" };
    const put = await gateway.ask(PUT, { token: accessToken!, variables: { input } });
    expect(put.data.putTitle).toMatchObject({ errors: [] });
    const draft = () => gateway.ask(`{ title(id: "Title:${externalId}") { name } }`, { token: accessToken! });
    await expect
      .poll(async () => (await draft()).data.title as unknown, { timeout: 20_000 })
      .toEqual({ name: "Draft" });
    await setRoles(["VIEWER"]);
    expect((await draft()).data).toEqual({ title: null });
    await setRoles(["VIEWER", "EDITOR"]);
    expect((await draft()).data).toEqual({ title: { name: "Draft" } });
  });

  it("cannot be had by a token that says them for an account that has them not", async () => {
    await setRoles(["VIEWER"]);
    const { accessToken } = await signIn();
    const own = await gateway.tokens.verify(accessToken!);
    const token = await gateway.tokenFor({ ...own, roles: ["VIEWER", "EDITOR"] });
    expect(codesOf(await edit(token))).toEqual([{ code: "FORBIDDEN" }]);
  });
});

describe("a session that is over", () => {
  const LISTS = "{ titles { totalCount } viewer { profile { id } } }";

  it("opens nothing: no field, no profile, no other session", async () => {
    const session = await signIn();
    const token = session.accessToken!;
    const profile = session.viewer!.profiles[1]!.id;
    const signedOut = await gateway.ask("mutation { signOut { signedOut } }", { token });
    expect(signedOut.data.signOut).toEqual({ signedOut: true });
    expect(codesOf(await gateway.ask(LISTS, { token }))).toEqual([{ code: "UNAUTHENTICATED" }]);
    expect((await run("selectProfile", { profile }, token)).errors).toEqual([{ code: "UNAUTHENTICATED" }]);
    expect((await run("refreshSession", { refreshToken: session.refreshToken })).errors).toEqual([
      { code: "SESSION_ENDED" },
    ]);
    expect(codesOf(await edit(token))).toEqual([{ code: "UNAUTHENTICATED" }]);
  });

  it("cannot end another of the same profile", async () => {
    const [one, other] = [await signIn(), await signIn()];
    await database.query("delete from shared.sessions where id = $1", [
      (await gateway.tokens.verify(one.accessToken!)).session,
    ]);
    const signedOut = await gateway.ask("mutation { signOut { signedOut } }", { token: one.accessToken! });
    // Before and after this process has heard of it.
    expect([{ signedOut: false }, undefined]).toContainEqual(signedOut.data?.signOut);
    expect((await gateway.ask(LISTS, { token: other.accessToken! })).errors).toBeUndefined();
  });

  it("is over for what stands behind signOut in the same document", async () => {
    const { accessToken, viewer } = await signIn();
    const answer = await gateway.ask(
      "mutation ($input: SelectProfileInput!) { signOut { signedOut } selectProfile(input: $input) { accessToken } }",
      { token: accessToken!, variables: { input: { profile: viewer!.profiles[1]!.id } } },
    );
    expect(codesOf(answer)).toEqual([{ code: "UNAUTHENTICATED" }]);
  });

  it("has expired, though the access token has not", async () => {
    const { accessToken } = await signIn();
    const { session } = await gateway.tokens.verify(accessToken!);
    await database.query("update shared.sessions set expires_at = now() where id = $1", [session]);
    expect(codesOf(await gateway.ask(LISTS, { token: accessToken! }))).toEqual([{ code: "UNAUTHENTICATED" }]);
  });

  it("goes on when it is prolonged, for the tokens of before as well", async () => {
    const { accessToken, refreshToken } = await signIn();
    const next = await run("refreshSession", { refreshToken });
    for (const token of [accessToken!, next.accessToken!])
      expect((await gateway.ask(LISTS, { token })).errors).toBeUndefined();
  });

  it("is needed by every token of an account", async () => {
    const { accessToken } = await signIn();
    const own = await gateway.tokens.verify(accessToken!);
    const { accessToken: bare } = await gateway.tokens.issue({ ...own, session: null });
    expect(codesOf(await gateway.ask(LISTS, { token: bare }))).toEqual([{ code: "UNAUTHENTICATED" }]);
  });

  it("is found out in the look-up of the viewer: no call more", async () => {
    const { accessToken } = await signIn();
    const { extensions } = await gateway.ask("{ viewer { roles } }", { token: accessToken!, explain: true });
    expect(extensions?.explain?.calls.map(({ operation }) => operation)).toEqual(["accounts.viewer"]);
  });
});

describe("devices", () => {
  const SESSIONS = "{ viewer { sessions { id device place lastSeenAt current } } }";
  const PHONE =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
  const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";

  interface Device {
    id: string;
    device: string | null;
    place: string | null;
    lastSeenAt: string;
    current: boolean;
  }

  const signInOn = async (agent: string, country: string) => {
    const document =
      "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken viewer { profiles { id } } } }";
    const variables = { input: { email, password: "marquee" } };
    const headers = { "user-agent": agent, "x-country": country };
    const { data } = await gateway.ask(document, { variables, tenant: tenant.slug, headers });
    return data.signIn as {
      accessToken: string;
      refreshToken: string;
      viewer: { profiles: { id: string }[] };
    };
  };
  const sessionsOf = async (token: string) =>
    ((await gateway.ask(SESSIONS, { token })).data.viewer as { sessions: Device[] }).sessions;
  const end = async (session: string, token: string) => {
    const document =
      "mutation ($input: EndSessionInput!) { endSession(input: $input) { endedSessionId errors { field code } } }";
    return (await gateway.ask(document, { token, variables: { input: { session } } })).data
      .endSession as object;
  };
  const isIn = async (token: string) =>
    (await gateway.ask("{ titles { totalCount } }", { token })).errors === undefined;

  it("are listed with what they are, where they were last and which this is", async () => {
    const [phone, desk] = [await signInOn(PHONE, "FR"), await signInOn(FIREFOX, "US")];
    const seen = await sessionsOf(desk.accessToken);
    expect(seen).toEqual([
      {
        id: expect.any(String) as string,
        device: "Firefox on Linux",
        place: "US",
        lastSeenAt: expect.any(String) as string,
        current: true,
      },
      {
        id: expect.any(String) as string,
        device: "Safari on iOS",
        place: "FR",
        lastSeenAt: expect.any(String) as string,
        current: false,
      },
    ]);
    expect(Date.parse(seen[0]!.lastSeenAt)).toBeGreaterThan(Date.now() - 600_000);
    const node = "query ($id: ID!) { node(id: $id) { __typename ... on Session { device current } } }";
    const found = await gateway.ask(node, { token: phone.accessToken, variables: { id: seen[1]!.id } });
    expect(found.data.node).toEqual({ __typename: "Session", device: "Safari on iOS", current: true });
    const calls = (await gateway.ask(SESSIONS, { token: desk.accessToken, explain: true })).extensions
      ?.explain?.calls;
    expect(calls?.map(({ operation }) => operation)).toEqual(["accounts.viewer", "sessions.devices"]);
  });

  it("are one for all profiles that they go on as, and signOut ends all of that, and no other", async () => {
    const [phone, desk] = [await signInOn(PHONE, "FR"), await signInOn(FIREFOX, "US")];
    const second = await run("selectProfile", { profile: phone.viewer.profiles[1]!.id }, phone.accessToken);
    expect(await sessionsOf(second.accessToken!)).toHaveLength(2);
    await gateway.ask("mutation { signOut { signedOut } }", { token: second.accessToken! });
    expect([await isIn(phone.accessToken), await isIn(second.accessToken!)]).toEqual([false, false]);
    for (const { refreshToken } of [phone, second])
      expect((await run("refreshSession", { refreshToken })).errors).toEqual([{ code: "SESSION_ENDED" }]);
    expect(await sessionsOf(desk.accessToken)).toHaveLength(1);
  });

  it("are ended by any other of the account, and by nobody else", async () => {
    const [phone, desk] = [await signInOn(PHONE, "FR"), await signInOn(FIREFOX, "US")];
    const { id } = (await sessionsOf(desk.accessToken)).find(({ current }) => !current)!;
    const other = await gateway.createTenant();
    const strangers = [(await openAccount(gateway, tenant)).token, (await openAccount(gateway, other)).token];
    const missing = { endedSessionId: null, errors: [{ field: "session", code: "SESSION_NOT_FOUND" }] };
    for (const token of strangers) expect(await end(id, token)).toEqual(missing);
    expect(await end("Session:nothing", desk.accessToken)).toEqual(missing);
    expect(await end("nothing", desk.accessToken)).toMatchObject({ errors: [{ code: "INVALID" }] });
    expect(await isIn(phone.accessToken)).toBe(true);
    expect(await end(id, desk.accessToken)).toEqual({ endedSessionId: id, errors: [] });
    expect(await isIn(phone.accessToken)).toBe(false);
    expect(await end(id, desk.accessToken)).toEqual(missing);
    const [own] = await sessionsOf(desk.accessToken);
    expect(await end(own!.id, desk.accessToken)).toMatchObject({ errors: [] });
    expect(await isIn(desk.accessToken)).toBe(false);
  });

  it("are all ended by signOutEverywhere", async () => {
    const all = [
      await signInOn(PHONE, "FR"),
      await signInOn(FIREFOX, "US"),
      await signInOn("curl/8.5.0", "US"),
    ];
    const document = "mutation { signOutEverywhere { endedSessions errors { code } } }";
    const { data } = await gateway.ask(document, { token: all[0]!.accessToken });
    expect(data.signOutEverywhere).toEqual({ endedSessions: 3, errors: [] });
    for (const { accessToken, refreshToken } of all) {
      expect(await isIn(accessToken)).toBe(false);
      expect((await run("refreshSession", { refreshToken })).errors).toEqual([{ code: "SESSION_ENDED" }]);
    }
  });

  it("are not for a child to see or to end, but for the one in its hands", async () => {
    const id = email.slice(0, email.indexOf("@"));
    const kids = { id: `${id}-kids` };
    await database.query(
      `insert into shared.profiles (tenant_id, id, account_id, name, kind, maturity_limit, position) values ($1, $2, $3, $2, 'KIDS', 8, 9)`,
      [tenant.id, kids.id, id],
    );
    const desk = await signInOn(FIREFOX, "US");
    const child = await gateway.tokenFor({ tenant: tenant.slug, account: id, profile: kids.id });
    const [other] = await sessionsOf(desk.accessToken);
    expect(await sessionsOf(child)).toMatchObject([{ device: "tests", current: true }]);
    expect(await end(other!.id, child)).toMatchObject({ errors: [{ code: "SESSION_NOT_FOUND" }] });
    const everywhere = await gateway.ask("mutation { signOutEverywhere { endedSessions errors { code } } }", {
      token: child,
    });
    expect(everywhere.data.signOutEverywhere).toEqual({
      endedSessions: null,
      errors: [{ code: "KIDS_PROFILE" }],
    });
    expect(await isIn(desk.accessToken)).toBe(true);
    expect(await end((await sessionsOf(child))[0]!.id, child)).toMatchObject({ errors: [] });
  });
});

describe("what a token is good for ends in every process within five seconds", () => {
  const other = useGateway();
  /** Nothing that anybody is looked up for. */
  const status = async (token: string) => (await other.ask("{ __typename }", { token })).status;

  const endings: [what: string, end: (account: string) => Promise<unknown>][] = [
    [
      "a session that is ended",
      (account) => database.query("delete from shared.sessions where account_id = $1", [account]),
    ],
    [
      "an account that is deleted",
      (account) => database.query("delete from shared.accounts where id = $1", [account]),
    ],
    [
      "a profile that is deleted",
      async (account) => {
        const deleter = await gateway.tokenFor({
          tenant: tenant.slug,
          account,
          profile: `${account}-second`,
        });
        const document =
          "mutation ($input: DeleteProfileInput!) { deleteProfile(input: $input) { errors { code } } }";
        const input = { profile: `Profile:${account}-first` };
        const { data } = await gateway.ask(document, { token: deleter, variables: { input } });
        expect(data.deleteProfile).toEqual({ errors: [] });
      },
    ],
  ];
  it.each(endings)("%s", async (what, end) => {
    const account = email.slice(0, email.indexOf("@"));
    const token = await gateway.tokenFor({ tenant: tenant.slug, account, profile: `${account}-first` });
    expect(await status(token)).toBe(200);
    await end(account);
    const begun = performance.now();
    await expect.poll(() => status(token), { timeout: 30_000, interval: 20 }).toBe(401);
    console.log(`${what}: refused by another process after ${(performance.now() - begun).toFixed(0)} ms`);
  });

  it("a token of marquee token, for a profile without an account too", async () => {
    await gateway.stores.accounts.putProfiles(tenant, [adultProfile("imported")]);
    const token = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile: "imported" });
    expect(await status(token)).toBe(200);
    const { data } = await gateway.ask("mutation { signOut { signedOut } }", { token });
    expect(data.signOut).toEqual({ signedOut: true });
    await expect.poll(() => status(token), { timeout: 30_000, interval: 20 }).toBe(401);
  });
});
