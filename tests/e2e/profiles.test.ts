/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- answers are read as clients read them: JSON of any shape */
import { randomUUID } from "node:crypto";

import { beforeAll, describe, expect, it } from "vitest";

import { PROFILE_FIELD_NAMES, PROFILE_FIELDS } from "../../datasources/core/profile-fields.js";
import { useGateway, useSuperuser } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";

const PROFILE = `profile { id externalId name kind maturityLimit ${PROFILE_FIELD_NAMES.join(" ")} } consistencyToken errors { field code message }`;
const CREATE = `mutation ($input: CreateProfileInput!) { createProfile(input: $input) { ${PROFILE} } }`;
const UPDATE = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { ${PROFILE} } }`;
const DELETE =
  "mutation ($input: DeleteProfileInput!) { deleteProfile(input: $input) { deletedProfileId consistencyToken errors { field code message } } }";
const SIGN_UP =
  "mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken viewer { profile { id externalId name } } } }";
const SELECT =
  "mutation ($input: SelectProfileInput!) { selectProfile(input: $input) { accessToken refreshToken } }";

const PASSWORD = "correct horse";

const gateway = useGateway(() => ({ MARQUEE_TRUSTED_PROXIES: "127.0.0.1" }));
const database = useSuperuser();
let slug: string;
/** Where owners come from: each from its own, of which few sign up. */
let address = 0;

beforeAll(async () => {
  slug = (await createTestTenant(gateway.stores)).slug;
});

async function send(query: string, input: object, token?: string): Promise<any> {
  const headers = { "x-forwarded-for": `198.51.100.${address}` };
  const answer = await gateway.ask(query, { variables: { input }, token, tenant: slug, headers });
  expect(answer.errors).toBeUndefined();
  return Object.values(answer.data)[0];
}
async function owner(): Promise<{ token: string; first: any }> {
  address += 1;
  const { accessToken, viewer } = await send(SIGN_UP, {
    email: `${randomUUID()}@example.com`,
    password: PASSWORD,
    name: "Ada",
  });
  return { token: accessToken, first: viewer.profile };
}
const codeOf = (payload: any) => payload.errors[0]?.code;
const rowsOf = async (text: string, id: string) => (await database.query(text, [id])).rows;

describe("every field of the table", () => {
  it.each(PROFILE_FIELD_NAMES)("is set, answered and cleared: %s", async (name) => {
    const { token } = await owner();
    const value = PROFILE_FIELDS[name].example;
    const { profile } = await send(CREATE, { name: "Bo", [name]: value }, token);
    expect(profile[name]).toEqual(value);
    const other = await send(UPDATE, { profile: profile.id, name: "Bo D" }, token);
    expect(other.profile).toMatchObject({ name: "Bo D", [name]: value });
    const cleared = await send(UPDATE, { profile: profile.id, [name]: null }, token);
    expect(cleared.profile[name]).toBeNull();
    const { data } = await gateway.ask(`{ viewer { profiles { name ${name} } } }`, { token });
    expect(data.viewer.profiles).toContainEqual({ name: "Bo D", [name]: null });
  });
});

describe("signUp", () => {
  const ask = (favouriteGenres: unknown) =>
    gateway.ask(
      "mutation ($input: SignUpInput!) { signUp(input: $input) { viewer { profile { favouriteGenres } } errors { field code message } } }",
      {
        tenant: slug,
        variables: { input: { email: `${randomUUID()}@example.com`, password: PASSWORD, favouriteGenres } },
      },
    );

  it("takes the genres that somebody likes, for the first profile, or says what it would take", async () => {
    const { data } = await ask([" Film  Noir ", "Western"]);
    expect(data.signUp).toEqual({
      viewer: { profile: { favouriteGenres: ["Film Noir", "Western"] } },
      errors: [],
    });
    expect((await ask(null)).data.signUp.viewer.profile.favouriteGenres).toBeNull();
    const many = Array.from({ length: 11 }, (_, n) => `Genre ${n}`);
    for (const refused of [many, [""]]) {
      const { signUp } = (await ask(refused)).data;
      expect(signUp.viewer).toBeNull();
      expect(signUp.errors).toMatchObject([
        { code: "INVALID", message: expect.stringContaining("Accepted") },
      ]);
      expect(signUp.errors[0].field).toContain("favouriteGenres");
    }
  });
});

describe("createProfile", () => {
  it("makes a grown-up's and a child's, with their limits, and tells the projections", async () => {
    const { token } = await owner();
    const grown = await send(CREATE, { name: " Bo  Derek ", country: "DE" }, token);
    expect(grown).toMatchObject({
      profile: { name: "Bo Derek", kind: "ADULT", maturityLimit: "NC-17", country: "DE" },
      consistencyToken: expect.any(String),
      errors: [],
    });
    const child = await send(CREATE, { name: "Kim", kind: "KIDS" }, token);
    expect(child.profile).toMatchObject({ kind: "KIDS", maturityLimit: "PG", country: null });
    const events = await rowsOf(
      "select topic, revision::int, state from marquee.outbox where entity = $1",
      child.profile.externalId,
    );
    expect(events).toEqual([{ topic: "PROFILE", revision: 1, state: { deleted: false } }]);
    const { data } = await gateway.ask("{ viewer { profiles { name } } }", { token });
    expect(data.viewer.profiles.map(({ name }: any) => name)).toEqual(["Ada", "Bo Derek", "Kim"]);
  });

  it("refuses names that are taken or none, limits above PG for a child, and more than five", async () => {
    const { token } = await owner();
    expect(codeOf(await send(CREATE, { name: "ADA" }, token))).toBe("NAME_TAKEN");
    expect(codeOf(await send(CREATE, { name: "  " }, token))).toBe("INVALID_NAME");
    expect(codeOf(await send(CREATE, { name: "a\0" }, token))).toBe("INVALID_NAME");
    expect(codeOf(await send(CREATE, { name: "An\u200bna" }, token))).toBe("INVALID_NAME");
    expect(codeOf(await send(CREATE, { name: "x".repeat(41) }, token))).toBe("INVALID_NAME");
    expect(codeOf(await send(CREATE, { name: "Kim", kind: "KIDS", maturityLimit: "R" }, token))).toBe(
      "MATURITY_LIMIT_TOO_HIGH",
    );
    const made = await Promise.all(
      ["B", "C", "D", "E", "F", "G"].map((name) => send(CREATE, { name }, token)),
    );
    expect(made.filter(({ profile }) => profile !== null)).toHaveLength(4);
    const refused = made.find(({ profile }) => profile === null);
    expect(refused.errors).toEqual([
      { field: null, code: "TOO_MANY_PROFILES", message: expect.stringContaining("5") },
    ]);
  });

  it("is the owner's: not a child's, nor that of a profile without an account, nor a visitor's", async () => {
    const { token } = await owner();
    const { profile } = await send(CREATE, { name: "Kim", kind: "KIDS" }, token);
    const { accessToken } = await send(SELECT, { profile: profile.id }, token);
    expect(codeOf(await send(CREATE, { name: "Big" }, accessToken))).toBe("KIDS_PROFILE");
    expect(codeOf(await send(UPDATE, { profile: profile.id, kind: "ADULT" }, accessToken))).toBe(
      "KIDS_PROFILE",
    );
    const tenant = (await gateway.stores.tenants.bySlug(slug))!;
    await gateway.stores.accounts.putProfiles(tenant, [
      { id: "u1", name: "U", kind: "ADULT", maturityLimit: 18, country: null },
    ]);
    const imported = await gateway.tokenFor({
      tenant: slug,
      account: null,
      profile: "u1",
      roles: ["VIEWER"],
    });
    expect(codeOf(await send(CREATE, { name: "Big" }, imported))).toBe("ACCOUNT_REQUIRED");
    const visitor = await gateway.ask(CREATE, { variables: { input: { name: "V" } }, tenant: slug });
    expect(visitor.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});

describe("a profile with a limit", () => {
  it("makes and deletes none that may meet more, unless a parent shows up", async () => {
    const { token, first } = await owner();
    const { profile } = await send(CREATE, { name: "Teen", maturityLimit: "PG-13" }, token);
    const { accessToken: teen } = await send(SELECT, { profile: profile.id }, token);
    expect(codeOf(await send(CREATE, { name: "Big" }, teen))).toBe("PASSWORD_REQUIRED");
    expect(codeOf(await send(CREATE, { name: "Big", password: "guessed" }, teen))).toBe("BAD_CREDENTIALS");
    expect((await send(CREATE, { name: "Like", maturityLimit: "PG-13" }, teen)).errors).toEqual([]);
    expect((await send(CREATE, { name: "Kim", kind: "KIDS" }, teen)).errors).toEqual([]);
    expect(codeOf(await send(DELETE, { profile: first.id }, teen))).toBe("PASSWORD_REQUIRED");
    expect((await send(CREATE, { name: "Big", password: PASSWORD }, teen)).errors).toEqual([]);
    expect((await send(DELETE, { profile: first.id, password: PASSWORD }, teen)).errors).toEqual([]);
  });
});

describe("updateProfile", () => {
  it("changes what is sent and nothing else", async () => {
    const { token } = await owner();
    const { profile } = await send(CREATE, { name: "Bo", country: "DE", maturityLimit: "R" }, token);
    const renamed = await send(UPDATE, { profile: profile.id, name: "Bob" }, token);
    expect(renamed).toMatchObject({ profile: { ...profile, name: "Bob" }, errors: [] });
    expect((await send(UPDATE, { profile: profile.id, country: null }, token)).profile.country).toBeNull();
    const limit = (input: object) =>
      send(UPDATE, { profile: profile.id, password: PASSWORD, ...input }, token);
    const child = await limit({ kind: "KIDS" });
    expect(child.profile).toMatchObject({ name: "Bob", kind: "KIDS", maturityLimit: "PG" });
    expect(codeOf(await limit({ maturityLimit: "PG-13" }))).toBe("MATURITY_LIMIT_TOO_HIGH");
    expect((await limit({ kind: "ADULT" })).profile.maturityLimit).toBe("NC-17");
  });

  it("does not find another account's profile, and keeps one grown-up", async () => {
    const { token, first } = await owner();
    const stranger = await owner();
    expect(codeOf(await send(UPDATE, { profile: stranger.first.id, name: "Mine" }, token))).toBe(
      "PROFILE_NOT_FOUND",
    );
    const child = { profile: first.id, kind: "KIDS", password: PASSWORD };
    expect(codeOf(await send(UPDATE, child, token))).toBe("LAST_ADULT_PROFILE");
  });
});

describe("deleteProfile", () => {
  it("takes everything of the profile away, and leaves its viewing without an owner", async () => {
    const { token } = await owner();
    const { profile } = await send(CREATE, { name: "Bo" }, token);
    const id = profile.externalId as string;
    const session = await send(SELECT, { profile: profile.id }, token);
    const tenant = (await gateway.stores.tenants.bySlug(slug))!;
    const marker = `US${id.slice(0, 4)}`;
    const insert = (text: string, values: unknown[]) => database.query(text, [tenant.id, id, ...values]);
    await database.query(
      "select shared.ensure_event_days(array['2026-05-01T10:00:00Z', '2026-05-02T10:00:00Z']::timestamptz[])",
    );
    for (const [event, title, at] of [
      ["1", "a", "2026-05-01T10:00:00Z"],
      ["2", "a", "2026-05-01T11:00:00Z"],
      ["3", "a", "2026-05-02T10:00:00Z"],
      ["4", "b", "2026-05-01T10:00:00Z"],
    ]) {
      await insert(
        "insert into shared.viewing_events (tenant_id, profile_id, id, title_id, at, seconds, completed, country, device) values ($1, $2, $3, $4, $5, 60, false, 'US', 'TV')",
        [`${marker}-${event}`, title, at],
      );
    }
    await insert(
      "insert into shared.title_progress (tenant_id, profile_id, title_id, position_seconds, completed, watched_seconds, first_watched_at, last_watched_at) values ($1, $2, 'a', 1, false, 1, now(), now())",
      [],
    );
    await insert(
      "insert into shared.ratings (tenant_id, profile_id, title_id, rating, rated_at) values ($1, $2, 'a', 5, now())",
      [],
    );
    await insert(
      "insert into shared.watchlist (tenant_id, profile_id, title_id, added_at) values ($1, $2, 'a', now())",
      [],
    );

    const gone = await send(DELETE, { profile: profile.id }, token);
    expect(gone).toMatchObject({
      deletedProfileId: profile.id,
      consistencyToken: expect.any(String),
      errors: [],
    });
    for (const table of ["title_progress", "ratings", "watchlist", "sessions", "viewing_events"]) {
      expect(await rowsOf(`select 1 from shared.${table} where profile_id = $1`, id), table).toEqual([]);
    }
    const events = await rowsOf(
      "select id, profile_id from shared.viewing_events where tenant_id = $1::int order by title_id, at",
      String(tenant.id),
    );
    const [first, second, third, fourth] = events.map((row) => row.profile_id as string);
    // One viewer of a title and day stays one; nothing else belongs together.
    expect(second).toBe(first);
    expect(new Set([first, third, fourth]).size).toBe(3);
    for (const name of [first, third, fourth]) expect(name).toMatch(/^deleted-[0-9a-f]{32}$/);
    for (const row of events) expect(row.id).toMatch(/^deleted-[0-9a-f]{32}$/);
    expect(new Set(events.map((row) => row.id as string)).size).toBe(4);
    const outbox = await rowsOf(
      "select revision::int, state from marquee.outbox where entity = $1 order by id desc limit 1",
      id,
    );
    const followers = await database.query(
      "select 1 from marquee.outbox_cursors where target = 'recommendations.neo4j'",
    );
    // Where nobody follows what profiles do, nothing is left to say that there was one.
    expect(outbox).toEqual(followers.rowCount === 0 ? [] : [{ revision: 2, state: { deleted: true } }]);
    const refresh = "mutation ($input: RefreshInput!) { refreshSession(input: $input) { errors { code } } }";
    expect(codeOf(await send(refresh, { refreshToken: session.refreshToken }))).toBe("SESSION_ENDED");
    const answer = await gateway.ask("{ viewer { profile { id } } }", { token: session.accessToken });
    expect(answer.data?.viewer ?? null).toBeNull();
  });

  it("keeps the one in use, the last grown-up, and what is not the account's", async () => {
    const { token, first } = await owner();
    expect(codeOf(await send(DELETE, { profile: first.id }, token))).toBe("LAST_PROFILE");
    const { profile } = await send(CREATE, { name: "Bo" }, token);
    expect(codeOf(await send(DELETE, { profile: first.id }, token))).toBe("PROFILE_IN_USE");
    expect(codeOf(await send(DELETE, { profile: (await owner()).first.id }, token))).toBe(
      "PROFILE_NOT_FOUND",
    );
    const other = await send(SELECT, { profile: profile.id }, token);
    // Each deletes the other: one of them stays, and who is gone may not be let in at all.
    const both = await Promise.all(
      [
        { input: { profile: profile.id }, token },
        { input: { profile: first.id }, token: other.accessToken },
      ].map(({ input, token }) => gateway.ask(DELETE, { variables: { input }, token, tenant: slug })),
    );
    const codes = both.map(({ data, errors }) => errors?.[0]?.extensions.code ?? codeOf(data.deleteProfile));
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(["LAST_PROFILE", "PROFILE_NOT_FOUND", "UNAUTHENTICATED"]).toContain(codes.find(Boolean));
  });
});
