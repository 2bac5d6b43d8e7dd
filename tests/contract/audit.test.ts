import { createHash, randomUUID } from "node:crypto";

import { beforeEach, describe, expect, it } from "vitest";

import { type AuditLine } from "../../datasources/audit/audit.js";
import { verifyAudit } from "../../datasources/audit/verify-audit.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { retentionDays } from "../../src/privacy/retention-variables.js";
import { createNoted, removeNoted } from "../../datasources/stores/noted-states.js";
import { enforceNoted } from "../../datasources/stores/noted-retention.js";
import { viewerAccount } from "../support/accounts.js";
import { adultProfile } from "../support/catalogue.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";

const stores = useStores();
const facts = useFacts();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  await stores.accounts.putAccounts(tenant, [viewerAccount("one"), viewerAccount("two")]);
});

const note = (account: string, retried = 0) =>
  stores.audit.record(tenant, {
    act: "DEAD_LETTERS_RETRIED",
    actor: { account },
    subject: { projection: "catalog.postgres" },
    details: { retried },
  });

const page = (limit = 9) => ({ limit, fromEnd: false });
const entries = async (filter = {}, of = tenant) =>
  (await stores.audit.entries(testRequest(of), filter, page())).rows.map(({ entry }) => entry);

async function* fixed(lines: readonly AuditLine[]) {
  yield await Promise.resolve(lines);
}

async function exported(): Promise<AuditLine[]> {
  const all: AuditLine[] = [];
  for await (const lines of stores.audit.lines(tenant)) all.push(...lines);
  return all;
}

describe("the audit log", () => {
  it("says who did what, the latest first, by names that the account alone leads to", async () => {
    await note("one", 3);
    await note("two");
    const [last, first] = await entries();
    expect(first).toMatchObject({
      position: 1,
      act: "DEAD_LETTERS_RETRIED",
      outcome: "OK",
      actor: expect.stringMatching(/^account:[0-9a-f-]{36}$/) as string,
      subject: "projection:catalog.postgres",
      details: { retried: 3 },
      hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
    expect(last!.actor).not.toBe(first!.actor);
    expect(JSON.stringify(await exported())).not.toMatch(/one|two/);
  });

  it("is filtered by act, outcome, account and time, and paged, in one store call each", async () => {
    await note("one");
    await stores.audit.record(tenant, {
      act: "SIGN_IN",
      actor: "visitor",
      subject: { account: "one" },
      outcome: "FAILED",
    });
    await note("two");
    expect((await entries({ account: "one" })).map(({ position }) => position)).toEqual([2, 1]);
    // An id of another tenant is of nobody here: it has no entries, like one that is missing.
    expect(await entries({ account: "" })).toEqual([]);
    expect((await entries({ outcome: "FAILED" })).map(({ position }) => position)).toEqual([2]);
    expect((await entries({ acts: ["DEAD_LETTERS_RETRIED"] })).map(({ position }) => position)).toEqual([
      3, 1,
    ]);
    const { at } = (await entries({ acts: ["SIGN_IN"] }))[0]!;
    expect((await entries({ from: at })).map(({ position }) => position)).toEqual([3, 2]);
    expect((await entries({ until: at })).map(({ position }) => position)).toEqual([1]);
    const request = testRequest(tenant);
    const first = await stores.audit.entries(request, {}, page(2));
    expect(request.calls.calls).toHaveLength(1);
    const after = first.rows.at(-1)!.position;
    const next = await stores.audit.entries(testRequest(tenant), {}, { ...page(2), after });
    expect([...first.rows, ...next.rows].map(({ entry }) => entry.position)).toEqual([3, 2, 1]);
    expect([first.hasMore, next.hasMore]).toEqual([true, false]);
  });

  it("has whom an identity provider signs in, once a session, and the roles that it says", async () => {
    const meet = (session: string, more: object = {}) =>
      stores.outsideAccounts.meet(tenant, {
        issuer: "https://id.example",
        subject: "kim",
        email: "kim@example.com",
        roles: ["VIEWER"],
        toldAt: new Date(0),
        session,
        expiresAt: new Date(Date.now() + 600_000),
        ...more,
      });
    await meet(randomUUID());
    const session = randomUUID();
    await meet(session);
    await meet(session);
    await meet(session, { roles: ["VIEWER", "EDITOR"], toldAt: new Date(1_000) });
    const noted = await entries();
    expect(noted.map(({ act, actor }) => [act, actor.split(":")[0]])).toEqual([
      ["ROLES_SET", "provider"],
      ["SIGN_IN", "account"],
      ["SIGN_IN", "account"],
      ["SIGN_UP", "account"],
    ]);
    expect(noted[0]).toMatchObject({ subject: noted[1]!.actor, details: { roles: "VIEWER EDITOR" } });
  });

  it("says who changed roles, and loses none of many that change them at once", async () => {
    const change = { account: "one", take: [], by: { apiKey: "0123456789ab" } } as const;
    await Promise.all(
      [1, 2, 3, 4].map((n) =>
        stores.accountRoles.change(tenant, { ...change, give: n % 2 ? ["EDITOR"] : ["OPERATOR"] }),
      ),
    );
    const [now, none] = await Promise.all(
      ["one", "none"].map((account) => stores.accountRoles.change(tenant, { ...change, account, give: [] })),
    );
    expect([now, none]).toEqual([["EDITOR", "OPERATOR", "VIEWER"], null]);
    const noted = await entries({ acts: ["ROLES_SET"] });
    expect(new Set(noted.map(({ actor }) => actor))).toEqual(new Set(["api-key:0123456789ab"]));
    expect(new Set(noted.map(({ details }) => details.given))).toEqual(new Set(["EDITOR", "OPERATOR"]));
  });

  it("keeps each tenant's to itself", async () => {
    await note("one");
    expect(await entries({}, await createTestTenant(stores))).toEqual([]);
  });

  it("is one chain, however many write at once, also what is undone leaves no gap", async () => {
    const writes = Array.from({ length: 24 }, (_, n) => note(n % 2 ? "one" : "two", n));
    const undone = stores.titleEditing
      .setState(
        tenant,
        { id: "none", field: "title", expectedVersion: null, effectiveFrom: null, by: "command" },
        "PUBLISHED",
      )
      .catch(() => undefined);
    await Promise.all([...writes, undone]);
    const verdict = await verifyAudit(stores.audit.lines(tenant));
    expect(verdict).toMatchObject({ entries: 24, brokenAt: null });
    expect(verdict.head).toBe((await entries())[0]!.hash);
  });

  it("shows an entry that was changed, taken out or put in, wherever it is", async () => {
    for (let n = 0; n < 5; n++) await note("one", n);
    const lines = await exported();
    const verdictOf = async (changed: AuditLine[]) => (await verifyAudit(fixed(changed))).brokenAt;
    expect(await verdictOf(lines)).toBeNull();
    for (let at = 0; at < 5; at++) {
      const other = { ...lines[at]!, entry: lines[at]!.entry.replace('"retried": ', '"retried": 9') };
      expect(await verdictOf(lines.with(at, other))).toBe(at + 1);
      // What was taken off the end shows by its head alone.
      if (at < 4) expect(await verdictOf(lines.toSpliced(at, 1))).toBe(at + 1);
      expect(await verdictOf(lines.toSpliced(at, 0, lines[at]!))).toBe(at + 2);
    }
  });

  it("may be cut off at its oldest end, and what is left is followed on from what says so", async () => {
    for (let n = 0; n < 5; n++) await note("one", n);
    const whole = await exported();
    await facts.run(
      tenant,
      `select set_config('marquee.tenant', '${tenant.id}', true);
       select cut_audit((select at from audit_log where tenant_id = ${tenant.id} and position = 3), 100)`,
    );
    const rest = await exported();
    expect(rest.slice(0, 2)).toEqual(whole.slice(3));
    const seen: string[] = [];
    const verdict = await verifyAudit(fixed(rest), (hash) => seen.push(hash));
    expect(verdict).toEqual({ entries: 3, cutAt: 3, head: rest[2]!.hash, brokenAt: null });
    expect(seen).toContain(whole[2]!.hash);
    expect((await entries())[0]).toMatchObject({
      position: 6,
      act: "AUDIT_CUT",
      actor: "job",
      details: { position: 3, hash: whole[2]!.hash, entries: 3 },
    });
    const brokenAt = async (lines: AuditLine[]) => (await verifyAudit(fixed(lines))).brokenAt;
    const other = { ...rest[0]!, entry: rest[0]!.entry.replace('"retried": 3', '"retried": 4') };
    expect(await brokenAt(rest.slice(1))).toBe(4);
    expect(await brokenAt(rest.slice(0, 2))).toBe(3);
    expect(await brokenAt(rest.with(0, other))).toBe(3);
    expect(await brokenAt(rest.toSpliced(1, 1))).toBe(5);
    const of = `where tenant_id = ${tenant.id} and position = 5`;
    await expect(facts.run(tenant, `delete from audit_log ${of}`)).rejects.toThrow("append-only");
  });

  it("is cut off as often as something has grown old, in batches, and not for the sake of cuts", async () => {
    const cut = async (audit: number | null) =>
      (await stores.retention.enforce(tenant, { ...retentionDays(""), audit })).audit;
    const verdict = () => verifyAudit(stores.audit.lines(tenant));
    for (let n = 0; n < 3; n++) await note("one", n);
    expect(await cut(null)).toBe(0);
    expect(await cut(1)).toBe(0);
    expect(await cut(0)).toBe(3);
    expect(await verdict()).toMatchObject({ entries: 1, cutAt: 3, brokenAt: null });
    expect(await cut(0)).toBe(0);
    await note("two");
    expect(await verdict()).toMatchObject({ entries: 2, cutAt: 3, brokenAt: null });
    expect(await cut(0)).toBe(2);
    expect(await verdict()).toMatchObject({ entries: 1, cutAt: 5, brokenAt: null });
  });

  it("takes entries and gives none up: neither the application nor the owner changes it", async () => {
    await note("one");
    const [grants] = await facts.rows(
      tenant,
      `select has_table_privilege('marquee_app', 'audit_log', 'select') as read,
              has_table_privilege('marquee_app', 'audit_log', 'insert') as forge,
              array(select column_name::text from information_schema.column_privileges
                    where grantee = 'marquee_app' and table_schema = current_schema() and table_name = 'audit_log'
                      and privilege_type = 'INSERT' order by 1) as adds,
              has_table_privilege('marquee_app', 'audit_log', 'update') as change,
              has_table_privilege('marquee_app', 'audit_log', 'delete') as remove,
              has_table_privilege('marquee_app', 'audit_log', 'truncate') as clear where $1 = $1`,
    );
    expect(grants).toEqual({
      read: true,
      forge: false,
      adds: ["act", "actor", "details", "outcome", "subject", "tenant_id"],
      change: false,
      remove: false,
      clear: false,
    });
    const of = `where tenant_id = ${tenant.id}`;
    for (const statement of [
      `update audit_log set act = 'SIGN_UP' ${of}`,
      `delete from audit_log ${of}`,
      "truncate audit_log",
    ])
      await expect(facts.run(tenant, statement)).rejects.toThrow("append-only");
    expect(await entries()).toHaveLength(1);
  });

  it("takes from nobody which entry one is, when it was and what its hash is", async () => {
    await note("one");
    const columns = "tenant_id, act, outcome, actor, subject, details";
    const values = `${tenant.id}, 'SIGN_IN', 'OK', 'visitor', '', '{}'`;
    const asApplication = `set local role marquee_app; set local marquee.tenant = '${tenant.id}'`;
    const forge = (column: string, value: string) =>
      `insert into audit_log (${columns}, ${column}) values (${values}, ${value})`;
    const follows = `(select sha256(hash || 'what it says') from audit_log where tenant_id = ${tenant.id})`;
    for (const [column, value] of [
      ["hash", follows],
      ["position", "2"],
      ["at", "'2020-01-01'"],
      ["position, at, hash", `2, '2020-01-01', ${follows}`],
    ] as const) {
      const forged = forge(column, value);
      await expect(facts.run(tenant, `${asApplication}; ${forged}`), column).rejects.toThrow(
        "permission denied",
      );
      // Nor from whoever owns the tables.
      await expect(facts.run(tenant, forged), column).rejects.toThrow("says itself");
    }
    await facts.run(tenant, `${asApplication}; insert into audit_log (${columns}) values (${values})`);
    expect(await entries()).toHaveLength(2);
    expect(await verifyAudit(stores.audit.lines(tenant))).toMatchObject({ entries: 2, brokenAt: null });
  });

  it("goes back in time for no clock, and is found broken where an entry is of before the one before it", async () => {
    await note("one");
    const ahead = "now() + interval '1 hour'";
    // As rows are moved, from a server whose clock is fast.
    await facts.run(
      tenant,
      `set local session_replication_role = replica; update audit_log set at = ${ahead} where tenant_id = ${tenant.id};
       update audit_log a set hash = sha256(convert_to(marquee.audit_text(row(a.*)::marquee.audit_log), 'UTF8'))
       where tenant_id = ${tenant.id}`,
    );
    await note("two");
    const [last, first] = await entries();
    expect(last!.at).toBe(first!.at);
    expect(await verifyAudit(stores.audit.lines(tenant))).toMatchObject({ entries: 2, brokenAt: null });
    const entry = (tenantId: number, position: number, at: number) =>
      JSON.stringify([tenantId, position, at, "SIGN_IN", "OK", "visitor", "", {}]);
    const brokenAt = async (...said: string[]) => {
      const lines: AuditLine[] = [];
      for (const each of said)
        lines.push({ entry: each, hash: sha256(Buffer.from(lines.at(-1)?.hash ?? "", "hex"), each) });
      return (await verifyAudit(fixed(lines))).brokenAt;
    };
    expect(await brokenAt(entry(7, 1, 5), entry(7, 2, 5), entry(7, 3, 6))).toBeNull();
    expect(await brokenAt(entry(7, 1, 5), entry(7, 2, 4))).toBe(2);
    expect(await brokenAt(entry(7, 1, 5), entry(7, 3, 6))).toBe(2);
    expect(await brokenAt(entry(7, 1, 5), entry(8, 2, 6))).toBe(2);
  });

  it("says that a command opened a session in somebody's name, also of a profile in nobody's", async () => {
    await stores.accounts.putProfiles(tenant, [adultProfile("loose")]);
    const open = (accountId: string | null, profileId: string, by?: "command") =>
      stores.sessions.open(tenant, {
        accountId,
        profileId,
        tokenHash: randomUUID(),
        expiresAt: new Date(Date.now() + 600_000).toISOString(),
        openedBy: null,
        passwordHash: null,
        device: null,
        country: null,
        prolongable: false,
        ...(by && { by }),
      });
    await open("one", "one");
    await open("one", "one", "command");
    await open(null, "loose");
    await open(null, "loose", "command");
    const [loose, commanded, own] = await entries();
    expect(own!.actor).toBe(own!.subject);
    expect(commanded).toMatchObject({ act: "SIGN_IN", actor: "command", subject: own!.subject });
    expect(loose).toMatchObject({ position: 3, act: "SIGN_IN", actor: "command", subject: null });
  });

  it("says how much of which kind has been kept for long enough, of a job that found nothing nothing", async () => {
    const days = { ...retentionDays(""), audit: 0 };
    expect(await enforceNoted(stores, tenant, days, "job")).toMatchObject({ audit: 0 });
    expect(await entries()).toEqual([]);
    await note("one");
    await enforceNoted(stores, tenant, days, "job");
    expect((await entries()).map(({ act }) => act)).toEqual(["RETENTION_ENFORCED", "AUDIT_CUT"]);
    // Else there would be something to cut for ever.
    await enforceNoted(stores, tenant, days, "job");
    expect(await entries()).toHaveLength(2);
    await enforceNoted(stores, tenant, days, "command");
    expect((await entries())[0]).toMatchObject({ act: "RETENTION_ENFORCED", actor: "command", details: {} });
  });

  it("goes with a tenant that is moved, and on from there", async () => {
    await note("one");
    await note("two");
    const before = await exported();
    const { tenant: moved } = await stores.moves.move(tenant, { tier: "ISOLATED" });
    tenant = moved;
    expect(await exported()).toEqual(before);
    await note("one");
    expect(await verifyAudit(stores.audit.lines(tenant))).toMatchObject({ entries: 3, brokenAt: null });
    const { tenant: back } = await stores.moves.undo(tenant);
    tenant = back;
    await note("two");
    expect(await verifyAudit(stores.audit.lines(tenant))).toMatchObject({ entries: 4, brokenAt: null });
  });
});

describe("the deployment's log", () => {
  async function acts(slug: string) {
    const all: unknown[][] = [];
    for await (const lines of stores.deploymentAudit.lines())
      all.push(...lines.map(({ entry }) => JSON.parse(entry) as unknown[]));
    return all.filter(([, , , , , , subject]) => subject === `tenant:${slug}`);
  }

  it("has what was done to a tenant after that is gone with its own, and can be cut", async () => {
    const slug = `t-${randomUUID().slice(0, 8)}`;
    const wanted = { slug, name: slug, tier: "SHARED", defaultCountry: "US" } as const;
    const made = await createNoted(stores, wanted, "command");
    await removeNoted(stores, made, { tenant, account: "one" });
    const named = (await entries({ acts: ["TENANT_DELETED"] }))[0]!;
    expect(named).toMatchObject({
      actor: expect.stringMatching(/^account:/) as string,
      subject: `tenant:${slug}`,
    });
    expect((await acts(slug)).map(([id, , , act, outcome, actor]) => [id, act, outcome, actor])).toEqual([
      [0, "TENANT_CREATED", "OK", "command"],
      [0, "TENANT_DELETED", "OK", named.actor],
      [0, "TENANT_GONE", "OK", "platform"],
    ]);
    expect((await verifyAudit(stores.deploymentAudit.lines())).brokenAt).toBeNull();
    expect(await stores.deploymentAudit.cut(1)).toBe(0);
    expect(await stores.deploymentAudit.cut(0)).toBeGreaterThan(2);
    expect(await acts(slug)).toEqual([]);
    const cut = await verifyAudit(stores.deploymentAudit.lines());
    expect(cut.brokenAt).toBeNull();
    expect(cut.cutAt).toBeGreaterThan(2);
  });

  it("is added to by what is of no tenant, and is given nothing that chains it", async () => {
    const columns = "tenant_id, act, outcome, actor, subject, details";
    const values = `0, 'SIGN_IN', 'OK', 'visitor', '', '{}'`;
    const as = (id: number) => `set local role marquee_app; set local marquee.tenant = '${id}'`;
    const add = `insert into marquee.audit_log (${columns}) values (${values})`;
    await expect(facts.run(tenant, `${as(tenant.id)}; ${add}`)).rejects.toThrow("row-level security");
    const forged = `insert into marquee.audit_log (${columns}, hash) values (${values}, '')`;
    await expect(facts.run(tenant, `${as(0)}; ${forged}`)).rejects.toThrow("permission denied");
    await expect(facts.run(tenant, forged)).rejects.toThrow("says itself");
    for (const change of [
      "update marquee.audit_log set act = 'SIGN_UP'",
      "delete from marquee.audit_log",
      "truncate marquee.audit_log",
    ])
      await expect(facts.run(tenant, `${as(0)}; ${change}`)).rejects.toThrow("permission denied");
    await stores.deploymentAudit.record({ act: "KEY_REMOVED", actor: "command", subject: { key: "k" } });
    for (const change of [
      "update marquee.audit_log set act = 'SIGN_UP'",
      "delete from marquee.audit_log",
      "truncate marquee.audit_log",
    ])
      await expect(facts.run(tenant, change)).rejects.toThrow("append-only");
  });

  it("says who made and took away what tokens are signed with, once each", async () => {
    const kid = randomUUID();
    const publicKey = { kty: "OKP", crv: "Ed25519", x: "" };
    const key = { kid, publicKey, sealed: null, ring: kid, generation: 1 };
    for (let n = 0; n < 2; n++) expect(await stores.signingKeys.add(key, 60, 60, "job")).toBe(true);
    expect(await stores.signingKeys.remove(kid, "command")).toBe(true);
    expect(await stores.signingKeys.remove(kid, "command")).toBe(false);
    const noted: unknown[] = [];
    for await (const lines of stores.deploymentAudit.lines())
      for (const { entry } of lines) {
        const [, , , act, , actor, subject] = JSON.parse(entry) as string[];
        if (subject === `key:${kid}`) noted.push([act, actor]);
      }
    expect(noted).toEqual([
      ["KEY_MADE", "job"],
      ["KEY_REMOVED", "command"],
    ]);
  });
});

function sha256(before: Buffer, entry: string): string {
  return createHash("sha256").update(before).update(entry, "utf8").digest("hex");
}
