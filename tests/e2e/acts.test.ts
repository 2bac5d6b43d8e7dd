import { randomUUID } from "node:crypto";

import { beforeAll, describe, expect, it } from "vitest";

import { type AuditEntry } from "../../datasources/audit/audit.js";
import { AUDIT_ACTS, type AuditAct } from "../../datasources/core/audit-acts.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { makeKey } from "../../resolvers/request/api-key.js";
import { PERMISSIONS } from "../../resolvers/permissions.js";
import { isOperatorNow } from "../../src/http/operators-first.js";
import { openAccount } from "../support/accounts.js";
import { use, useLoneGateway, useSuperuser } from "../support/fixtures.js";
import { openInbox } from "../support/inbox.js";
import { testRequest } from "../support/stores.js";

const WATCHING = "what a profile watches is its own, and is no act on anybody else's";
const BOOKS = "the books have it: checkouts and memberships";
const NOT_YET = "changes nothing by itself: what it leads to is noted";
const OF_TENANTS =
  "noted in the tenant's log and in that of who did it, as tests/e2e/platform.test.ts has it";

/** What each mutation notes when it does what it says, in this order; or why it notes nothing. */
const NOTED: Readonly<Record<string, readonly AuditAct[] | string>> = {
  addSearchSynonym: ["SEARCH_SYNONYM_ADDED"],
  addToWatchlist: WATCHING,
  archiveTitle: ["TITLE_ARCHIVED"],
  cancelSubscription: BOOKS,
  changeCountry: ["COUNTRY_CHANGED"],
  changeEmail: ["EMAIL_CHANGE_ASKED"],
  changePassword: ["PASSWORD_CHANGED"],
  changePlan: BOOKS,
  changeRoles: ["ROLES_SET"],
  checkProjection: ["PROJECTION_JOB"],
  createApiKey: ["API_KEY_CREATED"],
  createProfile: ["PROFILE_CREATED"],
  createTenant: OF_TENANTS,
  deleteProfile: ["PROFILE_DELETED"],
  dismissFromContinueWatching: WATCHING,
  endSession: ["SIGN_OUT"],
  eraseMyAccount: ["ERASURE_ASKED"],
  exportMyData: NOT_YET,
  heartbeatPlayback: WATCHING,
  mergeTitles: ["TITLES_MERGED"],
  noteSearchOpened: WATCHING,
  promoteTenant: OF_TENANTS,
  publishTitle: ["TITLE_PUBLISHED"],
  putCampaign: ["CAMPAIGN_PUT"],
  putCollection: ["COLLECTION_PUT"],
  putTitle: ["TITLE_PUT"],
  rateTitle: WATCHING,
  rebuildProjection: ["PROJECTION_JOB"],
  recordProgress: WATCHING,
  refreshSession: "the session was opened before, and goes on",
  removeCampaign: ["CAMPAIGN_REMOVED"],
  removeCollection: ["COLLECTION_REMOVED"],
  removeFromWatchlist: WATCHING,
  removeSearchRule: ["SEARCH_RULE_REMOVED"],
  removeSearchSynonym: ["SEARCH_SYNONYM_REMOVED"],
  requestEmailVerification: NOT_YET,
  requestPasswordReset: NOT_YET,
  resetPassword: ["PASSWORD_RESET"],
  resumeTenant: OF_TENANTS,
  retryDeadLetters: ["DEAD_LETTERS_RETRIED"],
  revokeApiKey: ["API_KEY_REVOKED"],
  selectProfile: "the session was opened before, and goes on as another profile",
  setConsents: ["CONSENTS_SET"],
  setLicence: ["TITLE_LICENSED"],
  setNotForMe: WATCHING,
  setProfilePin: ["PIN_SET"],
  setSearchLearning: ["SEARCH_LEARNING_SET"],
  setSearchRule: ["SEARCH_RULE_SET"],
  signIn: ["SIGN_IN"],
  signOut: ["SIGN_OUT"],
  signOutEverywhere: ["SIGN_OUT"],
  signUp: ["SIGN_UP", "SIGN_IN"],
  startExperiment: ["EXPERIMENT_STARTED"],
  startPlayback: WATCHING,
  stopExperiment: ["EXPERIMENT_STOPPED"],
  stopPlayback: WATCHING,
  subscribe: BOOKS,
  suspendTenant: OF_TENANTS,
  updateProfile: ["PROFILE_LIMITED"],
  verifyEmail: ["EMAIL_VERIFIED"],
};

/** What no mutation notes: what notes it, or how else a mutation comes to it. */
const ELSEWHERE: readonly AuditAct[] = [
  "SESSIONS_REVOKED",
  "TENANT_CREATED",
  "TENANT_DELETED",
  "TENANT_MOVED",
  "TENANT_MOVE_CONFIRMED",
  "TENANT_MOVE_UNDONE",
  "TENANT_RESUMED",
  "TENANT_SUSPENDED",
  "DATA_EXPORTED",
  "DATA_FETCHED",
  "ACCOUNT_ERASED",
  "ERASURES_REPLAYED",
  "RETENTION_ENFORCED",
  "KEY_MADE",
  "KEY_REMOVED",
  "TENANT_GONE",
  "AUDIT_CUT",
  "IMPORTED",
  "EXPERIMENT_ARM_ENDED",
  "INSIGHTS_RELEASED",
];

const PASSWORD = "correct horse";
const inbox = use(openInbox);
const { gateway, database: own } = useLoneGateway(() => ({
  MARQUEE_SMTP_URL: inbox.url,
  MARQUEE_MAIL_FROM: "Marquee <no-reply@marquee.example>",
  MARQUEE_MAIL_LINK: "https://watch.example/{action}?token={token}",
}));
const database = useSuperuser("shared", own);
let tenant: Tenant;
let staff: { account: string; token: string };

beforeAll(async () => {
  tenant = await gateway.createTenant();
  staff = await openAccount(gateway, tenant, { roles: ["VIEWER", "EDITOR", "OPERATOR"] });
});

const entries = async () => {
  const page = { limit: 100, fromEnd: false };
  const { rows } = await gateway.stores.audit.entries(testRequest(tenant), {}, page);
  return rows.map(({ entry }) => entry).reverse();
};

/** Runs a mutation; what it answered, and what it has noted. */
async function run(call: string, token?: string, fields = "") {
  const before = await entries();
  const answer = await gateway.ask(`mutation { ${call} { ${fields} errors { code } } }`, {
    token,
    tenant: tenant.slug,
  });
  expect(answer.errors, call).toBeUndefined();
  // Jobs go on meanwhile: an export is put together when it comes to its turn.
  const noted = (await entries()).slice(before.length).filter(({ actor }) => actor !== "job");
  const payload = Object.values(answer.data)[0] as Record<string, unknown> & { errors: { code: string }[] };
  return { payload, noted };
}

const done = new Set<string>();
/** Runs a mutation that does what it says, and holds what it has noted against the table. */
async function does(call: string, token?: string, fields = "") {
  const [name = ""] = call.split("(");
  const { payload, noted } = await run(call, token, fields);
  expect(payload.errors, call).toEqual([]);
  const expected = NOTED[name];
  expect(
    noted.map(({ act }) => act),
    call,
  ).toEqual(typeof expected === "string" ? [] : expected);
  for (const { outcome } of noted) expect(outcome).toBe("OK");
  done.add(name);
  return { payload, noted };
}

const quoted = (value: unknown) => JSON.stringify(value);
const TOKENS = "accessToken refreshToken viewer { profiles { id } sessions { id current } }";
interface SignedIn {
  accessToken: string;
  refreshToken: string;
  viewer: { profiles: { id: string }[]; sessions: { id: string; current: boolean }[] };
}
const signIn = async (email: string, password = PASSWORD) => {
  const call = `signIn(input: { email: ${quoted(email)}, password: ${quoted(password)} })`;
  return (await does(call, undefined, TOKENS)).payload as unknown as SignedIn;
};
const signUp = async () => {
  const email = `${randomUUID()}@example.com`;
  const call = `signUp(input: { email: ${quoted(email)}, password: ${quoted(PASSWORD)} })`;
  const { payload, noted } = await does(call, undefined, TOKENS);
  return { email, noted, ...(payload as unknown as SignedIn) };
};
const mailed = async (to: string, kind: string) => {
  const [mail] = await inbox.mailsTo(to, kind);
  return /\?token=(\S+)/.exec(mail!.text)![1]!;
};
const nameOf = (noted: readonly AuditEntry[]) => noted[0]!.actor;

it("every mutation says what it notes, and everything that is noted somebody does", () => {
  expect(Object.keys(NOTED).sort()).toEqual(Object.keys(PERMISSIONS.Mutation!).sort());
  const acts = Object.values(NOTED).flatMap((noted) => (typeof noted === "string" ? [] : noted));
  expect([...new Set([...acts, ...ELSEWHERE])].sort()).toEqual(Object.keys(AUDIT_ACTS).sort());
});

describe("the log of who did what", () => {
  it("has what an account does about itself, and who tried", async () => {
    const { email, noted, ...first } = await signUp();
    const name = nameOf(noted);
    expect(name).toMatch(/^account:[0-9a-f-]{36}$/);
    expect(noted).toMatchObject([
      { actor: name, subject: name },
      { actor: name, subject: name },
    ]);
    const wrong = `signIn(input: { email: ${quoted(email)}, password: "wrong" })`;
    expect((await run(wrong)).noted).toMatchObject([
      { act: "SIGN_IN", outcome: "FAILED", actor: "visitor", subject: name },
    ]);
    const nobody = 'signIn(input: { email: "nobody@example.com", password: "wrong" })';
    expect((await run(nobody)).noted).toMatchObject([
      { act: "SIGN_IN", outcome: "FAILED", actor: "visitor", subject: null },
    ]);

    const token = first.accessToken;
    const profile = first.viewer.profiles[0]!.id;
    const made = await does('createProfile(input: { name: "Other" })', token, "profile { id }");
    const other = (made.payload.profile as { id: string }).id;
    const pin = `setProfilePin(input: { profile: ${quoted(profile)}, newPin: "2468", password: ${quoted(PASSWORD)} })`;
    expect((await does(pin, token)).noted).toMatchObject([{ actor: name, details: { set: true } }]);
    expect(made.noted).toMatchObject([
      { actor: name, subject: name, details: { kind: "ADULT", maturityLimit: 18 } },
    ]);
    const update = (more: string) => `updateProfile(input: { profile: ${quoted(other)}, ${more} })`;
    // What describes a profile gives nobody anything.
    expect((await run(update('name: "Another", country: "FR"'), token)).noted).toEqual([]);
    const allowed = `password: ${quoted(PASSWORD)}`;
    const child = await does(update(`kind: KIDS, ${allowed}`), token);
    expect(child.noted).toMatchObject([
      {
        actor: name,
        subject: name,
        details: { kind: "KIDS", maturityLimit: 8, kindBefore: "ADULT", maturityLimitBefore: 18 },
      },
    ]);
    expect((await run(update(`kind: KIDS, ${allowed}`), token)).noted).toEqual([]);
    const grown = await does(update(`kind: ADULT, ${allowed}`), token);
    expect(grown.noted).toMatchObject([{ details: { kind: "ADULT", kindBefore: "KIDS" } }]);
    await does(`selectProfile(input: { profile: ${quoted(other)} })`, token);
    await does(`deleteProfile(input: { profile: ${quoted(other)} })`, token);
    await does("setConsents(input: { personalisation: false })", token);
    await does("exportMyData", token);
    await does(`changeCountry(input: { country: "FR", password: ${quoted(PASSWORD)} })`, token);

    await does("requestEmailVerification", token);
    const next = `${randomUUID()}@example.com`;
    await does(`changeEmail(input: { email: ${quoted(next)}, password: ${quoted(PASSWORD)} })`, token);
    await does(`verifyEmail(input: { token: ${quoted(await mailed(next, "/verify-email?"))} })`);
    const [last] = (await entries()).slice(-1);
    expect(last).toMatchObject({ act: "EMAIL_VERIFIED", actor: "visitor", subject: name });
    const change = `changePassword(input: { currentPassword: ${quoted(PASSWORD)}, newPassword: "battery staple" })`;
    await does(change, token);
    await does(`requestPasswordReset(input: { email: ${quoted(next)} })`);
    const reset = await mailed(next, "/reset-password?");
    await does(`resetPassword(input: { token: ${quoted(reset)}, newPassword: ${quoted(PASSWORD)} })`);
    const again = await signIn(next);
    const erase = `eraseMyAccount(input: { password: ${quoted(PASSWORD)}, idempotencyKey: "once" })`;
    await does(erase, again.accessToken);
    // The PIN as a value of its own: four digits are in many an id and hash.
    expect(JSON.stringify(await entries())).not.toMatch(
      new RegExp(`${email}|${next}|${PASSWORD}|battery|[":]2468[",}]`),
    );
  });

  it("has how sessions end, also where somebody else has a copy of a token", async () => {
    const { email, noted } = await signUp();
    const out = await signIn(email);
    await does("signOut", out.accessToken);
    const ended = await signIn(email);
    const current = ended.viewer.sessions.find((session) => session.current)!;
    await does(`endSession(input: { session: ${quoted(current.id)} })`, ended.accessToken);
    await does("signOutEverywhere", (await signIn(email)).accessToken);

    const { refreshToken } = await signIn(email);
    const refresh = `refreshSession(input: { refreshToken: ${quoted(refreshToken)} })`;
    await does(refresh);
    await does(refresh);
    await database.query(
      "update shared.used_refresh_tokens set used_at = used_at - interval '1 minute' where tenant_id = $1",
      [tenant.id],
    );
    const reused = await run(refresh);
    expect(reused.payload.errors).toEqual([{ code: "SESSION_ENDED" }]);
    expect(reused.noted).toMatchObject([
      { act: "SESSIONS_REVOKED", actor: "visitor", subject: nameOf(noted) },
    ]);
    // What is over already ends nothing.
    expect((await run(refresh)).noted).toEqual([]);
  });

  it("has what operators do", async () => {
    const call = 'createApiKey(input: { name: "machine", scope: ["Query.titles"] })';
    const made = await does(call, staff.token, "apiKey { id }");
    const { id } = made.payload.apiKey as { id: string };
    const name = nameOf(made.noted);
    expect(made.noted).toMatchObject([
      { subject: expect.stringMatching(/^api-key:[0-9a-f]{12}$/) as string },
    ]);
    const revoke = `revokeApiKey(input: { apiKey: ${quoted(id)} })`;
    expect((await does(revoke, staff.token)).noted).toMatchObject([{ actor: name }]);
    expect((await run(revoke, staff.token)).noted).toEqual([]);
    await does("retryDeadLetters(input: {})", staff.token);
    await does('checkProjection(input: { target: "search.postgres" })', staff.token);
  });

  /** Every edit once; by whom each was noted. */
  async function edit(token: string): Promise<string[]> {
    const [title, other] = [randomUUID(), randomUUID()].map((id) => `"Title:${id}"`);
    const made = [title, other].map(
      (id) => `putTitle(input: { externalId: ${id!.replace("Title:", "")}, kind: MOVIE, name: "Draft" })`,
    );
    const edits = [
      ...made,
      ...[title, other].map((id) => `publishTitle(input: { title: ${id} })`),
      `setLicence(input: { title: ${title}, countries: ["US"] })`,
      `mergeTitles(input: { keep: ${title}, merge: ${other} })`,
      `archiveTitle(input: { title: ${title} })`,
    ];
    const actors: string[] = [];
    for (const call of edits) actors.push(nameOf((await does(call, token)).noted));
    const put = `putCollection(input: { name: "Some", titles: [${title}] })`;
    const collected = await does(put, token, "collection { id }");
    const { id } = collected.payload.collection as { id: string };
    expect(collected.noted).toMatchObject([{ subject: expect.stringMatching(/^collection:/) as string }]);
    const removed = await does(`removeCollection(input: { collection: ${quoted(id)} })`, token);
    const promoted = await does(`putCampaign(input: { title: ${title} })`, token, "campaign { id }");
    expect(promoted.noted).toMatchObject([{ subject: expect.stringMatching(/^campaign:/) as string }]);
    const campaign = (promoted.payload.campaign as { id: string }).id;
    const over = await does(`removeCampaign(input: { campaign: ${quoted(campaign)} })`, token);
    actors.push(nameOf(promoted.noted), nameOf(over.noted));
    return [...actors, nameOf(collected.noted), nameOf(removed.noted), ...(await steer(token, title!))];
  }

  /** Every act on search once; by whom each was noted. */
  async function steer(token: string, title: string): Promise<string[]> {
    const words = 'addSearchSynonym(input: { language: "en", words: ["Dr. Secret", "Physician"] })';
    const added = await does(words, token, "synonym { id }");
    const rule = `setSearchRule(input: { query: "Secret text", title: ${title}, place: 1 })`;
    const set = await does(rule, token, "rule { id }");
    expect(added.noted).toMatchObject([
      { subject: expect.stringMatching(/^synonym:/) as string, details: { words: 2 } },
    ]);
    expect(set.noted).toMatchObject([
      { subject: expect.stringMatching(/^searchRule:/) as string, details: { place: 1 } },
    ]);
    const idOf = (thing: unknown) => quoted((thing as { id: string }).id);
    const gone = [
      await does(`removeSearchSynonym(input: { synonym: ${idOf(added.payload.synonym)} })`, token),
      await does(`removeSearchRule(input: { rule: ${idOf(set.payload.rule)} })`, token),
    ];
    return [added, set, ...gone].map(({ noted }) => nameOf(noted));
  }

  it("has what editors do", async () => {
    expect(new Set(await edit(staff.token))).toEqual(new Set([expect.stringMatching(/^account:/)]));
  });

  it("has whether what searches learn counts", async () => {
    const { noted } = await does("setSearchLearning(input: { mode: TRIAL })", staff.token);
    expect(noted).toMatchObject([{ details: { mode: "TRIAL" } }]);
    await does("setSearchLearning(input: { mode: OFF })", staff.token);
  });

  it("has what operators try on a part of the profiles", async () => {
    const arms = '[{ arm: "secret", percent: 20 }, { arm: "other", percent: 30 }]';
    const begin = `startExperiment(input: { name: "secret", arms: ${arms} })`;
    const { payload, noted } = await does(begin, staff.token, "experiment { id }");
    expect(noted).toMatchObject([
      { subject: expect.stringMatching(/^experiment:/) as string, details: { arms: 2, percent: 50 } },
    ]);
    const { id } = payload.experiment as { id: string };
    await does(`stopExperiment(input: { experiment: ${quoted(id)} })`, staff.token);
  });

  it("has which API key did what one did", async () => {
    const editing = ["putTitle", "publishTitle", "setLicence", "mergeTitles", "archiveTitle"];
    const collecting = ["putCollection", "removeCollection", "putCampaign", "removeCampaign"];
    const steering = ["addSearchSynonym", "removeSearchSynonym", "setSearchRule", "removeSearchRule"];
    const scope = [...editing, ...collecting, ...steering, "checkProjection", "retryDeadLetters"].map(
      (name) => `Mutation.${name}`,
    );
    const wanted = { name: "a machine", scope, days: 1 };
    const { key, kept } = await makeKey(gateway.stores.apiKeys, tenant, wanted, "command");
    const looked = [
      ...(await edit(key)),
      nameOf((await does("retryDeadLetters(input: {})", key)).noted),
      nameOf((await does('checkProjection(input: { target: "catalog.postgres" })', key)).noted),
    ];
    expect(new Set(looked)).toEqual(new Set([`api-key:${kept.id}`]));
  });
});

describe("roles", () => {
  const change = (email: string, more: string) => `changeRoles(input: { email: ${quoted(email)}, ${more} })`;
  const rolesOf = async (token: string) =>
    ((await gateway.ask("{ viewer { roles } }", { token })).data.viewer as { roles: string[] }).roles;

  it("are given and taken by operators, for tokens that were given out before, and noted once", async () => {
    const { account, token } = await openAccount(gateway, tenant);
    const email = `${account}@example.com`;
    const given = await does(change(email, "give: [EDITOR, OPERATOR]"), staff.token, "roles");
    expect(given.payload.roles).toEqual(["EDITOR", "OPERATOR", "VIEWER"]);
    expect(given.noted).toMatchObject([{ details: { given: "EDITOR OPERATOR", taken: "" } }]);
    expect(await rolesOf(token)).toEqual(["EDITOR", "OPERATOR", "VIEWER"]);
    expect((await run(change(email, "give: [EDITOR]"), staff.token)).noted).toEqual([]);
    await does(change(email.toUpperCase(), "take: [EDITOR]"), staff.token);
    expect(await rolesOf(token)).toEqual(["OPERATOR", "VIEWER"]);
    const identity = await gateway.tokens.verify(token);
    expect(await isOperatorNow(gateway.stores, identity)).toBe(true);
    // Also from oneself, which the document's next field goes by.
    const taken = await does(change(email, "give: [OPERATOR], take: [OPERATOR]"), token);
    expect(taken.noted).toHaveLength(1);
    const { errors } = await gateway.ask("{ operations { id } }", { token });
    expect(errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
    // Nor do its requests go first any more.
    expect(await isOperatorNow(gateway.stores, identity)).toBe(false);
  });

  it("of accounts that are none of the tenant's are nobody's to give", async () => {
    const stranger = await openAccount(gateway, await gateway.createTenant());
    const missing = { roles: null, errors: [{ code: "ACCOUNT_NOT_FOUND" }] };
    for (const id of [stranger.account, randomUUID()]) {
      const { payload, noted } = await run(
        change(`${id}@example.com`, "give: [EDITOR]"),
        staff.token,
        "roles",
      );
      expect({ payload, noted }).toEqual({ payload: missing, noted: [] });
    }
    expect(await rolesOf(stranger.token)).toEqual(["VIEWER"]);
  });

  it("that run all tenants are no tenant's to give", async () => {
    const document = `mutation { ${change("any@example.com", "give: [PLATFORM]")} { roles } }`;
    const { errors } = await gateway.ask(document, { token: staff.token });
    expect(errors).toMatchObject([
      { message: expect.stringContaining('"TenantRole" enum. Accepted: EDITOR, OPERATOR.') as string },
    ]);
  });
});

it("every mutation that notes something was seen to", () => {
  const noting = Object.keys(NOTED).filter((name) => typeof NOTED[name] !== "string");
  // A rebuild is started by what starts a check, and would be one of every tenant that the tests share.
  expect(noting.filter((name) => !done.has(name))).toEqual(["rebuildProjection"]);
});
