import { randomUUID } from "node:crypto";

import { afterEach, describe, expect, it, vi } from "vitest";

import { type NewSession } from "../../datasources/accounts/sessions.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type IdentityChanges } from "../../datasources/identity/identity-changes.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { EndedSessions } from "../../src/auth/ended-sessions.js";
import { IdentityWatch } from "../../src/auth/identity-watch.js";
import { adultProfile } from "../support/catalogue.js";
import { use, useDatabase } from "../support/fixtures.js";
import { openPlacements } from "../support/placements.js";

const database = useDatabase();
const stores: Stores = use(() => database.open());
const watches: IdentityWatch[] = [];
afterEach(async () => {
  for (const watch of watches.splice(0)) await watch.stop();
});

/** What a gateway knows of sessions that have ended. */
function watching(changes: IdentityChanges = stores.identityChanges) {
  const ended = new EndedSessions();
  watches.push(new IdentityWatch(changes, () => ended.refresh(changes)));
  return ended;
}

async function endOne(until = "1 hour"): Promise<string> {
  const session = randomUUID();
  await database.query(
    `insert into marquee.ended_sessions (tenant_id, session_id, until) values (1, '${session}', now() + interval '${until}')`,
  );
  return session;
}
const expectKnown = (ended: EndedSessions, session: string) =>
  expect.poll(() => ended.has(session), { timeout: 30_000, interval: 20 }).toBe(true);

describe("what processes believe tokens by", () => {
  it("is looked at when they are told, and found from before they began", async () => {
    const before = await endOne();
    const ended = watching();
    await expectKnown(ended, before);
    const looked = vi.spyOn(stores.identityChanges, "endedSessions");
    const session = await endOne();
    await database.query("notify marquee_identity");
    await expectKnown(ended, session);
    expect(looked).toHaveBeenCalledWith(300);
    looked.mockRestore();
    expect(ended.has(null)).toBe(false);
    expect(ended.has(randomUUID())).toBe(false);
  });

  it("is looked at though nobody is told", async () => {
    const deaf: IdentityChanges = {
      watch: () => ({ stop: () => Promise.resolve() }),
      endedSessions: (seconds) => stores.identityChanges.endedSessions(seconds),
      forget: () => stores.identityChanges.forget(),
    };
    const ended = watching(deaf);
    await expectKnown(ended, await endOne());
  });

  it("is told again after the connection was lost", async () => {
    let told = 0;
    const watch = stores.identityChanges.watch(() => (told += 1));
    await expect.poll(() => told, { timeout: 30_000 }).toBe(1);
    await database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'marquee-listen' and datname = current_database()",
    );
    // Whoever listens anew may have missed something.
    await expect.poll(() => told, { timeout: 30_000 }).toBe(2);
    await database.query("notify marquee_identity");
    await expect.poll(() => told, { timeout: 30_000 }).toBe(3);
    await watch.stop();
  });

  it("is forgotten when no token can name it any more", async () => {
    const session = await endOne("-1 second");
    await stores.identityChanges.forget();
    expect(
      await database.query(`select from marquee.ended_sessions where session_id = '${session}'`),
    ).toEqual([]);
  });
});

const newSession = (profileId: string): NewSession => ({
  tokenHash: randomUUID(),
  accountId: null,
  profileId,
  expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
  openedBy: null,
  passwordHash: null,
  prolongable: false,
  device: null,
  country: null,
});

describe("of a tenant that is moved to servers of its own and back", () => {
  const placements = use(openPlacements);

  it("what has ended is known to whoever reads there, though it ended long before", async () => {
    const { stores, databases } = placements;
    const tenant = await placements.create("SHARED");
    await stores.accounts.putProfiles(tenant, [adultProfile("somebody")]);
    const end = async (at: Tenant) => {
      const { id } = (await stores.sessions.open(at, newSession("somebody")))!;
      await stores.sessions.end(at, { accountId: null, profileId: "somebody" }, { session: id });
      return id;
    };
    const before = await end(tenant);
    await databases[0]!.query("update marquee.ended_sessions set ended_at = now() - interval '1 hour'");
    const moved = await stores.moves.move(tenant, await placements.destination("DEDICATED"));
    const recent = async (at: Tenant) => (await stores.at(at)).identityChanges.endedSessions(300);
    expect(await recent(moved.tenant)).toEqual([before]);
    const there = await end(moved.tenant);
    await placements
      .databaseOf(moved.tenant)
      .query("update marquee.ended_sessions set ended_at = now() - interval '1 hour'");
    const back = await stores.moves.undo(moved.tenant);
    expect(await recent(back.tenant)).toEqual([there]);
    expect(new Set(await stores.home.identityChanges.endedSessions(null))).toEqual(new Set([before, there]));
  });
});
