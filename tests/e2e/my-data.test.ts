/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { verifyAudit } from "../../datasources/audit/verify-audit.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { replayErasures } from "../../src/privacy/tombstone-file.js";
import { backUp, restore, type Backup } from "../support/backups.js";
import { publish } from "../support/catalogue.js";
import { createDatabase } from "../support/database.js";
import { dumpStores, placesOf } from "../support/dumps.js";
import { onEngines, REBUILDING_MS } from "../support/engines.js";
import { openFacts } from "../support/facts.js";
import { useFacts, useLoneGateway } from "../support/fixtures.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { JOB_PATIENCE, PATIENCE } from "../support/patience.js";
import { signedIn, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";
import { unzip } from "../support/unzip.js";

const FILE = path.join(tmpdir(), `marquee-my-data-${randomUUID()}.ndjson`);
const PASSWORD = "correct horse battery";

// The sandbox of a demo takes payments.
const { gateway, database } = useLoneGateway(() => ({ MARQUEE_ERASURES_FILE: FILE, MARQUEE_DEMO: "true" }));
const facts = useFacts(database);
let tenant: Tenant;

beforeAll(async () => {
  tenant = await gateway.createTenant();
  const plan = { id: "DUO", name: "Duo", maxStreams: 2, maxHeight: 1080, priceCents: 999, currency: "USD" };
  await gateway.stores.accounts.putPlans(tenant, [plan]);
  await publish(
    gateway.stores,
    tenant,
    ["a", "b", "c", "d"].map((id) => titleBody({ id })),
  );
});
afterAll(() => rm(FILE, { force: true }));

/** The payload of a mutation of the signed-in account, or of a visitor. */
async function run(mutation: string, input: object | null, fields: string, token?: string): Promise<any> {
  const type = `${mutation[0]!.toUpperCase()}${mutation.slice(1)}Input`;
  const named = { addToWatchlist: "WatchlistInput" }[mutation] ?? type;
  const document = input
    ? `mutation ($input: ${named}!) { ${mutation}(input: $input) { ${fields} errors { code message } } }`
    : `mutation { ${mutation} { ${fields} errors { code message } } }`;
  const answer = await gateway.ask(document, { token, variables: { input }, tenant: tenant.slug });
  expect(answer.errors, mutation).toBeUndefined();
  return answer.data[mutation];
}

/** An account that has left something wherever somebody can: what it is known by, and a token of it. */
async function plant() {
  const mark = () => `mark-${randomUUID()}`;
  const texts: string[] = [];
  const marked = (text = mark()) => (texts.push(text), text);
  const sealed: string[] = [];
  const identifying = (text: string) => (sealed.push(text), marked(text));
  const email = identifying(`${mark()}@example.com`);
  const signed = await run(
    "signUp",
    { email, password: PASSWORD, name: identifying(mark().slice(0, 40)) },
    "accessToken refreshToken viewer { account { id } profile { externalId } }",
  );
  const token: string = signed.accessToken;
  const profile = marked(signed.viewer.profile.externalId);
  const kids = await run(
    "createProfile",
    { name: identifying(mark().slice(0, 40)), kind: "KIDS" },
    "profile { externalId }",
    token,
  );
  marked(kids.profile.externalId);
  const input = { name: identifying(mark().slice(0, 40)) };
  const second = await run("createProfile", input, "profile { externalId }", token);
  marked(second.profile.externalId);
  for (const title of ["a", "b", "c"]) {
    // Of what is no watch yet, graphs are told nothing.
    const completed = title === "a";
    const event = { title: `Title:${title}`, positionSeconds: 1_200, completed, eventId: marked() };
    await run("recordProgress", event, "consistencyToken", token);
  }
  await run("rateTitle", { title: "Title:a", rating: 5 }, "consistencyToken", token);
  await run("addToWatchlist", { title: "Title:c" }, "consistencyToken", token);
  const shown = await gateway.ask("{ viewer { profile { recommendations(first: 2) { model } } } }", {
    token,
  });
  expect(shown.data.viewer.profile.recommendations.length).toBeGreaterThan(0);
  await gateway.stores.servedLists.settle();
  const key = marked();
  const paid = await run(
    "subscribe",
    { plan: "Plan:DUO", paymentMethod: "pm_demo_visa", idempotencyKey: key },
    "membership { id } checkout { id }",
    token,
  );
  const checkout = `{ node(id: "${paid.checkout.id}") { ... on Checkout { state } } }`;
  await expect
    .poll(async () => (await gateway.ask(checkout, { token })).data.node, PATIENCE)
    .toEqual({ state: "COMPLETED" });
  await run(
    "setConsents",
    { marketing: true, textVersion: marked(mark().slice(0, 40)) },
    "consents { updatedAt }",
    token,
  );
  await run("cancelSubscription", { idempotencyKey: marked() }, "membership { endsAt }", token);
  const device = { kind: "TV", width: 1920, height: 1080, codecs: ["H264"], hdr: [] };
  await run("startPlayback", { title: "Title:a", device }, "session { id }", token);
  const [row] = await facts.rows<Record<string, string>>(
    tenant,
    `select a.id as account, s.device_id as device, s.token_hash as token, m.id as membership, p.id as playback
     from accounts a join sessions s on s.account_id = a.id join subscriptions m on m.account_id = a.id
     join playback_sessions p on p.account_id = a.id
     where a.tenant_id = $1 and a.id = (select account_id from profiles where tenant_id = $1 and id = '${profile}')`,
  );
  for (const text of Object.values(row!)) marked(text);
  await facts.run(
    tenant,
    `insert into marquee.outbox_parked (target, tenant_id, topic, entity, related, xid, id, revision, attempts, dead, reason, next_attempt_at)
     values ('recommendations.neo4j', ${tenant.id}, 'WATCH', '${profile}', '${marked()}', 1, 1, 1, 5, true, '${marked()}', now())`,
  );
  return { texts, sealed, token, email, account: row!.account!, profile };
}

const readyExport = async (token: string) => {
  const ask = async () =>
    (await run("exportMyData", null, "export { id state url expiresAt }", token)).export;
  await expect.poll(async () => (await ask()).state, PATIENCE).toBe("READY");
  return ask();
};

type Planted = Pick<Awaited<ReturnType<typeof plant>>, "texts" | "account" | "email" | "profile">;

/** Restores a backup into another database; a gateway that starts on it has erased again whoever was erased since. */
async function expectErasedFrom(backup: Backup, { texts, account, email, profile }: Planted): Promise<void> {
  const database = await createDatabase();
  try {
    await restore(backup, database.url);
    // Of a backup PostgreSQL alone is restored: engines are filled from it.
    const alone = { POSTGRES_URL: database.url, MONGODB_URL: "", OPENSEARCH_URL: "", NEO4J_URL: "" };
    const restored = await openFacts(database.url);
    const dump = async () =>
      new Map([...(await dumpStores(restored, tenant))].filter(([place]) => place.startsWith("postgres")));
    expect(placesOf(await dump(), [account])).not.toEqual([]);
    const signIn = async (at: TestGateway) => {
      const document = `mutation ($input: SignInInput!) { signIn(input: $input) { accessToken errors { code } } }`;
      const variables = { input: { email, password: PASSWORD } };
      return (await at.ask(document, { variables, tenant: tenant.slug })).data.signIn;
    };
    const nobody = { accessToken: null, errors: [{ code: "BAD_CREDENTIALS" }] };
    // Whoever starts without the file has everybody back, for the backup is whole; without keys it is nobody's.
    const unaware = path.join(tmpdir(), `marquee-unaware-${randomUUID()}.ndjson`);
    const careless = await startGateway({ ...alone, MARQUEE_ERASURES_FILE: unaware });
    const there = async () =>
      (await careless.stores.accounts.profilesByIds(testRequest(tenant), [profile])).size;
    try {
      expect(await there()).toBe(1);
      expect(await signIn(careless)).toMatchObject({ errors: [] });
      await restored.run(tenant, "create table kept as select * from person_keys; delete from person_keys");
      expect(await there()).toBe(0);
      expect(await signIn(careless)).toEqual(nobody);
      await restored.run(tenant, "insert into person_keys select * from kept; drop table kept");
    } finally {
      await careless.close();
      await rm(unaware, { force: true });
    }

    const started = await startGateway({ ...alone, MARQUEE_ERASURES_FILE: FILE });
    try {
      const found = async () => placesOf(await dump(), texts);
      await expect.poll(found, JOB_PATIENCE).toEqual([]);
      const states = async () => (await started.stores.privacy.erasures(tenant)).map(({ state }) => state);
      await expect.poll(states, JOB_PATIENCE).toEqual(["DONE"]);
      expect(await signIn(started)).toEqual(nobody);
    } finally {
      await started.close();
      await restored.close();
    }
  } finally {
    await database.close();
  }
}

describe("exportMyData", () => {
  it("answers everything that is held about the account, by a link that is over soon", async () => {
    const { texts, token, account } = await plant();
    const { url, state } = await readyExport(token);
    expect(state).toBe("READY");
    const response = await fetch(`${gateway.url}${url}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/zip");
    expect(response.headers.get("cache-control")).toContain("no-store");
    const files = await unzip(Buffer.from(await response.arrayBuffer()));
    const text = [...files.values()].join("");
    expect(files.get("postgres/served_lists.ndjson")).toContain('"HOME"');
    const [hash] = await facts.rows<{ text: string }>(
      tenant,
      `select token_hash as text from sessions where account_id = '${account}' and $1 = $1`,
    );
    // What was parked by hand has a reason, which is the gateway's own.
    const missing = texts.slice(0, -2).filter((mark) => !text.includes(mark));
    expect(missing).toEqual([hash!.text]);
    expect(text).not.toMatch(/password_hash|scrypt|argon2/);
    for (const line of text.split("\n").filter((each) => each !== ""))
      expect(() => JSON.parse(line) as unknown).not.toThrow();

    const again = await readyExport(token);
    expect(again.id).toBe((await readyExport(token)).id);
    for (const wrong of [
      "x",
      url.slice("/exports/".length, -1),
      `${url.slice("/exports/".length, -12)}${"A".repeat(12)}`,
    ])
      expect((await fetch(`${gateway.url}/exports/${wrong}`)).status).toBe(404);
    await facts.run(tenant, `update account_exports set expires_at = now() where account_id = '${account}'`);
    expect((await fetch(`${gateway.url}${again.url}`)).status).toBe(404);
  });
});

describe("eraseMyAccount", () => {
  it(
    "leaves nothing of the account anywhere, and proves it; nothing brings it back",
    async () => {
      const { texts, sealed, token, email, account, profile } = await plant();
      const { url } = await readyExport(token);
      const dump = () => dumpStores(facts, tenant);
      expect(texts.length).toBeGreaterThanOrEqual(20);
      const dumped = await dump();
      const before = [...dumped.values()].join("");
      // What is searched for is searched in every store: each has something of the tenant.
      for (const store of ["opensearch", "neo4j", "mongodb"]) {
        const places = [...dumped].filter(([place]) => place.startsWith(store));
        // Databases of other tenants come and go meanwhile.
        if (places.length > 0)
          expect(places.map(([, content]) => content).join("")).toContain(`${tenant.id}`);
      }
      if (dumped.has("opensearch")) expect(dumped.get("opensearch")).toContain(`"tenant":${tenant.id}`);
      if (dumped.has("neo4j")) expect(dumped.get("neo4j")).toContain(profile);
      // Addresses and names are nowhere in the clear, and everything else is there to be found.
      expect(sealed).toHaveLength(4);
      expect(placesOf(dumped, sealed)).toEqual([]);
      expect(texts.filter((mark) => !before.includes(mark)).sort()).toEqual([...sealed].sort());
      const backup = await backUp(database.url);

      const input = { password: "wrong horse", idempotencyKey: "once" };
      expect(await run("eraseMyAccount", input, "erasure { id }", token)).toMatchObject({
        errors: [{ code: "BAD_CREDENTIALS" }],
      });
      const asked = await run(
        "eraseMyAccount",
        { ...input, password: PASSWORD },
        "erasure { id state }",
        token,
      );
      expect(asked).toMatchObject({ erasure: { state: "PENDING" }, errors: [] });
      const query = `{ node(id: "${asked.erasure.id}") { ... on Erasure { state } } }`;
      const far = async () => (await gateway.ask(query, { tenant: tenant.slug })).data.node;
      await expect.poll(far, JOB_PATIENCE).toEqual({ state: "DONE" });

      expect(placesOf(await dump(), texts)).toEqual([]);
      const gone = await gateway.ask("{ home { id } }", { token });
      expect(gone.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
      expect((await fetch(`${gateway.url}${url}`)).status).toBe(404);
      expect(await run("signIn", { email, password: PASSWORD }, "accessToken")).toMatchObject({
        errors: [{ code: "BAD_CREDENTIALS" }],
      });
      // The books and the charts go on without anybody's name.
      const [kept] = await facts.rows<{ checkouts: number; events: number }>(
        tenant,
        `select (select count(*)::int from checkouts where tenant_id = $1 and account_id like 'erased-%') as checkouts,
              (select count(*)::int from viewing_events where tenant_id = $1 and profile_id like 'deleted-%') as events`,
      );
      expect(kept).toEqual({ checkouts: 1, events: 3 });
      const [receipt] = await gateway.stores.privacy.erasures(tenant);
      expect(receipt!.receipt).toMatchObject({
        removed: { profiles: 3, ratings: 1, watchlist: 1, served_lists: 1 },
        searched: expect.arrayContaining(["POSTGRES"]),
      });

      // Rebuilt, replayed, imported once more.
      await Promise.all(gateway.stores.projections.map((target) => target.rebuild(tenant)));
      const at = new Date(Date.now() - 60_000).toISOString();
      const event = {
        id: "again",
        profileId: profile,
        titleId: "a",
        at,
        seconds: 60,
        completed: false,
        country: "US",
        device: "TV",
        rating: null,
      };
      await gateway.stores.viewingIngest.ingest(tenant, [event]);
      expect(placesOf(await dump(), texts)).toEqual([]);

      // A backup of the time before knows nothing of the erasure; the file outside of it does.
      await replayErasures(gateway.stores, FILE);
      expect(await readFile(FILE, "utf8")).toMatch(/"hash"/);
      expect(placesOf(new Map([["file", await readFile(FILE, "utf8")]]), texts)).toEqual([]);
      // A backup from beside engines waits for them: its outbox has followers that are not there without them.
      if (!onEngines) await expectErasedFrom(backup, { texts, account, email, profile });
    },
    REBUILDING_MS,
  );
});

describe("a profile's name", () => {
  it("holds no erasure up where others have searched for it", async () => {
    const signUp = (name: string) =>
      run(
        "signUp",
        { email: `${randomUUID()}@example.com`, password: PASSWORD, name },
        "accessToken viewer { profile { externalId } }",
      );
    const [charlotte, other] = [await signUp("charlotte"), await signUp("Kim")];
    await facts.run(
      tenant,
      `insert into search_log (tenant_id, profile_id, day, query, at)
       values (${tenant.id}, '${other.viewer.profile.externalId}', current_date, 'charlotte gray', now())`,
    );
    const { erasure } = await run(
      "eraseMyAccount",
      { password: PASSWORD, idempotencyKey: "named" },
      "erasure { id }",
      charlotte.accessToken,
    );
    const query = `{ node(id: "${erasure.id}") { ... on Erasure { state } } }`;
    const far = async () => (await gateway.ask(query, { tenant: tenant.slug })).data.node;
    await expect.poll(far, JOB_PATIENCE).toEqual({ state: "DONE" });
  });
});

describe("an account whose owner has asked to be forgotten", () => {
  it("is nobody's from then on, whatever is under way and however long it takes", async () => {
    const { token, email, account, profile } = await plant();
    const { stores } = gateway;
    const key = await signedIn(stores, tenant, account, profile);
    const viewer = await stores.accounts.viewer(testRequest(tenant), key);
    // What erases waits for merges of titles.
    const merging = await database.connect();
    await merging.query("begin");
    await merging.query("select pg_advisory_xact_lock(hashtext('marquee.title_merges'), $1)", [tenant.id]);
    try {
      const input = { password: PASSWORD, idempotencyKey: randomUUID() };
      expect(await run("eraseMyAccount", input, "erasure { id }", token)).toMatchObject({ errors: [] });
      const nobody = { errors: [{ code: "BAD_CREDENTIALS" }] };
      expect(await run("signIn", { email, password: PASSWORD }, "accessToken")).toMatchObject(nobody);
      // A request that was let in before.
      const late = stores.profiles.create(tenant, viewer!, { name: "Late", kind: "ADULT" });
      await expect(late).rejects.toMatchObject({ code: "ACCOUNT_GONE" });
    } finally {
      await merging.query("rollback");
    }
    const states = async () => new Set((await stores.privacy.erasures(tenant)).map(({ state }) => state));
    await expect.poll(states, JOB_PATIENCE).toEqual(new Set(["DONE"]));
  });
});

describe("operations { audit }", () => {
  it("tells of sign-ins, privacy and editing, in a chain, and names nobody", async () => {
    const { token, email, account } = await plant();
    await run("signIn", { email, password: "wrong horse" }, "accessToken");
    await run("signIn", { email, password: PASSWORD }, "accessToken");
    await run("signOut", null, "signedOut", token);
    const operator = randomUUID();
    const profiles = [{ id: operator, name: "Op", kind: "ADULT" as const, maturityLimit: 18, country: null }];
    const staff = {
      id: operator,
      email: `${operator}@example.com`,
      passwordHash: "none",
      country: "US",
      planId: null,
      profiles,
    };
    await gateway.stores.accounts.putAccounts(tenant, [
      { ...staff, roles: ["VIEWER", "EDITOR", "OPERATOR"] },
    ]);
    const as = await gateway.tokenFor({ tenant: tenant.slug, account: operator, profile: operator });
    const edited = await gateway.ask(
      'mutation { archiveTitle(input: { title: "Title:c" }) { errors { code } } }',
      { token: as },
    );
    expect(edited.data.archiveTitle).toEqual({ errors: [] });

    const query = `query ($filter: AuditFilterInput, $after: String) { operations { audit(first: 4, after: $after, filter: $filter) {
      edges { node { act outcome actor subject details { name value } hash } } pageInfo { hasNextPage endCursor } } } }`;
    const ask = async (filter: object | null, after?: string) => {
      const answer = await gateway.ask(query, { token: as, variables: { filter, after } });
      expect(answer.errors).toBeUndefined();
      const { edges, pageInfo } = answer.data.operations.audit;
      return { entries: edges.map(({ node }: { node: object }) => node), pageInfo };
    };
    const mine = await ask({ account: `Account:${account}` });
    const next = await ask({ account: `Account:${account}` }, mine.pageInfo.endCursor);
    expect([...mine.entries, ...next.entries].map(({ act, outcome }) => `${act} ${outcome}`)).toEqual([
      "SIGN_OUT OK",
      "SIGN_IN OK",
      "SIGN_IN FAILED",
      "CONSENTS_SET OK",
      "PROFILE_CREATED OK",
      "PROFILE_CREATED OK",
      "SIGN_IN OK",
      "SIGN_UP OK",
    ]);
    const { entries } = await ask({ acts: ["TITLE_ARCHIVED"] });
    expect(entries).toMatchObject([{ actor: expect.stringMatching(/^account:./), subject: "title:c" }]);
    const { brokenAt, entries: all } = await verifyAudit(gateway.stores.audit.lines(tenant));
    expect(brokenAt).toBeNull();
    expect(all).toBeGreaterThan(6);
    const visitor = await gateway.ask(query, { tenant: tenant.slug });
    expect(visitor.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});
