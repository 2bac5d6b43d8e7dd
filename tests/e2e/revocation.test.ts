import { randomUUID } from "node:crypto";

import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";

import { hashPassword } from "../../packages/passwords/index.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Role } from "../../datasources/core/vocabulary.js";
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
  gateway = await startGateway();
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
  database.query("update shared.accounts set roles = $1 where email = $2", [roles, email]);
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
    const answer = await gateway.ask(LISTS, { token });
    expect(codesOf(answer)).toEqual([{ code: "UNAUTHENTICATED" }]);
    expect(answer.data.viewer).toBeNull();
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
    expect(signedOut.data.signOut).toEqual({ signedOut: false });
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
