import { beforeEach, describe, expect, it } from "vitest";

import { type PlaybackStart, type SessionKey } from "../../datasources/playback/playback.js";
import { type Refusal } from "../../datasources/core/refusal.js";
import { type StoreRequest } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const stores = useStores();
const facts = useFacts();
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  const plan = { name: "Duo", maxStreams: 2, maxHeight: 1080, priceCents: 999, currency: "USD" };
  await stores.accounts.putPlans(tenant, [
    { ...plan, id: "DUO" },
    { ...plan, id: "TINY", name: "Tiny", maxHeight: 100 },
  ]);
  await stores.titleVersions.append(tenant, [{ body: titleBody({ id: "a" }), effectiveFrom: null }]);
  await stores.accounts.putAccounts(tenant, [
    account("family", "DUO"),
    account("others", "DUO"),
    account("tiny", "TINY"),
    account("unpaid", null),
  ]);
});

const account = (id: string, planId: string | null) => ({
  id,
  email: `${id}@example.com`,
  passwordHash: "hash",
  roles: ["VIEWER" as const],
  country: "US",
  planId,
  profiles: [{ id: `${id}-1`, name: `${id} one`, kind: "ADULT" as const, maturityLimit: 18, country: null }],
});

const asker = { country: "US", editor: false, now: new Date() };

function start(accountId: string | null, device: Partial<PlaybackStart["device"]> = {}) {
  return stores.playback.start(tenant, {
    accountId,
    profileId: `${accountId}-1`,
    titleId: "a",
    asker,
    device: { kind: "TV", width: 3840, height: 2160, codecs: ["H264", "HEVC"], hdr: [], ...device },
  });
}
const key = (accountId: string | null, sessionId: string, profileId: string | null = null) => ({
  accountId,
  profileId,
  sessionId,
});
const read = async (request: StoreRequest, { sessionId, ...holder }: SessionKey) =>
  (await stores.playback.sessionsByIds(request, holder, [sessionId])).get(sessionId);
const refusal = (code: string, message = /\.$/): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string });
/** Lets a session's last heartbeat be two minutes ago. */
const expire = (id: string) =>
  facts.run(
    tenant,
    `update playback_sessions set expires_at = now() - interval '1 minute' where id = '${id}'`,
  );

describe("start", () => {
  it("opens a session that lives a minute, with what device and plan allow", async () => {
    const session = await start("family");
    const life = Date.parse(session.expiresAt) - Date.now();
    expect(life).toBeGreaterThan(50_000);
    expect(life).toBeLessThan(61_000);
    expect(session.renditions[0]).toMatchObject({ height: 1080, codec: "HEVC" });
    expect(session.omitted[0]?.reason).toBe("HDR_NOT_SUPPORTED");
    const request = testRequest(tenant);
    expect(await read(request, key("family", session.id))).toEqual(session);
    expect(request.calls.calls).toHaveLength(1);
    expect(session.omitted.map(({ reason }) => reason)).toContain("PLAN_LIMIT");
  });

  it("gives 50 starts at the same time two sessions, and names plan, limit and devices to the others", async () => {
    // Connections that are open already, so that the starts do meet.
    await Promise.allSettled(
      Array.from({ length: 50 }, () => stores.playback.stop(tenant, key("family", "none"))),
    );
    const starts = await Promise.allSettled(Array.from({ length: 50 }, () => start("family")));
    const refused = starts.filter((each) => each.status === "rejected");
    expect(refused).toHaveLength(48);
    for (const { reason } of refused) {
      expect(reason).toEqual(
        refusal(
          "TOO_MANY_STREAMS",
          /plan Duo allows 2 streams .* TV \(family one\), TV \(family one\)\. Stop/,
        ),
      );
    }
    const [rows] = await facts.rows<{ n: number }>(
      tenant,
      "select count(*)::int as n from playback_sessions where tenant_id = $1",
    );
    expect(rows?.n).toBe(2);
    await start("others");
  });

  it("has room again for one that was stopped or has expired", async () => {
    const [first, second] = [await start("family"), await start("family", { kind: "MOBILE" })];
    await expect(start("family")).rejects.toEqual(refusal("TOO_MANY_STREAMS", /TV \(.*\), MOBILE \(/));
    await stores.playback.stop(tenant, key("family", first.id));
    await start("family");
    await expect(start("family")).rejects.toEqual(refusal("TOO_MANY_STREAMS"));
    await expire(second.id);
    await start("family");
    await expect(start("family")).rejects.toEqual(refusal("TOO_MANY_STREAMS"));
  });

  it("needs an active membership; one that is past due will do", async () => {
    for (const id of [null, "unpaid", "nobody"]) {
      await expect(start(id)).rejects.toEqual(refusal("NO_SUBSCRIPTION"));
    }
    const become = (state: string) =>
      facts.run(
        tenant,
        `update subscriptions set state = '${state}' where account_id = 'family' and tenant_id = ${tenant.id}`,
      );
    await become("PAST_DUE");
    await start("family");
    for (const state of ["CANCELLED", "PENDING"]) {
      await become(state);
      await expect(start("family")).rejects.toEqual(refusal("NO_SUBSCRIPTION"));
    }
  });

  it("refuses a device that nothing can be played on, and takes no stream for it", async () => {
    await expect(start("family", { codecs: ["VP9"] })).rejects.toEqual(
      refusal("NO_RENDITION", /must support H264 or HEVC\.$/),
    );
    await expect(start("tiny")).rejects.toEqual(refusal("NO_RENDITION", /plan Tiny allows 100 lines/));
    for (const screen of [{ width: 0 }, { height: -1 }, { width: 16_385 }]) {
      await expect(start("family", screen)).rejects.toEqual(refusal("DEVICE_OUT_OF_RANGE", /1 to 16384/));
    }
    await Promise.all([start("family"), start("family")]);
  });
});

describe("heartbeat", () => {
  it("prolongs a session, and counts it on", async () => {
    const session = await start("family");
    await facts.run(
      tenant,
      `update playback_sessions set expires_at = now() + interval '1 second' where id = '${session.id}'`,
    );
    const beaten = await stores.playback.heartbeat(tenant, key("family", session.id), asker);
    expect(beaten).toEqual({ ...session, expiresAt: beaten.expiresAt });
    expect(Date.parse(beaten.expiresAt) - Date.now()).toBeGreaterThan(50_000);
  });

  it("does not wake a session that has expired or was stopped", async () => {
    const [first, second] = [await start("family"), await start("family")];
    await expire(first.id);
    await stores.playback.stop(tenant, key("family", second.id));
    for (const { id } of [first, second]) {
      await expect(stores.playback.heartbeat(tenant, key("family", id), asker)).rejects.toEqual(
        refusal("SESSION_EXPIRED"),
      );
    }
    await Promise.all([start("family"), start("family")]);
  });
});

describe("sessions", () => {
  it("of other accounts and tenants behave as missing ones", async () => {
    const { id } = await start("family");
    const elsewhere = await createTestTenant(stores);
    const answers: unknown[] = [];
    for (const [of, accountId, sessionId, profileId] of [
      [tenant, "family", "no-such-session", null],
      [tenant, "others", id, null],
      [tenant, null, id, null],
      [elsewhere, "family", id, null],
      [tenant, "family", id, "family-2"],
      [tenant, "family", "nul\0", null],
    ] as const) {
      const named = key(accountId, sessionId, profileId);
      expect(await read(testRequest(of), named)).toBeUndefined();
      const asks: (() => Promise<unknown>)[] = [
        () => stores.playback.heartbeat(of, named, asker),
        () => stores.playback.stop(of, named),
      ];
      for (const ask of asks) {
        const error: Refusal = await ask().then(
          () => expect.unreachable(),
          (refused: Refusal) => refused,
        );
        answers.push([error.code, error.field, error.message]);
      }
    }
    expect(new Set(answers.map(String)).size).toBe(1);
    expect(answers[0]).toEqual(["SESSION_NOT_FOUND", "session", expect.any(String)]);
    await stores.playback.heartbeat(tenant, key("family", id), asker);
  });

  it("stop once and stay stopped", async () => {
    const { id } = await start("family");
    await stores.playback.stop(tenant, key("family", id));
    await stores.playback.stop(tenant, key("family", id));
    const [row] = await facts.rows<{ once: boolean }>(
      tenant,
      `select stopped_at < now() as once from playback_sessions where tenant_id = $1 and id = '${id}'`,
    );
    expect(row?.once).toBe(true);
  });
});
