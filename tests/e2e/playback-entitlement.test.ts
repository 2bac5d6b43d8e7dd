import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { openAccount } from "../support/accounts.js";
import { publish } from "../support/catalogue.js";
import { openFacts, type Facts } from "../support/facts.js";
import { startGateway, type TestGateway } from "../support/gateway.js";
import { titleBody } from "../support/titles.js";

interface Played {
  session: { id: string; expiresAt: string; renditions: { height: number }[] } | null;
  errors: { field: string | null; code: string; message: string }[];
}

const SESSION = "session { id expiresAt renditions { height } } errors { field code message }";
const START = `mutation ($input: StartPlaybackInput!) { startPlayback(input: $input) { ${SESSION} } }`;
const BEAT = `mutation ($input: PlaybackInput!) { heartbeatPlayback(input: $input) { ${SESSION} } }`;
const DEVICE = { kind: "TV", width: 3840, height: 2160, codecs: ["H264", "HEVC"] };
const PLAN = { id: "P", name: "Plenty", maxStreams: 4, maxHeight: 2160, priceCents: 999, currency: "USD" };

let gateway: TestGateway;
let facts: Facts;
let tenant: Tenant;
let account: string;
let token: string;
let film: string;

/** Nobody carries what is written to the projections: what is judged are the facts. */
beforeAll(async () => {
  [gateway, facts] = await Promise.all([startGateway({ MARQUEE_PROJECTOR: "false" }), openFacts()]);
  tenant = await gateway.createTenant();
});
afterAll(async () => {
  await Promise.all([gateway?.close(), facts?.close()]);
});
beforeEach(async () => {
  film = randomUUID();
  const { stores } = gateway;
  await publish(stores, tenant, [titleBody({ id: film, maturityRating: "R" })]);
  await stores.accounts.putPlans(tenant, [PLAN]);
  ({ account, token } = await openAccount(gateway, tenant, { planId: "P" }));
});

async function played(query: string, input: object): Promise<Played> {
  const answer = await gateway.ask(query, { token, variables: { input } });
  expect(answer.errors).toBeUndefined();
  return Object.values(answer.data)[0] as Played;
}
const start = () => played(START, { title: `Title:${film}`, device: DEVICE });
const beat = (session: string) => played(BEAT, { session });
const codeOf = ({ errors }: Played) => errors[0]?.code;
const become = (fields: Partial<TitleFacts>) =>
  gateway.stores.titleVersions.append(tenant, [
    { body: titleBody({ id: film, maturityRating: "R", ...fields }), effectiveFrom: null },
  ]);
const mine = (statement: string) => facts.run(tenant, `${statement} and tenant_id = ${tenant.id}`);

const ENDED = { countries: ["*"], from: "2010-01-01T00:00:00Z", until: "2020-01-01T00:00:00Z" };
const ELSEWHERE = { countries: ["JP"], from: "2010-01-01T00:00:00Z", until: null };

describe("a stream whose title may not be played any more", () => {
  it.each<[string, () => Promise<unknown>]>([
    ["its licence has ended", () => become({ licences: [ENDED] })],
    ["its licence is another country's", () => become({ licences: [ELSEWHERE] })],
    ["it was archived", () => become({ state: "ARCHIVED" })],
    ["its rating was raised", () => become({ maturityRating: "NC-17" }).then(() => limit(17))],
    ["the profile's limit was lowered", () => limit(8)],
  ])("is ended at its next heartbeat, and cannot be started: %s", async (_, happens) => {
    const { session } = await start();
    expect((await beat(session!.id)).errors).toEqual([]);
    await happens();
    expect(await beat(session!.id)).toEqual({
      session: null,
      errors: [
        { field: "session", code: "NO_LONGER_PLAYABLE", message: expect.stringMatching(/ended\./) as string },
      ],
    });
    expect(codeOf(await beat(session!.id))).toBe("SESSION_EXPIRED");
    expect(codeOf(await start())).toBe("TITLE_NOT_FOUND");
  });

  const limit = (age: number) => mine(`update profiles set maturity_limit = ${age} where id = '${account}'`);

  it("goes on as the title that it was merged into", async () => {
    const kept = randomUUID();
    await publish(gateway.stores, tenant, [titleBody({ id: kept })]);
    const { session } = await start();
    await gateway.stores.titleEditing.merge(tenant, {
      keep: kept,
      merge: film,
      expectedVersion: null,
      by: "command",
    });
    expect((await beat(session!.id)).errors).toEqual([]);
  });
});

describe("a stream of a plan that became smaller", () => {
  it("goes on where it came first, and is ended where it is one too many", async () => {
    const [first, second] = [await start(), await start()];
    await mine("update plans set max_streams = 1 where id = 'P'");
    expect(codeOf(await beat(second.session!.id))).toBe("TOO_MANY_STREAMS");
    expect((await beat(first.session!.id)).errors).toEqual([]);
    expect(codeOf(await beat(second.session!.id))).toBe("SESSION_EXPIRED");
  });

  it("has only the lines that are left, or ends where there are none", async () => {
    const { session } = await start();
    expect(Math.max(...session!.renditions.map(({ height }) => height))).toBe(2160);
    await mine("update plans set max_height = 720 where id = 'P'");
    const beaten = await beat(session!.id);
    expect(Math.max(...beaten.session!.renditions.map(({ height }) => height))).toBe(720);
    await mine("update plans set max_height = 100 where id = 'P'");
    expect(codeOf(await beat(session!.id))).toBe("NO_RENDITION");
  });

  it("ends with the subscription", async () => {
    const { session } = await start();
    await mine(`update subscriptions set state = 'CANCELLED' where account_id = '${account}'`);
    expect(codeOf(await beat(session!.id))).toBe("NO_SUBSCRIPTION");
    expect(codeOf(await beat(session!.id))).toBe("SESSION_EXPIRED");
  });
});

describe("a stream of a device that was signed out elsewhere", () => {
  it("is kept no longer, and is free when it has expired", async () => {
    const { session } = await start();
    expect((await beat(session!.id)).errors).toEqual([]);
    await gateway.stores.sessions.end(tenant, { accountId: account, profileId: account }, "ALL");
    const { errors } = await gateway.ask(BEAT, { token, variables: { input: { session: session!.id } } });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(["UNAUTHENTICATED"]);
  });
});
