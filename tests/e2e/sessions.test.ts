/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import { createHash } from "node:crypto";

import { decodeJwt, decodeProtectedHeader } from "jose";
import { describe, expect, it } from "vitest";

import { useGateway, useSuperuser } from "../support/fixtures.js";
import { type Ask } from "../support/gateway.js";

const SESSION =
  "accessToken refreshToken expiresAt errors { field code message } viewer { account { email } profile { id name kind maturityLimit } profiles { id name kind } roles tenant { slug } membership { state plan { name } } consents { measurement } }";
const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { ${SESSION} } }`;
const SELECT = `mutation ($input: SelectProfileInput!) { selectProfile(input: $input) { ${SESSION} } }`;
const REFRESH = `mutation ($input: RefreshInput!) { refreshSession(input: $input) { ${SESSION} } }`;
const VIEWER = "{ viewer { account { email } profile { id name } roles } }";

const gateway = useGateway(() => ({ MARQUEE_TOKEN_MINUTES: "7" }));
const database = useSuperuser();

async function run(query: string, input: object, options: Ask = {}) {
  const answer = await gateway.ask(query, { variables: { input }, ...options });
  expect(answer.errors).toBeUndefined();
  return Object.values(answer.data)[0] as Record<string, any>;
}
const signIn = (email: string, password = "marquee", options: Ask = {}) =>
  run(SIGN_IN, { email, password }, options);

function expectRefused(payload: Record<string, any>, field: string | null, code: string): void {
  expect(payload).toEqual({
    accessToken: null,
    refreshToken: null,
    expiresAt: null,
    viewer: null,
    errors: [{ field, code, message: expect.stringMatching(/\S+ .*\.$/) }],
  });
}

describe("signIn", () => {
  it("answers tokens and the viewer they are for", async () => {
    const session = await signIn("editor@meridian.example");
    expect(session).toMatchObject({
      errors: [],
      viewer: {
        account: { email: "editor@meridian.example" },
        profile: { name: "Edith", kind: "ADULT", maturityLimit: "NC-17" },
        roles: ["VIEWER", "EDITOR"],
        tenant: { slug: "meridian" },
        membership: { state: "ACTIVE", plan: { name: "Standard" } },
        consents: { measurement: expect.any(Boolean) },
      },
    });
    expect(session.viewer.profiles).toHaveLength(1);
  });

  it("puts into the token who it speaks for, what that profile may meet and for how long, and nothing else", async () => {
    const before = Math.floor(Date.now() / 1000);
    const { accessToken, expiresAt } = await signIn("family@meridian.example");
    const claims = decodeJwt(accessToken);
    expect(decodeProtectedHeader(accessToken)).toEqual({
      alg: "EdDSA",
      typ: "at+jwt",
      kid: gateway.keys.current().kid,
    });
    expect(claims).toEqual({
      iss: "marquee",
      ten: "meridian",
      acc: "family",
      pro: "meridian-family",
      sid: expect.any(String),
      cty: "US",
      mat: 18,
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
    expect(claims.exp! * 1000).toBe(Date.parse(expiresAt));
    expect(claims.exp! - claims.iat!).toBe(7 * 60);
    expect(claims.iat).toBeGreaterThanOrEqual(before - 1);
    expect(claims.iat).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000));
  });

  it("reads the address in any case and with white space around it", async () => {
    expect((await signIn("  Viewer@MERIDIAN.example ")).viewer.account.email).toBe("viewer@meridian.example");
  });

  it("refuses a wrong password, an unknown address and an empty one in the same words", async () => {
    const wrong = await signIn("viewer@meridian.example", "Marquee");
    expectRefused(wrong, "password", "BAD_CREDENTIALS");
    for (const email of ["nobody@meridian.example", "", "viewer@nowhere.example", "%@meridian.example"]) {
      expect(await signIn(email), email).toEqual(wrong);
    }
  });

  it("never says a password, a hash or a token in an error", async () => {
    const text = JSON.stringify(await signIn("viewer@meridian.example", "my-secret-password"));
    expect(text).not.toMatch(/my-secret|scrypt|eyJ/);
  });
});

describe("selectProfile", () => {
  it("goes on as another profile of the account, whose limit holds from then on", async () => {
    const session = await signIn("family@meridian.example");
    const kids = session.viewer.profiles.find(({ kind }: { kind: string }) => kind === "KIDS");
    const selected = await run(SELECT, { profile: kids.id }, { token: session.accessToken });
    expect(selected).toMatchObject({
      errors: [],
      viewer: { profile: { id: kids.id, kind: "KIDS", maturityLimit: "PG" }, roles: ["VIEWER"] },
    });
    expect(decodeJwt(selected.accessToken)).toMatchObject({
      ten: "meridian",
      acc: "family",
      pro: "meridian-kids",
    });
    const viewer = await gateway.ask(VIEWER, { token: selected.accessToken });
    expect(viewer.data.viewer.profile.id).toBe(kids.id);
    const godfather = '{ title(id: "Title:film-the-godfather-1972") { name } }';
    expect((await gateway.ask(godfather, { token: selected.accessToken })).data).toEqual({ title: null });
    expect((await gateway.ask(godfather, { token: session.accessToken })).data.title).toEqual({
      name: "The Godfather",
    });
  });

  it("answers fields of its viewer for the profile that was selected", async () => {
    const { accessToken } = await signIn("family@meridian.example");
    const query = `mutation ($input: SelectProfileInput!) { selectProfile(input: $input) { viewer { profile { name watchlist(first: 100) { edges { node { name maturityRating inMyWatchlist } } } } } } }`;
    const { viewer } = await run(query, { profile: "Profile:meridian-kids" }, { token: accessToken });
    expect(viewer.profile.name).toBe("Kids");
    const titles = viewer.profile.watchlist.edges.map(({ node }: { node: object }) => node);
    expect(titles.length).toBeGreaterThan(0);
    for (const title of titles)
      expect(title).toMatchObject({
        inMyWatchlist: true,
        maturityRating: expect.stringMatching(/^(G|PG|TV-(Y|G|PG))$/),
      });
  });

  it("refuses a profile that is not the account's, be it there or not", async () => {
    const { accessToken, viewer } = await signIn("family@meridian.example");
    const lumen = await signIn("family@lumen.example");
    for (const profile of [
      "Profile:meridian-viewer",
      "Profile:nobody",
      lumen.viewer.profiles[1].id,
      "Title:film-casino-1995",
    ]) {
      expectRefused(await run(SELECT, { profile }, { token: accessToken }), "profile", "PROFILE_NOT_FOUND");
    }
    expectRefused(await run(SELECT, { profile: "kids" }, { token: accessToken }), "profile", "INVALID");
    const nobody = await gateway.ask(SELECT, { variables: { input: { profile: viewer.profiles[0].id } } });
    expect(nobody.errors?.[0]?.extensions).toMatchObject({ code: "UNAUTHENTICATED", field: "authorization" });
  });
});

describe("refreshSession", () => {
  it("answers a new pair for a refresh token, which is used up", async () => {
    const session = await signIn("viewer@meridian.example");
    const next = await run(REFRESH, { refreshToken: session.refreshToken });
    expect(next).toMatchObject({ errors: [], viewer: session.viewer });
    expect(next.refreshToken).not.toBe(session.refreshToken);
    expect((await gateway.ask(VIEWER, { token: next.accessToken })).data.viewer.account.email).toBe(
      "viewer@meridian.example",
    );
    expect((await run(REFRESH, { refreshToken: next.refreshToken })).errors).toEqual([]);
  });

  it("answers the same pair to whoever asks again within ten seconds", async () => {
    const { refreshToken } = await signIn("viewer@meridian.example");
    const first = await run(REFRESH, { refreshToken });
    expect(await run(REFRESH, { refreshToken })).toEqual(first);
  });

  it("ends the device's sessions where a token is used after that: it is somebody else's as well", async () => {
    const [session, other] = [
      await signIn("viewer@meridian.example"),
      await signIn("viewer@meridian.example"),
    ];
    const next = await run(REFRESH, { refreshToken: session.refreshToken });
    await database.query(
      "update shared.used_refresh_tokens set used_at = used_at - interval '11 seconds' where token_hash = $1",
      [createHash("sha256").update(session.refreshToken).digest("base64url")],
    );
    for (const { refreshToken } of [session, next, session])
      expectRefused(await run(REFRESH, { refreshToken }), "refreshToken", "SESSION_ENDED");
    for (const { accessToken } of [session, next])
      expect((await gateway.ask("{ titles { totalCount } }", { token: accessToken })).errors).toMatchObject([
        { extensions: { code: "UNAUTHENTICATED" } },
      ]);
    expect((await run(REFRESH, { refreshToken: other.refreshToken })).errors).toEqual([]);
  });

  it("keeps the profile that was selected", async () => {
    const { accessToken } = await signIn("family@meridian.example");
    const kids = await run(SELECT, { profile: "Profile:meridian-kids" }, { token: accessToken });
    const next = await run(REFRESH, { refreshToken: kids.refreshToken });
    expect(next.viewer.profile).toMatchObject({ name: "Kids", kind: "KIDS" });
  });

  it("answers all of many at the same time one pair: tabs sign each other out no more", async () => {
    const { refreshToken } = await signIn("viewer@meridian.example");
    const answers = await Promise.all(Array.from({ length: 8 }, () => run(REFRESH, { refreshToken })));
    expect(answers[0]!.errors).toEqual([]);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect((await run(REFRESH, { refreshToken: answers[7]!.refreshToken })).errors).toEqual([]);
  });

  it("refuses what was never given out, and the tokens of another tenant", async () => {
    const { accessToken, refreshToken } = await signIn("viewer@lumen.example");
    for (const wrong of ["", "x", accessToken, `${refreshToken}x`]) {
      expectRefused(await run(REFRESH, { refreshToken: wrong }), "refreshToken", "SESSION_ENDED");
    }
    expectRefused(
      await run(REFRESH, { refreshToken }, { tenant: "meridian" }),
      "refreshToken",
      "SESSION_ENDED",
    );
    expect((await run(REFRESH, { refreshToken }, { tenant: "lumen" })).viewer.tenant.slug).toBe("lumen");
  });

  it("needs no header to prolong a session outside the default tenant", async () => {
    const { refreshToken } = await signIn("viewer@atelier.example");
    expect((await run(REFRESH, { refreshToken })).viewer.tenant.slug).toBe("atelier");
  });
});
