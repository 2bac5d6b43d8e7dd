/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { toGlobalId } from "../../resolvers/request/global-id.js";
import { publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { clientOperations, operationOf } from "../support/operations.js";
import { createTestTenant } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const TELEVISION = { kind: "TV", width: 1920, height: 1080, codecs: ["H264", "HEVC"], hdr: ["HDR10"] };

/** As clients send them. */
const NEGATIVE: Record<string, string> = {
  Dismiss: `mutation Dismiss($input: DismissInput!) { dismissFromContinueWatching(input: $input) { title { id } errors { field code message } } }`,
  NotForMe: `mutation NotForMe($input: NotForMeInput!) { setNotForMe(input: $input) { title { id notForMe } consistencyToken errors { field code message } } }`,
};

const gateway = useGateway();
let operations: Map<string, string>;
let tenant: Tenant;
let elsewhere: Tenant;
const tokens: Record<"adult" | "partner" | "kids" | "other" | "loose", string> = {
  adult: "",
  partner: "",
  kids: "",
  other: "",
  loose: "",
};

const profile = (id: string, maturityLimit = 18) => ({
  id,
  name: id,
  kind: maturityLimit < 18 ? ("KIDS" as const) : ("ADULT" as const),
  maturityLimit,
  country: null,
});
const account = (id: string, profiles: ReturnType<typeof profile>[]) => ({
  id,
  email: `${id}@example.com`,
  passwordHash: "hash",
  roles: ["VIEWER" as const],
  country: "US",
  planId: "SOLO",
  profiles,
});

beforeAll(async () => {
  operations = await clientOperations("writes.graphql");
  const { stores } = gateway;
  [tenant, elsewhere] = await Promise.all([createTestTenant(stores), createTestTenant(stores)]);
  await Promise.all([
    publish(stores, tenant, [
      titleBody({ id: "a", runtimeMinutes: 100 }),
      titleBody({ id: "adult", maturityRating: "R" }),
      titleBody({ id: "draft", state: "DRAFT" }),
      titleBody({
        id: "french",
        licences: [{ countries: ["FR"], from: "2010-01-01T00:00:00Z", until: null }],
      }),
    ]),
    publish(stores, elsewhere, [titleBody({ id: "theirs" })]),
  ]);
  const plan = { id: "SOLO", name: "Solo", maxStreams: 1, maxHeight: 720, priceCents: 999, currency: "USD" };
  await stores.accounts.putPlans(tenant, [plan]);
  await stores.accounts.putAccounts(tenant, [
    account("family", [profile("adult"), profile("partner"), profile("kids", 8)]),
    account("neighbours", [profile("other")]),
  ]);
  await stores.accounts.putProfiles(tenant, [profile("loose")]);
  for (const [name, of] of [
    ["adult", "family"],
    ["partner", "family"],
    ["kids", "family"],
    ["other", "neighbours"],
    ["loose", null],
  ] as const)
    tokens[name] = await gateway.tokenFor({
      tenant: tenant.slug,
      account: of,
      profile: name,
      roles: ["VIEWER"],
    });
});

/** The payload of one of the clients' mutations. */
async function run(operationName: string, input: object, token = tokens.adult): Promise<Record<string, any>> {
  const answer = await gateway.ask(operationOf(operations, operationName), { variables: { input }, token });
  expect(answer.errors, operationName).toBeUndefined();
  return Object.values(answer.data)[0] as Record<string, any>;
}
const read = async (fields: string, token = tokens.adult) =>
  (await gateway.ask(`{ title(id: "Title:a") { ${fields} } }`, { token })).data.title;
const errorsOf = (field: string | null, code: string, message = /Accepted/) => [
  { field, code, message: expect.stringMatching(message) },
];

describe("Progress, Rate, Add and Remove", () => {
  it("answer the title as it was just written", async () => {
    const id = toGlobalId(tenant, "Title", "a");
    const written = { consistencyToken: expect.stringMatching(/^[\w.-]{20,}$/), errors: [] };
    const at = (ago: number) => new Date(Date.now() - ago * 1_000).toISOString();
    const first = {
      title: id,
      positionSeconds: 60,
      completed: false,
      device: "TV",
      at: at(600),
      eventId: "e1",
    };
    expect(await run("Progress", first)).toEqual({
      title: { id, myProgress: { positionSeconds: 60, completed: false } },
      ...written,
    });
    const second = await run("Progress", { title: "Title:a", positionSeconds: 5_000 });
    expect(second.title.myProgress).toEqual({ positionSeconds: 5_000, completed: false });
    expect((await run("Progress", first)).title.myProgress).toEqual({
      positionSeconds: 60,
      completed: false,
    });
    expect(await read("myProgress { positionSeconds durationSeconds }")).toEqual({
      myProgress: { positionSeconds: 5_000, durationSeconds: 6_000 },
    });
    expect(await run("Rate", { title: id, rating: 4 })).toEqual({ title: { id, myRating: 4 }, ...written });
    expect(await run("Add", { title: id })).toEqual({ title: { id, inMyWatchlist: true }, ...written });
    expect(await read("myRating inMyWatchlist")).toEqual({ myRating: 4, inMyWatchlist: true });
    expect(await run("Rate", { title: id, rating: null })).toEqual({
      title: { id, myRating: null },
      ...written,
    });
    expect(await run("Remove", { title: id })).toEqual({ title: { id, inMyWatchlist: false }, ...written });
    expect(await read("myRating inMyWatchlist")).toEqual({ myRating: null, inMyWatchlist: false });
  });

  it("take and take back what is not for a profile, and a title off continue watching", async () => {
    const token = tokens.kids;
    const write = async (name: string, input: object) => {
      const query = NEGATIVE[name]!;
      const { data, errors } = await gateway.ask(query, { variables: { input }, token });
      expect(errors).toBeUndefined();
      return Object.values(data)[0] as Record<string, any>;
    };
    const id = toGlobalId(tenant, "Title", "a");
    const token_ = expect.stringMatching(/^[\w.-]{20,}$/);
    expect(await write("NotForMe", { title: "Title:a", notForMe: true })).toEqual({
      title: { id, notForMe: true },
      consistencyToken: token_,
      errors: [],
    });
    const shown = `{
      title(id: "Title:a") { notForMe }
      search(query: "a", first: 5) { edges { node { externalId } } }
      home(first: 20) { kind titles(first: 50) { edges { node { externalId } } } }
      viewer { profile {
        recommendations(first: 50) { title { externalId } }
        continueWatching(first: 5) { edges { node { externalId } } } } } }`;
    const nodesOf = ({ edges }: { edges: any[] }) => edges.map(({ node }) => node.externalId);
    const seen = async () => {
      const { data } = await gateway.ask(shown, { token });
      const { profile } = data.viewer;
      return {
        notForMe: data.title.notForMe,
        recommended: (profile.recommendations as any[]).map(({ title }) => title.externalId),
        continued: nodesOf(profile.continueWatching),
        found: nodesOf(data.search),
      };
    };
    const a = titleBody({ id: "a" }).id;
    expect(await seen()).toMatchObject({ notForMe: true, recommended: [], found: [a] });
    expect(await read("notForMe")).toEqual({ notForMe: false });
    expect((await write("NotForMe", { title: id, notForMe: false })).title).toEqual({ id, notForMe: false });
    expect((await seen()).recommended).toEqual([a]);
    await run("Progress", { title: id, positionSeconds: 600 }, token);
    expect((await seen()).continued).toEqual([a]);
    expect(await write("Dismiss", { title: id })).toEqual({ title: { id }, errors: [] });
    expect((await seen()).continued).toEqual([]);
    const draft = await write("NotForMe", { title: "Title:draft", notForMe: true });
    expect(draft).toMatchObject({ title: null, errors: [{ code: "TITLE_NOT_FOUND" }] });
    expect(await write("Dismiss", { title: "Title:none" })).toMatchObject({
      title: null,
      errors: [{ code: "TITLE_NOT_FOUND" }],
    });
  });

  it("answer what each left behind where one document writes twice", async () => {
    const query = `mutation {
      one: recordProgress(input: {title: "Title:a", positionSeconds: 10}) { title { myProgress { positionSeconds } myRating } }
      two: rateTitle(input: {title: "Title:a", rating: 2}) { title { myProgress { positionSeconds } myRating } }
      three: recordProgress(input: {title: "Title:a", positionSeconds: 20}) { title { myProgress { positionSeconds } myRating } }
    }`;
    const { data } = await gateway.ask(query, { token: tokens.kids });
    expect(
      Object.values(data).map(({ title }: any) => [title.myProgress.positionSeconds, title.myRating]),
    ).toEqual([
      [10, null],
      [10, 2],
      [20, 2],
    ]);
  });

  it("treat a title that the profile may not meet like one that is missing", async () => {
    const missing = await run("Add", { title: "Title:no-such-title" });
    expect(missing).toEqual({
      title: null,
      consistencyToken: null,
      errors: errorsOf("title", "TITLE_NOT_FOUND"),
    });
    const theirs = toGlobalId(elsewhere, "Title", "theirs");
    for (const title of ["Title:draft", "Title:french", theirs, "Title:theirs", "Profile:adult"]) {
      expect(await run("Add", { title }), title).toEqual(missing);
      expect(await run("Remove", { title }), title).toEqual(missing);
      expect(await run("Rate", { title, rating: 3 }), title).toEqual(missing);
      expect(await run("Progress", { title, positionSeconds: 3 }), title).toEqual(missing);
      const play = await run("Play", { title, device: TELEVISION });
      expect(play, title).toEqual({ session: null, errors: missing.errors });
    }
    expect(await run("Add", { title: "Title:adult" }, tokens.kids)).toEqual(missing);
    expect((await run("Add", { title: "Title:adult" })).errors).toEqual([]);
  });

  it("say what they would have accepted", async () => {
    const refused = async (operation: string, input: object) =>
      (await run(operation, { title: "Title:a", ...input })).errors;
    expect(await refused("Progress", { positionSeconds: -5 })).toEqual(
      errorsOf("positionSeconds", "POSITION_OUT_OF_RANGE"),
    );
    const future = new Date(Date.now() + 600_000).toISOString();
    expect(await refused("Progress", { positionSeconds: 5, at: future })).toEqual(
      errorsOf("at", "AT_OUT_OF_RANGE"),
    );
    await run("Progress", { title: "Title:a", positionSeconds: 5, eventId: "used" });
    expect(await refused("Progress", { positionSeconds: 6, eventId: "used" })).toEqual(
      errorsOf("eventId", "EVENT_ID_REUSED"),
    );
    expect(await refused("Rate", { rating: 0 })).toEqual(errorsOf("rating", "RATING_OUT_OF_RANGE"));
    expect(await refused("Rate", {})).toEqual(errorsOf("rating", "RATING_OUT_OF_RANGE"));
  });

  it("are not for visitors", async () => {
    for (const [operationName, input] of Object.entries({
      Progress: { title: "Title:a", positionSeconds: 1 },
      Rate: { title: "Title:a", rating: 1 },
      Add: { title: "Title:a" },
      Remove: { title: "Title:a" },
      Play: { title: "Title:a", device: TELEVISION },
      Heartbeat: { session: "PlaybackSession:x" },
      Stop: { session: "PlaybackSession:x" },
    })) {
      const { errors } = await gateway.ask(operationOf(operations, operationName), {
        variables: { input },
        tenant: tenant.slug,
      });
      expect(errors?.[0]?.extensions, operationName).toMatchObject({ code: "UNAUTHENTICATED" });
    }
  });
});

describe("Play, Heartbeat and Stop", () => {
  it("open, keep and end a stream of the plan", async () => {
    const { session, errors } = await run("Play", { title: "Title:a", device: TELEVISION });
    expect(errors).toEqual([]);
    expect(session.renditions[0]).toEqual({
      width: 1280,
      height: 720,
      codec: "HEVC",
      hdr: "HDR10",
      bitrateKbps: 4_080,
    });
    expect(session.omitted).toContainEqual({
      rendition: "1920x1080 H264 SDR 7800 kbps",
      reason: "PLAN_LIMIT",
    });
    const node =
      "query ($id: ID!) { node(id: $id) { __typename id ... on PlaybackSession { expiresAt renditions { height } } } }";
    const found = async (token: string) =>
      (await gateway.ask(node, { variables: { id: session.id }, token })).data;
    expect(await found(tokens.partner)).toMatchObject({
      node: { __typename: "PlaybackSession", id: session.id, expiresAt: session.expiresAt },
    });
    expect(await found(tokens.other)).toEqual({ node: null });
    expect(await found(tokens.kids)).toEqual({ node: null });
    const beaten = await run("Heartbeat", { session: session.id }, tokens.partner);
    expect(beaten).toMatchObject({ session: { id: session.id }, errors: [] });
    expect(Date.parse(beaten.session.expiresAt)).toBeGreaterThanOrEqual(Date.parse(session.expiresAt));
    const second = await run(
      "Play",
      { title: "Title:a", device: { ...TELEVISION, kind: "WEB" } },
      tokens.kids,
    );
    expect(second).toEqual({
      session: null,
      errors: errorsOf(null, "TOO_MANY_STREAMS", /plan Solo allows 1 stream at once.* TV \(adult\)\./),
    });
    const missing = errorsOf("session", "SESSION_NOT_FOUND");
    // Another account's, or a grown-up's where a child asks: as if it were not there.
    for (const token of [tokens.other, tokens.kids]) {
      expect(await run("Stop", { session: session.id }, token)).toEqual({ stopped: false, errors: missing });
      expect(await run("Heartbeat", { session: session.id }, token)).toEqual({
        session: null,
        errors: missing,
      });
    }
    expect(await run("Stop", { session: session.id })).toEqual({ stopped: true, errors: [] });
    expect((await run("Heartbeat", { session: session.id })).errors[0].code).toBe("SESSION_EXPIRED");
    expect((await run("Play", { title: "Title:a", device: TELEVISION }, tokens.kids)).errors).toEqual([]);
  });

  it("need a membership, and a device that something can be played on", async () => {
    const noPlan = await run("Play", { title: "Title:a", device: TELEVISION }, tokens.loose);
    expect(noPlan).toEqual({ session: null, errors: errorsOf(null, "NO_SUBSCRIPTION") });
    const device = { ...TELEVISION, codecs: ["AV1"] };
    const play = await run("Play", { title: "Title:a", device }, tokens.other);
    expect(play.errors).toEqual(errorsOf("device.codecs", "NO_RENDITION", /must support H264 or HEVC/));
  });
});
