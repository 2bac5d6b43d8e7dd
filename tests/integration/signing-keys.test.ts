import { randomBytes } from "node:crypto";

import { afterEach, describe, expect, it, vi } from "vitest";

import { type Stores } from "../../datasources/stores/stores.js";
import { KeyRing, type KeySettings } from "../../src/auth/key-ring.js";
import { createTokens } from "../../src/auth/tokens.js";
import { newTokenKey } from "../../scripts/token-key.js";
import { use, useDatabase } from "../support/fixtures.js";

const database = useDatabase();
const stores: Stores = use(() => database.open());
afterEach(() => database.query("delete from marquee.signing_keys"));

const SECRET = randomBytes(32);
const IDENTITY = { tenant: "t", account: null, profile: "p", session: "s", roles: null };
const SETTINGS: KeySettings = { secret: SECRET, configured: null, days: 30 };

/** The keys as one process of the deployment knows them, and what it makes of tokens. */
async function gateway(settings: Partial<KeySettings> = {}) {
  const ring = await KeyRing.open(stores.signingKeys, { ...SETTINGS, ...settings });
  const tokens = createTokens(ring, 15);
  return {
    ring,
    tokens,
    kid: () => ring.current().kid,
    issue: async () => (await tokens.issue(IDENTITY)).accessToken,
  };
}
const kids = async () => (await stores.signingKeys.list()).map(({ kid }) => kid);
/** Has all keys have been made earlier than they were. */
const age = (interval: string) =>
  database.query(`update marquee.signing_keys set created_at = created_at - interval '${interval}'`);
const expectRefused = (verifying: Promise<unknown>) =>
  expect(verifying).rejects.toMatchObject({ extensions: { code: "UNAUTHENTICATED" } });

describe("the keys of a deployment", () => {
  it("are one for all gateways of a secret, though they start at once", async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => gateway()));
    expect(await kids()).toEqual([all[0]!.kid()]);
    for (const one of all) {
      expect(one.kid()).toBe(all[0]!.kid());
      expect(await one.tokens.verify(await all[4]!.issue())).toEqual(IDENTITY);
    }
  });

  it("sign for those who have their secret alone, and are believed by all", async () => {
    const one = await gateway();
    const other = await gateway({ secret: randomBytes(32) });
    expect(one.kid()).not.toBe(other.kid());
    // Made after it has looked: it looks again when it is shown what the key signed, once a second.
    await expect
      .poll(async () => one.tokens.verify(await other.issue()).catch(() => null), { timeout: 20_000 })
      .toEqual(IDENTITY);
    expect(await other.tokens.verify(await one.issue())).toEqual(IDENTITY);
  });

  it("are kept sealed", async () => {
    const { ring } = await gateway();
    const { d = "" } = ring.current().privateKey.export({ format: "jwk" });
    const [row] = await database.query<{ text: string }>(
      "select k::text as text from marquee.signing_keys k",
    );
    for (const form of [d, Buffer.from(d, "base64url").toString("hex"), SECRET.toString("base64url")])
      expect(row!.text).not.toContain(form);
    expect(JSON.stringify(ring.jwks())).not.toContain(d);
  });

  it("follow each other without ending what was signed before", async () => {
    const one = await gateway();
    const other = await gateway();
    const [before, first] = [await one.issue(), one.kid()];
    await age("1 minute");
    const next = await other.ring.rotate();
    expect(await kids()).toEqual([next, first]);
    // Shown before it signs: whoever verifies by the key set has time to read it.
    expect(other.kid()).toBe(first);
    expect(other.ring.jwks().keys).toHaveLength(2);
    await age("11 seconds");
    for (const { ring, kid } of [one, other]) {
      await ring.refresh();
      expect(kid()).toBe(next);
    }
    for (const { tokens } of [one, other, await gateway()])
      expect(await tokens.verify(before)).toEqual(IDENTITY);
  });

  it("follow each other by themselves, once, after the days that are set", async () => {
    const gateways = [await gateway({ days: 7 }), await gateway({ days: 7 })];
    const first = gateways[0]!.kid();
    await age("6 days");
    await Promise.all(gateways.map(({ ring }) => ring.refresh()));
    expect(await kids()).toEqual([first]);
    await age("2 days");
    await Promise.all(gateways.map(({ ring }) => ring.refresh()));
    expect(await kids()).toHaveLength(2);
    await age("1 minute");
    for (const { ring, kid } of gateways) {
      await ring.refresh();
      expect(kid()).not.toBe(first);
    }
  });

  it("are forgotten when nothing that they signed can be good any more", async () => {
    const { ring, kid } = await gateway();
    const first = kid();
    await ring.rotate();
    const [{ left } = { left: 0 }] = await database.query<{ left: number }>(
      `select extract(epoch from verify_until - now())::float8 as left from marquee.signing_keys where kid = '${first}'`,
    );
    // A gateway signs for a day at most.
    expect(left).toBeGreaterThan(86_400);
    expect(left).toBeLessThan(2 * 86_400);
    await database.query(`update marquee.signing_keys set verify_until = now() where kid = '${first}'`);
    await ring.refresh();
    expect(ring.believes(first)).toBe(false);
    await ring.rotate();
    expect(await database.query(`select from marquee.signing_keys where kid = '${first}'`)).toEqual([]);
  });

  it("are believed for as long as the longest token that they signed", async () => {
    const { ring, tokens, kid } = await gateway();
    const { expiresAt } = await tokens.issue(IDENTITY, { minutes: 525_600 });
    const first = kid();
    await ring.rotate();
    const [row] = await database.query<{ until: Date }>(
      `select verify_until as until from marquee.signing_keys where kid = '${first}'`,
    );
    expect(row!.until.getTime()).toBeGreaterThanOrEqual(expiresAt.getTime());
  });

  it("can be taken away, with all that they signed", async () => {
    const one = await gateway();
    const other = await gateway();
    const [token, stolen] = [await one.issue(), one.kid()];
    expect(await other.tokens.verify(token)).toEqual(IDENTITY);
    expect(await one.ring.remove(stolen)).toBe(true);
    expect(await one.ring.remove(stolen)).toBe(false);
    for (const { ring, tokens, kid, issue } of [one, other]) {
      await ring.refresh();
      await expectRefused(tokens.verify(token));
      expect(kid()).not.toBe(stolen);
      expect(await tokens.verify(await issue())).toEqual(IDENTITY);
    }
  });

  it("may come from the configuration; those of before are believed still", async () => {
    const made = await gateway();
    const [first, second] = [newTokenKey(), newTokenKey()];
    const before = await gateway({ configured: first });
    const tokens = [await made.issue(), await before.issue()];
    const after = await gateway({ configured: second });
    expect(new Set([made.kid(), before.kid(), after.kid()]).size).toBe(3);
    expect(await after.ring.rotate()).toBeNull();
    expect(await after.ring.remove(after.kid())).toBe(false);
    for (const token of [...tokens, await after.issue()])
      expect(await after.tokens.verify(token)).toEqual(IDENTITY);
    const rows = await database.query<{ sealed: string | null }>("select sealed from marquee.signing_keys");
    expect(rows.filter(({ sealed }) => sealed === null)).toHaveLength(2);
  });

  it("are looked for once a second at most by those who make them up", async () => {
    const { ring } = await gateway();
    const list = vi.spyOn(stores.signingKeys, "list");
    const watched = await KeyRing.open(stores.signingKeys, SETTINGS);
    list.mockClear();
    for (let tries = 0; tries < 200; tries += 1) expect(await watched.find(`made-up-${tries}`)).toBeNull();
    expect(list.mock.calls.length).toBeLessThan(20);
    list.mockRestore();
    expect(await watched.find(ring.current().kid)).not.toBeNull();
  });
});
