import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { type AuditLine } from "../../../datasources/audit/audit.js";
import { verifyAudit } from "../../../datasources/audit/verify-audit.js";
import { PostgresTitleSchedule } from "../../../datasources/catalog/postgres/title-schedule.postgres.js";
import { type Freshness, type WrittenAt } from "../../../datasources/core/freshness.js";
import { CallLog } from "../../../datasources/core/store-request.js";
import { type Tenant } from "../../../datasources/core/tenant.js";
import { EXPORT_TASK } from "../../../datasources/privacy/privacy.js";
import { PostgresStore } from "../../../datasources/engines/postgres/store.postgres.js";
import { applyBatch } from "../../../datasources/projection/following/apply-batch.js";
import { type OutboxRecord } from "../../../datasources/projection/outbox/outbox-consumer.js";
import { forget, takenKeys } from "../../../datasources/projection/outbox/outbox-parking.postgres.js";
import { OutboxPool } from "../../../datasources/projection/outbox/outbox-pool.postgres.js";
import { PostgresOutboxHolds } from "../../../datasources/projection/outbox/outbox.postgres.js";
import { EventDays } from "../../../datasources/viewing/event-days.postgres.js";
import { DEDICATED_LIMITS, DedicatedStores } from "../../../datasources/stores/dedicated-stores.js";
import { applicationUrl } from "../../../datasources/stores/stores.js";
import { tenantsOfEmail } from "../../../resolvers/addresses.js";
import { makeKey, parseKey } from "../../../resolvers/request/api-key.js";
import { Context } from "../../../resolvers/request/context.js";
import { createExportLinks } from "../../../resolvers/request/export-links.js";
import { createMailTokens } from "../../../resolvers/request/mail-tokens.js";
import { whoseIs } from "../../../resolvers/password-check.js";
import { openSession, tenantOfRefreshToken } from "../../../resolvers/request/sessions.js";
import { type Guess } from "../../../resolvers/request/sign-in-guesses.js";
import { KeyReader } from "../../../src/auth/key-reader.js";
import { hashPassword } from "../../../packages/passwords/index.js";
import { holdersOf } from "../../../src/budgets/holders.js";
import { RefusedAttempts } from "../../../src/budgets/refused-attempts.js";
import { LimitedGuesses } from "../../../src/budgets/sign-in-guesses.js";
import { startWorker } from "../../../src/jobs/worker.js";
import { replayErasures } from "../../../src/privacy/tombstone-file.js";
import { openAccount } from "../accounts.js";
import { adultProfile } from "../catalogue.js";
import { type OwnDatabase } from "../database.js";
import { type Household } from "../isolation/households.js";
import { serversAt, type Placements } from "../placements.js";
import { type Neighbours, type Seen } from "./observe.js";

/*
 * Layers looked at alone, with two tenants: what stands before or behind another that would do the same, what only a busy
 * moment shows, and limits, which are told by nobody's answer until they are reached.
 */

/** The tenants, and where they are placed. */
export type Ground = Neighbours & { database: OwnDatabase; placements: Placements };
type Layer = (ground: Ground, one: Tenant, other: Tenant) => Promise<unknown>;

/** Whom a limit counts for: every holder that was asked for. */
function noting() {
  const asked: string[] = [];
  const limit = {
    take: (holder: string) => Promise.resolve(Boolean(asked.push(holder))),
    isUsedUp: (holder: string) => !asked.push(holder),
    giveBack: () => Promise.resolve(),
  };
  const remembered = {
    note: (place: string) => Promise.resolve(void asked.push(place)),
    has: (place: string) => Promise.resolve(!asked.push(place)),
  };
  return { asked, limits: { limit: () => limit, remembered: () => remembered } as never };
}

const record = ({ id }: Tenant, entity = "one"): OutboxRecord => ({
  tenantId: id,
  topic: "TITLE",
  entity,
  related: "",
  revision: 1,
  state: null,
  xid: 1,
  id: 1,
});

/** By the file that a layer is in. */
const LAYERS: Record<string, Layer> = {
  "src/budgets/holders.ts": async (_, one, other) => {
    const of = ({ slug }: Tenant) => ({
      tenant: slug,
      account: "a",
      profile: "p",
      session: null,
      roles: null,
    });
    const key = ({ slug }: Tenant) => ({ id: "k", tenant: slug, scope: new Set<string>(), editor: false });
    return [one, other].map((tenant) => holdersOf(tenant, of(tenant), key(tenant), "address"));
  },
  "src/budgets/sign-in-guesses.ts": async (_, one, other) => {
    const { asked, limits } = noting();
    const guesses = new LimitedGuesses(limits);
    for (const familiar of [true, false])
      for (const { slug } of [one, other])
        await guesses.admit({ tenant: slug, account: "a", address: "b", familiar } satisfies Guess);
    for (const { slug } of [one, other]) {
      await guesses.maySignUp(slug, "b");
      await guesses.welcome({ tenant: slug, account: "a", address: "b" });
    }
    return asked;
  },
  "src/budgets/refused-attempts.ts": (_, one, other) => {
    const refused = new RefusedAttempts();
    const attempt = ({ slug }: Tenant) => ({ tenants: [slug], email: "a", address: "b", identity: null });
    const guess = ({ slug }: Tenant) => ({ tenant: slug, account: "a", address: "b", familiar: false });
    refused.note(attempt(one), [guess(one)]);
    refused.welcome(guess(other));
    const told = [one, other].map((tenant) => [
      refused.has(attempt(tenant)),
      refused.lookedUp(attempt(tenant)).length,
    ]);
    return Promise.resolve(told);
  },
  "src/auth/key-reader.ts": async (_, one, other) => {
    const used: string[] = [];
    const keys = {
      scopeOf: () => Promise.resolve(["Query.titles"]),
      used: ({ slug }: Tenant) => Promise.resolve(void used.push(slug)),
    };
    const bySlug = (slug: string) =>
      Promise.resolve([one, other].find((tenant) => tenant.slug === slug) ?? null);
    const reader = new KeyReader(keys, { bySlug });
    for (const { slug } of [one, other]) await reader.read(`mq_${slug}_0123456789ab_${"a".repeat(43)}`);
    return used;
  },
  "resolvers/request/mail-tokens.ts": async (_, one, other) => {
    const tokens = createMailTokens(new Uint8Array(32));
    return [one, other].map((tenant) => tokens.of(tenant, "the same"));
  },
  "datasources/projection/following/apply-batch.ts": async (_, one, other) => {
    const applied: unknown[] = [];
    const apply = ({ slug }: Tenant, events: readonly { entity: string }[]) =>
      Promise.resolve(void applied.push([slug, events.map(({ entity }) => entity)]));
    const tenantOf = (id: number) => Promise.resolve([one, other].find((tenant) => tenant.id === id) ?? null);
    const target = { store: "POSTGRES", apply, ping: () => Promise.resolve() } as const;
    await applyBatch(target, [record(one), record(other)], tenantOf);
    return applied;
  },
  "datasources/projection/outbox/outbox-parking.postgres.ts": async ({ database }, one, other) => {
    const taken = takenKeys([record(one), record(other)], [{ record: record(one), reason: "" }]);
    await park(database, "mutants", [one, other]);
    const { text, values } = forget("mutants", [record(one)]);
    await database.query(text, values);
    const left = await database.query<{ tenant_id: number }>(
      "delete from marquee.outbox_parked where target = 'mutants' returning tenant_id",
    );
    return [taken.map(({ tenantId }) => tenantId), left];
  },
  "datasources/projection/outbox/outbox.postgres.ts": async ({ gateway, database }, one, other) => {
    const { outbox } = gateway.stores.home;
    const [target] = outbox.targets;
    // The other tenant has one event that nobody has followed, and one that was refused.
    await park(database, target!.name, [other]);
    await database.query(
      "update marquee.outbox_parked set entity = 'mutant', dead = false where target = $1 and tenant_id = $2 and entity = 'one'",
      [target!.name, other.id],
    );
    await park(database, target!.name, [other]);
    const [written] = await database.query<{ xid: number }>(
      `insert into marquee.outbox (tenant_id, partition, topic, entity, related, revision)
       values ($1, 0, 'TITLE', 'mutant', '', 1) returning xid`,
      [other.id],
    );
    try {
      const reached = await outbox.reached(one, Number(written!.xid));
      const names = outbox.targets.map(({ name }) => name);
      const lacking = (await outbox.lacking(one, Number(written!.xid), names, 100))
        .map(({ target, entity }) => `${target} ${entity}`)
        .sort();
      const lag = (await outbox.lag(one)).map(({ lagEvents, parked, deadLetters }) => [
        lagEvents,
        parked,
        deadLetters,
      ]);
      const following = (await outbox.following(one)).map(({ target, behind }) => [target, behind]);
      const replayed: string[] = [];
      const pool = new OutboxPool(await applicationUrl(database.url), () => undefined, 5_000);
      await new PostgresOutboxHolds(pool).during(() => writtenBy(database, other), {
        tenant: one,
        topics: ["TITLE"],
        replay: (events) => Promise.resolve(void replayed.push(...events.map(({ entity }) => entity))),
      });
      await pool.close();
      return [[...reached].sort(), lacking, lag, following, await outbox.retry({ tenant: one }), replayed];
    } finally {
      await database.query("delete from marquee.outbox_parked where tenant_id = $1 and reason = 'mutant'", [
        other.id,
      ]);
      await database.query("delete from marquee.outbox where entity = 'mutant'");
    }
  },
  // Behind a policy: without it, the statement alone keeps to its tenant.
  "datasources/catalog/postgres/title-schedule.postgres.ts": async ({ database }, one, other) => {
    const due = (tenant: Tenant, id: string, when: string) =>
      database.query(
        `insert into marquee.title_schedule (tenant_id, title_id, version, due_at) values ($1, $2, 1, now() + $3::interval)
         on conflict (tenant_id, title_id, version) do update set due_at = excluded.due_at`,
        [tenant.id, id, when],
      );
    await due(one, "both", "-1 hour");
    await due(other, "both", "-1 hour");
    await due(one, "later", "1 hour");
    await due(other, "later", "-1 hour");
    const store = new PostgresStore(await applicationUrl(database.url), () => undefined, 5_000);
    try {
      await database.query("alter table marquee.title_schedule disable row level security");
      const taken = await new PostgresTitleSchedule(store).takeEffect(one);
      const left = await database.query(
        "select tenant_id, title_id from marquee.title_schedule where version = 1 order by 1, 2",
      );
      return [taken, left];
    } finally {
      await database.query("alter table marquee.title_schedule enable row level security");
      await database.query("delete from marquee.title_schedule where version = 1");
      await store.close();
    }
  },
  "datasources/engines/postgres/reads.postgres.ts": async ({ gateway }, one, other) => {
    // Two tenants in one request, which asks for both at once.
    const calls = new CallLog();
    const { titleVersions } = gateway.stores.home;
    const asked = [{ id: "one", at: new Date().toISOString() }];
    const found = await Promise.all(
      [one, other].map((tenant) => titleVersions.titlesAsOf({ tenant, calls }, asked)),
    );
    return found.map((titles) => [...titles.values()].map(({ name }) => name));
  },
  // What waits together is one transaction, of one tenant.
  "datasources/viewing/viewing-writing.postgres.ts": async ({ gateway, database }, one, other) => {
    const profiles = Array.from({ length: 4 }, () => `together${(accounts += 1)}`);
    const { accounts: people, viewingWriting } = gateway.stores;
    for (const tenant of [one, other]) await people.putProfiles(tenant, profiles.map(adultProfile));
    const event = {
      titleId: "any",
      positionSeconds: 60,
      durationSeconds: 6_000,
      completed: null,
      device: "TV",
      country: "US",
      at: null,
    } as const;
    // Those of one profile follow each other: a tenant's do not come first each time.
    await Promise.all(
      profiles.flatMap((profileId, n) =>
        (n % 2 === 0 ? [one, other] : [other, one]).map((tenant) =>
          viewingWriting.recordProgress(tenant, { ...event, profileId, eventId: `event${n}` }),
        ),
      ),
    );
    return database.query(
      "select tenant_id, count(*)::int from shared.viewing_receipts where profile_id = any($1) group by 1 order by 1",
      [profiles],
    );
  },
  "datasources/core/gathered-writes.ts": async (ground, one, other) => [
    await notedSearches(ground, one, other),
    await notedLists(ground, one, other),
  ],
  "datasources/viewing/event-days.postgres.ts": async ({ all, database }, one) => {
    const isolated = all.find(({ tenant }) => tenant.tier === "ISOLATED")!.tenant;
    // Days before 2026 share a partition.
    const at = new Date(Date.UTC(2030, 0, (days += 1), 12));
    const store = new PostgresStore(await applicationUrl(database.url), () => undefined, 5_000);
    const eventDays = new EventDays(store);
    for (const tenant of [one, isolated]) await eventDays.ready(tenant, at);
    await store.close();
    const name = `viewing_events_${at.toISOString().slice(0, 10).replaceAll("-", "")}`;
    return database.query("select count(*)::int as days from pg_class where relname = $1", [name]);
  },
  "resolvers/connection.ts": async ({ gateway }, one, other) => {
    const { data } = await gateway.ask("{ titles(first: 1) { pageInfo { endCursor } } }", {
      tenant: one.slug,
    });
    const { endCursor } = (data.titles as { pageInfo: { endCursor: string } }).pageInfo;
    const query = `{ titles(first: 1, after: "${endCursor}") { edges { node { id } } } }`;
    const { errors } = await gateway.ask(query, { tenant: other.slug });
    return errors?.map(({ extensions }) => extensions.code);
  },
  "datasources/stores/dedicated-stores.ts": async (_, one, other) => {
    const closed: string[] = [];
    const open = ({ slug }: Tenant) =>
      Promise.resolve({ close: () => Promise.resolve(void closed.push(slug)) } as never);
    const dedicated = new DedicatedStores(open, DEDICATED_LIMITS, () => undefined);
    for (const tenant of [one, other]) await dedicated.at({ ...tenant, servers: serversOf(tenant) });
    await dedicated.leave(one.id);
    const left = [...closed];
    await dedicated.close();
    return left;
  },
  "datasources/audit/verify-audit.ts": async (_, one, other) => {
    const lines: AuditLine[] = [];
    for (const [at, { id }] of [one, other].entries()) {
      const entry = JSON.stringify([id, at + 1, at, "SIGN_IN", "OK", "actor", "subject", {}]);
      const before = Buffer.from(lines[at - 1]?.hash ?? "", "hex");
      lines.push({ entry, hash: createHash("sha256").update(before).update(entry).digest("hex") });
    }
    const batches = async function* () {
      yield await Promise.resolve(lines);
    };
    return verifyAudit(batches());
  },
  "resolvers/addresses.ts": async (_, one, other) => {
    const tenants = {
      bySlug: (slug: string) => Promise.resolve([one, other].find((tenant) => tenant.slug === slug) ?? null),
    };
    const ctx = { namedTenant: null, tenant: one, gateway: { stores: { tenants } } } as never;
    const asked = [one, other].map(({ slug }) => tenantsOfEmail(ctx, `somebody@${slug}.example`));
    return (await Promise.all(asked)).map((all) => all.map(({ slug }) => slug));
  },
  "datasources/stores/placed-tenants.ts": async ({ placements }) => {
    const taken = await placements.create("DEDICATED");
    const servers = serversAt(placements.databases.at(-1)!);
    const second = {
      slug: `second-${taken.slug}`,
      name: "Second",
      tier: "DEDICATED",
      defaultCountry: "US",
      servers,
    } as const;
    const made = await placements.stores.tenants.create(second).then(
      () => "made",
      (error: unknown) => (error as { code?: string }).code,
    );
    const [row] = await placements.databases
      .at(-1)!
      .query("select array_agg(slug = $1) as first from marquee.tenants", [taken.slug]);
    return [made, row];
  },
  "src/jobs/worker.ts": async (_, one, other) => {
    const ran: string[] = [];
    const handlers: Record<string, (job: { tenant: number; id: string }) => Promise<void>> = {};
    const stores = {
      tenants: { list: () => Promise.resolve([one, other]) },
      privacy: { runExport: ({ slug }: Tenant) => Promise.resolve(void ran.push(slug)) },
      jobs: { run: (all: object) => Promise.resolve(Object.assign(handlers, all)) },
    };
    await startWorker({ stores, payments: null, times: {}, mails: null } as never);
    for (const { id } of [one, other]) await handlers[EXPORT_TASK]!({ tenant: id, id: "1" });
    return ran;
  },
  "src/privacy/tombstone-file.ts": async (_, one, other) => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), "marquee-tombstones-")), "file");
    const line = { tenant: one.slug, hash: "0".repeat(64), erasedAt: "2026-01-01T00:00:00.000Z" };
    await writeFile(file, `${JSON.stringify(line)}\n`);
    const told: unknown[] = [];
    const privacy = {
      tombstones: () => Promise.resolve([]),
      reapply: ({ slug }: Tenant, all: readonly object[]) => Promise.resolve(told.push([slug, all.length])),
    };
    await replayErasures({ tenants: { list: () => Promise.resolve([one, other]) }, privacy } as never, file);
    await rm(path.dirname(file), { recursive: true });
    return told;
  },
  "resolvers/request/api-key.ts": async (_, one, other) => {
    const keys = { create: () => Promise.resolve({}) } as never;
    const made = await Promise.all(
      [one, other].map((tenant) =>
        makeKey(keys, tenant, { name: "a", scope: ["Query.titles"], days: 1 }, "command"),
      ),
    );
    return made.map(({ key }) => parseKey(key)?.tenant ?? null);
  },
  "resolvers/request/sessions.ts": async (_, one, other) => {
    const sessions = { open: () => Promise.resolve({ id: "1", prolongable: true }) } as never;
    const identity = { account: "a", profile: "p", session: null, roles: null };
    const opened = await Promise.all(
      [one, other].map((tenant) =>
        openSession(sessions, tenant, { ...identity, tenant: tenant.slug }, { device: "d", country: null }),
      ),
    );
    return opened.map((session) => tenantOfRefreshToken(session!.refreshToken!));
  },
  "resolvers/request/export-links.ts": async (_, one, other) => {
    const links = createExportLinks(new Uint8Array(32));
    const paths = [one, other].map((tenant) =>
      links.pathOf(tenant, "00000000-0000-4000-8000-000000000000", 0),
    );
    const renamed = paths[0]!.replace(one.slug, other.slug);
    return [...paths, renamed].map((link) => [link, links.read(link.replace("/exports/", ""), 0)]);
  },
  "resolvers/request/context.ts": async (_, one, other) => {
    const encode = ({ slug }: Tenant, { xid }: WrittenAt) => `${slug} ${xid}`;
    const nine = { epoch: one.epoch, xid: 9 };
    const wanted = { tenant: one, wanted: nine, waitFor: () => undefined } as unknown as Freshness;
    const gateway = { consistency: { encode } } as never;
    const asking = new Context(gateway, one, null, null, "id", undefined, wanted, null, {} as never);
    const told: unknown[] = [asking.request.freshness === wanted, asking.consistencyToken(3)];
    asking.becomes(other, null);
    told.push(asking.request.freshness === undefined, asking.consistencyToken(2), asking.writtenToken());
    asking.becomes(one, null);
    return [...told, asking.consistencyToken(12), asking.writtenToken()];
  },
  "resolvers/parental.ts": async ({ gateway }, one, other) => {
    const id = `pins${(accounts += 1)}`;
    const told: string[] = [];
    for (const [tenant, times] of [
      [one, 11],
      [other, 1],
    ] as const) {
      const { token } = await openAccount(gateway, tenant, {
        id,
        email: `${id}@${tenant.slug}.example`,
        profiles: [adultProfile(id)],
      });
      const profile = `Profile:${id}`;
      const query = `mutation { setProfilePin(input: { profile: "${profile}", newPin: "1234", pin: "0000" }) { errors { code } } }`;
      for (let time = 0; time < times; time += 1)
        told.push(JSON.stringify((await gateway.ask(query, { token })).data));
    }
    return told;
  },
  "resolvers/credentials.resolver.ts": async ({ gateway, database }, one, other) => {
    await database.query("delete from marquee.limits");
    const query = `mutation { requestPasswordReset(input: { email: "nobody${(accounts += 1)}@example.com" }) { errors { code } } }`;
    const told: string[] = [];
    for (const [tenant, times] of [
      [one, 6],
      [other, 1],
    ] as const)
      for (let time = 0; time < times; time += 1)
        told.push(JSON.stringify((await gateway.ask(query, { tenant: tenant.slug })).data));
    // Accounts of one id move about: one of them more often than it may.
    const id = `country${(accounts += 1)}`;
    const passwordHash = await hashPassword(PASSWORD);
    for (const [tenant, countries] of [
      [one, ["DE", "JP", "US"]],
      [other, ["DE"]],
    ] as const) {
      const { token } = await openAccount(gateway, tenant, {
        id,
        email: `${id}@example.com`,
        passwordHash,
        profiles: [adultProfile(id)],
      });
      for (const country of countries) {
        const move = `mutation { changeCountry(input: { country: "${country}", password: "${PASSWORD}" }) { errors { code } } }`;
        told.push(JSON.stringify((await gateway.ask(move, { token })).data));
      }
    }
    return told;
  },
  // With a token of an account of the same id at another tenant nobody guesses as its owner.
  "resolvers/password-check.ts": async (_, one, other) => {
    const told: unknown[] = [];
    const admit = ({ tenant, familiar }: Guess) => {
      told.push([tenant, familiar]);
      return Promise.resolve({ familiar, right: nothing, notTried: nothing });
    };
    const ctx = {
      identity: { tenant: one.slug, account: "same" },
      work: { address: "address" },
      request: {},
      on: () => ({}),
      accounts: {
        credentials: () => Promise.resolve({ accountId: "same", passwordHash: "none" }),
        hasOldPasswords: () => Promise.resolve(false),
      },
      gateway: {
        guesses: { admit, refuses: () => Promise.resolve(false) },
        passwords: { verify: () => Promise.resolve({ right: false, upgraded: null }) },
        stores: { audit: { record: nothing } },
      },
    } as never;
    for (const tenant of [one, other])
      await whoseIs(ctx, {} as never, [tenant], { email: "same@example.com", password: "guessed" });
    return told;
  },
};
const nothing = () => Promise.resolve();
const PASSWORD = "the lamp in the seventh window";
let days = 0;
let accounts = 0;

const serversOf = ({ slug }: Tenant) => ({
  postgres: `postgres://nobody@127.0.0.1/${slug}`,
  mongodb: null,
  opensearch: null,
  neo4j: null,
});

const park = (database: OwnDatabase, target: string, tenants: readonly Tenant[]) =>
  Promise.all(
    tenants.map(({ id }) =>
      database.query(
        `insert into marquee.outbox_parked (target, tenant_id, topic, entity, related, xid, id, revision, attempts, dead, reason, next_attempt_at)
         values ($1, $2, 'TITLE', 'one', '', 1, 1, 1, 9, true, 'mutant', now() + interval '1 hour')`,
        [target, id],
      ),
    ),
  );

const writtenBy = (database: OwnDatabase, { id }: Tenant) =>
  database.query(
    `insert into marquee.outbox (tenant_id, partition, topic, entity, related, revision) values ($1, 1, 'TITLE', 'mutant', '', 2)`,
    [id],
  );

const notedSearches = async ({ gateway, database }: Ground, one: Tenant, other: Tenant) => {
  const id = `searching${(accounts += 1)}`;
  const { searchLog } = gateway.stores;
  for (const tenant of [one, other]) {
    const email = `${id}@example.com`;
    await openAccount(gateway, tenant, { id, email, profiles: [adultProfile(id)] });
  }
  const search = { profileId: id, language: null, hits: 0, openedTitleId: null, shown: null };
  await Promise.all([
    searchLog.note(one, { ...search, text: "first" }),
    searchLog.note(other, { ...search, text: "second" }),
    searchLog.settle(),
  ]);
  return database.query(
    "select tenant_id, query from shared.search_log where profile_id = $1 order by 1, 2",
    [id],
  );
};

const notedLists = async ({ gateway, database }: Ground, one: Tenant, other: Tenant) => {
  const id = `served${(accounts += 1)}`;
  const { servedLists } = gateway.stores;
  for (const tenant of [one, other]) {
    const email = `${id}@example.com`;
    await openAccount(gateway, tenant, { id, email, profiles: [adultProfile(id)] });
  }
  const list = {
    profileId: id,
    context: "HOME",
    row: null,
    teams: null,
    place: 1,
    learned: false,
    model: null,
    latencyMs: 1,
    kept: false,
  } as const;
  const at = new Date().toISOString();
  await Promise.all([
    servedLists.note(one, { ...list, at, titles: ["first"], arms: [] }),
    servedLists.note(other, { ...list, at, titles: ["second"], arms: [] }),
    servedLists.settle(),
  ]);
  return database.query(
    "select tenant_id, title_ids from shared.served_lists where profile_id = $1 order by 1, 2",
    [id],
  );
};

/** The layers of a file, looked at alone. */
export async function seenOfLayers(ground: Ground, file: string): Promise<Seen> {
  const [one, other] = ground.all.map(({ tenant }: Household) => tenant) as [Tenant, Tenant];
  const layer = LAYERS[file];
  if (!layer) return new Map();
  return new Map([[`layer ${file}`, JSON.stringify(await layer(ground, one, other))]]);
}
