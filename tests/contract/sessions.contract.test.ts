import { beforeEach, describe, expect, it } from "vitest";

import { type NewSession, type NextToken } from "../../datasources/accounts/sessions.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { viewerAccount } from "../support/accounts.js";
import { adultProfile } from "../support/catalogue.js";
import { useStores, useSuperuser } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";
import { createTestTenant, testRequest } from "../support/stores.js";

const stores = useStores();
const database = useSuperuser();
/** Another process in the middle of something. */
const other = useSuperuser();

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const LATER = inMs(3_600_000);
const ANN = { accountId: "ann", profileId: "ann-1" };
const next = (tokenHash: string): NextToken => ({
  tokenHash,
  salt: `salt of ${tokenHash}`,
  expiresAt: LATER,
  device: null,
  country: null,
});

describe.each<TenantTier>(["SHARED", "ISOLATED"])("sessions of a %s tenant", (tier) => {
  let tenant: Tenant;
  beforeEach(async () => {
    tenant = await createTestTenant(stores, tier);
    await stores.accounts.putAccounts(tenant, [
      viewerAccount("ann", { profiles: [adultProfile("ann-1"), adultProfile("ann-2")] }),
      viewerAccount("bob"),
    ]);
    await stores.accounts.putProfiles(tenant, [adultProfile("loose")]);
  });

  const opened = (tokenHash: string, stated: Partial<NewSession> = {}) =>
    stores.sessions.open(tenant, {
      ...ANN,
      tokenHash,
      expiresAt: LATER,
      openedBy: null,
      passwordHash: null,
      device: null,
      country: null,
      prolongable: true,
      ...stated,
    });
  const open = async (...stated: Parameters<typeof opened>) => (await opened(...stated))?.id ?? null;
  const renew = (tokenHash: string, then: string, of = tenant) =>
    stores.sessions.renew(of, tokenHash, next(then));
  const viewer = (session: string | null, profile = "ann-1", account: string | null = "ann") =>
    stores.accounts.viewer(testRequest(tenant), { account, profile, session });
  const devices = (session: string | null) =>
    stores.sessions.devices(testRequest(tenant), ANN, session ?? "");
  /** Resolves once so many wait for what the other process holds. */
  const waiting = (count: number) =>
    expect
      .poll(async () => {
        const { rows } = await database.query<{ count: number }>(
          "select count(*)::int as count from pg_locks l, pg_stat_activity a where l.pid = a.pid and not l.granted and a.query like '%accounts%'",
        );
        return rows[0]!.count;
      }, PATIENCE)
      .toBe(count);
  /** Has refresh tokens been used earlier than they were. */
  const later = (seconds: number) =>
    database.query(
      `update ${tenant.schema}.used_refresh_tokens set used_at = used_at - make_interval(secs => $1) where tenant_id = $2`,
      [seconds, tenant.id],
    );

  it("are prolonged once, however many ask at the same time, and all are answered the same", async () => {
    const session = await open("h");
    const renewed = await Promise.all(Array.from({ length: 8 }, (_, n) => renew("h", `h${n}`)));
    const [first] = renewed;
    expect(first).toEqual({
      session,
      account: "ann",
      profile: "ann-1",
      salt: expect.stringMatching(/^salt of h\d$/) as string,
      at: expect.stringMatching(/Z$/) as string,
    });
    for (const answer of renewed) expect(answer).toEqual(first);
    // The one that was given out is the one that is good.
    const given = first!.salt.replace("salt of ", "");
    for (const other of Array.from({ length: 8 }, (_, n) => `h${n}`).filter((hash) => hash !== given))
      expect(await renew(other, `${other} next`)).toBeNull();
    expect(await renew(given, "further")).toMatchObject({ session, salt: "salt of further" });
  });

  it("are opened by the password that the account has, and by none for who has asked to be forgotten", async () => {
    await database.query(`update ${tenant.schema}.accounts set password_hash = 'now' where tenant_id = $1`, [
      tenant.id,
    ]);
    expect(await open("before", { passwordHash: "before" })).toBeNull();
    const session = await open("now", { passwordHash: "now" });
    expect(session).not.toBeNull();
    await database.query(`update ${tenant.schema}.accounts set erasing = true where tenant_id = $1`, [
      tenant.id,
    ]);
    for (const stated of [{}, { passwordHash: "now" }, { profileId: "ann-2", openedBy: session }])
      expect(await open("more", stated)).toBeNull();
    expect(await stores.accounts.credentials(testRequest(tenant), "ann@example.com")).toBeNull();
  });

  it("are not opened past who ends all of them at the same moment", async () => {
    const { schema, id } = tenant;
    const session = await open("first");
    await other.query("begin");
    await other.query(
      `update ${schema}.accounts set password_hash = 'new' where tenant_id = ${id} and id = 'ann'`,
    );
    const late = [
      open("by the session", { profileId: "ann-2", openedBy: session }),
      open("by the password", { passwordHash: "none" }),
    ];
    await waiting(2);
    await other.query(`delete from ${schema}.sessions where tenant_id = ${id} and account_id = 'ann'`);
    await other.query("commit");
    expect(await Promise.all(late)).toEqual([null, null]);
    expect(await devices(session)).toEqual([]);
  });

  it("end where they are opened at the same moment", async () => {
    const { schema, id } = tenant;
    await other.query("begin");
    await other.query(`select 1 from ${schema}.accounts where tenant_id = ${id} and id = 'ann' for share`);
    await other.query(
      `insert into ${schema}.sessions (tenant_id, token_hash, account_id, profile_id, expires_at, device_id)
       values (${id}, 'opening', 'ann', 'ann-1', '${LATER}', 'phone')`,
    );
    const ended = stores.sessions.end(tenant, ANN, "ALL");
    await waiting(1);
    await other.query("commit");
    expect(await ended).toBe(1);
    expect(await renew("opening", "more")).toBeNull();
  });

  it("answer a used token the same for ten seconds, also when the next one has been used by then", async () => {
    await open("a");
    const first = await renew("a", "b");
    const second = await renew("b", "c");
    expect(await renew("a", "x")).toEqual(first);
    expect(await renew("b", "x")).toEqual(second);
    await later(9);
    expect(await renew("b", "x")).toMatchObject({ salt: second!.salt });
  });

  it.each([
    ["the last token", ["a"]],
    ["one of long before", ["a", "b", "c", "d"]],
  ])("end, with all of the device, when %s is used again after that", async (_, hashes) => {
    const phone = await open("phone");
    const session = await open("a");
    const kids = await open("kids", { profileId: "ann-2", openedBy: session });
    for (const [index, hash] of hashes.entries()) {
      expect(await renew(hash, hashes[index + 1] ?? "latest")).not.toBeNull();
      await later(11);
    }
    expect(await viewer(session)).not.toBeNull();
    expect(await renew("a", "stolen")).toBeNull();
    for (const gone of [await viewer(session), await viewer(kids, "ann-2"), await renew("latest", "more")])
      expect(gone).toBeNull();
    expect(await renew("kids", "more")).toBeNull();
    expect(await viewer(phone)).not.toBeNull();
    expect(await renew("phone", "phone 2")).not.toBeNull();
  });

  it("forget what a used token was followed by, and keep no token", async () => {
    await open("a");
    await renew("a", "b");
    await later(11);
    await renew("b", "c");
    const { rows } = await database.query<{ token_hash: string; salt: string | null }>(
      `select token_hash, salt from ${tenant.schema}.used_refresh_tokens where tenant_id = $1 order by 1`,
      [tenant.id],
    );
    expect(rows).toEqual([
      { token_hash: "a", salt: null },
      { token_hash: "b", salt: "salt of c" },
    ]);
    await later(31 * 86_400);
    await renew("c", "d");
    const { rows: kept } = await database.query(
      `select token_hash from ${tenant.schema}.used_refresh_tokens where tenant_id = $1`,
      [tenant.id],
    );
    expect(kept).toEqual([{ token_hash: "c" }]);
  });

  it("are not prolonged for another tenant, nor after they expired, nor where nothing was given out for that", async () => {
    await open("h");
    await open("old", { expiresAt: inMs(-1) });
    await open("token", { prolongable: false });
    expect(await renew("h", "n", await createTestTenant(stores, tier))).toBeNull();
    for (const hash of ["old", "token", "unknown", ""]) expect(await renew(hash, "n"), hash).toBeNull();
    expect(await renew("h", "n")).not.toBeNull();
  });

  it("are listed by device, this one first, with what was used last", async () => {
    const tv = await open("tv", { device: "Tizen", country: "FR" });
    const phone = await open("phone", { device: "Safari on iOS", country: "US" });
    await open("kids", { profileId: "ann-2", openedBy: phone, device: "Safari on iOS", country: "US" });
    await open("gone", { expiresAt: inMs(-1) });
    await open("bob's", { accountId: "bob", profileId: "bob" });
    await stores.sessions.renew(tenant, "phone", { ...next("phone 2"), country: "GB" });
    const request = testRequest(tenant);
    const found = await stores.sessions.devices(request, ANN, tv ?? "");
    expect(found.map(({ device, country, current }) => [device, country, current])).toEqual([
      ["Tizen", "FR", true],
      ["Safari on iOS", "GB", false],
    ]);
    expect(request.calls.calls).toHaveLength(1);
    expect((await devices(phone)).map(({ id }) => id)).toEqual(found.map(({ id }) => id).reverse());
    for (const { lastSeenAt } of found) expect(Date.parse(lastSeenAt)).toBeGreaterThan(Date.now() - 600_000);
  });

  it("end by device, by session and all, and those of nobody else", async () => {
    const tv = await open("tv");
    const phone = await open("phone");
    const kids = await open("kids", { profileId: "ann-2", openedBy: phone });
    const bob = await open("bob's", { accountId: "bob", profileId: "bob" });
    const [device] = await devices(tv);
    const end = stores.sessions.end.bind(stores.sessions, tenant);
    const others = { accountId: "bob", profileId: "bob" };
    expect(await end(others, { session: phone! })).toBe(0);
    expect(await end(others, { device: device!.id })).toBe(0);
    expect(await end(ANN, { session: phone! })).toBe(2);
    expect([await viewer(phone), await viewer(kids, "ann-2")]).toEqual([null, null]);
    expect(await viewer(tv)).not.toBeNull();
    expect(await end(ANN, { device: device!.id })).toBe(1);
    expect(await end(ANN, { device: device!.id })).toBe(0);
    await open("again");
    expect(await end(ANN, "ALL")).toBe(1);
    expect(await devices(tv)).toEqual([]);
    expect(await viewer(bob, "bob", "bob")).not.toBeNull();
  });

  it("are needed by everybody, and open no other when they are over", async () => {
    const session = await open("a");
    const other = { profileId: "ann-2", openedBy: session };
    expect(await viewer(session)).not.toBeNull();
    for (const nobody of [await viewer(null), await viewer(session, "ann-2"), await viewer("none")])
      expect(nobody).toBeNull();
    expect(await viewer(session, "loose", null)).toBeNull();
    expect(await open("b", other)).not.toBeNull();
    expect(await open("bob's", { accountId: "bob", profileId: "bob", openedBy: session })).toBeNull();
    await stores.sessions.end(tenant, ANN, "ALL");
    expect(await open("late", other)).toBeNull();
    expect(await viewer(await open("old", { expiresAt: inMs(-1) }))).toBeNull();
  });

  it("last no longer than one that opens them and cannot be prolonged", async () => {
    const token = await open("token", { prolongable: false, expiresAt: inMs(1_800_000) });
    expect(await opened("b", { profileId: "ann-2", openedBy: token })).toMatchObject({ prolongable: false });
    expect(await renew("b", "c")).toBeNull();
    const { rows } = await database.query<{ ends: boolean }>(
      `select count(distinct expires_at) = 1 as ends from ${tenant.schema}.sessions where tenant_id = $1`,
      [tenant.id],
    );
    expect(rows).toEqual([{ ends: true }]);
    const signedIn = await open("a");
    expect(await opened("d", { profileId: "ann-2", openedBy: signedIn })).toMatchObject({
      prolongable: true,
    });
  });

  it("are there for profiles without an account, which see and end their own", async () => {
    const loose = { accountId: null, profileId: "loose" };
    const session = await open("l", { ...loose, prolongable: false });
    expect((await viewer(session, "loose", null))?.profile.id).toBe("loose");
    expect(await viewer(null, "loose", null)).toBeNull();
    expect(await stores.sessions.devices(testRequest(tenant), loose, session!)).toHaveLength(1);
    expect(await stores.sessions.end(tenant, loose, "ALL")).toBe(1);
    expect(await viewer(session, "loose", null)).toBeNull();
    expect(await open("x", { accountId: null, profileId: "ann-1" })).toBeNull();
  });

  it("tell every process when they end, however that came about, unless they had expired", async () => {
    const ended = async (session: string | null) =>
      (await stores.identityChanges.endedSessions(60)).includes(session ?? "");
    const [out, deleted, old, on] = [
      await open("a"),
      await open("b"),
      await open("c", { expiresAt: inMs(-1) }),
      await open("e"),
    ];
    const removed = await open("d", { accountId: "bob", profileId: "bob" });
    const table = `${tenant.schema}.sessions where tenant_id = ${tenant.id} and id =`;
    await stores.sessions.end(tenant, ANN, { session: out! });
    await database.query(`delete from ${table} $1`, [deleted]);
    await database.query(`delete from ${table} $1`, [old]);
    await database.query(
      `delete from ${tenant.schema}.accounts where tenant_id = ${tenant.id} and id = 'bob'`,
    );
    const found = await Promise.all([out, deleted, removed, old, on].map(ended));
    expect(found).toEqual([true, true, true, false, false]);
    await database.query("update marquee.ended_sessions set until = now() where session_id = $1", [out]);
    await stores.identityChanges.forget();
    expect(await ended(out)).toBe(false);
    expect(await ended(deleted)).toBe(true);
  });
});
