/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { buildSchema, parse, validate } from "graphql";
import { beforeAll, expect, it } from "vitest";

import { printedSchema } from "../../src/schema.js";
import { PATIENCE } from "../support/patience.js";
import { useSmallDemo } from "../support/small-demo.js";
import { clientOperations, operationOf } from "../support/operations.js";

const TENANT = "atelier";
const WRITTEN = { consistencyToken: expect.stringMatching(/^[\w-]{20,}$/), errors: [] };

// The demo, small: its accounts, with a catalogue that they may write about.
const gateway = useSmallDemo(TENANT, { profiles: 40, events: 1_500 });
let operations: Map<string, string>;
const tokens = { viewer: "", editor: "" };
const ran = new Set<string>();

beforeAll(async () => {
  operations = await clientOperations("writes.graphql");
  for (const name of ["viewer", "editor"] as const) {
    tokens[name] = await gateway.signIn(`${name}@${TENANT}.example`);
  }
});

/** The payload of one of the operations, as it stands in the document. */
async function run(name: string, input?: object, token?: string): Promise<any> {
  ran.add(name);
  const answer = await gateway.ask(operationOf(operations, name), { variables: { input }, token });
  expect(answer.errors, name).toBeUndefined();
  expect(answer.status).toBe(200);
  return Object.values(answer.data)[0];
}

async function read(query: string, token: string): Promise<any> {
  const { data, errors } = await gateway.ask(query, { token });
  expect(errors).toBeUndefined();
  return data;
}

it("fits the schema as it stands", () => {
  const schema = buildSchema(printedSchema());
  const unfit = [...operations].filter(([, text]) => validate(schema, parse(text)).length > 0);
  expect(unfit.map(([name]) => name)).toEqual([]);
});

it("Progress, Rate, Add and Remove answer the viewer's title as it is now", async () => {
  const { titles } = await read("{ titles(first: 1) { edges { node { id } } } }", tokens.viewer);
  const { id } = titles.edges[0].node;
  const state = async () =>
    (
      await read(
        `{ title(id: "${id}") { myProgress { positionSeconds } myRating inMyWatchlist } }`,
        tokens.viewer,
      )
    ).title;
  const progress = { title: id, positionSeconds: 120, completed: false, device: "TV", eventId: "w1" };
  expect(await run("Progress", progress, tokens.viewer)).toEqual({
    title: { id, myProgress: { positionSeconds: 120, completed: false } },
    ...WRITTEN,
  });
  expect(await run("Rate", { title: id, rating: 5 }, tokens.viewer)).toEqual({
    title: { id, myRating: 5 },
    ...WRITTEN,
  });
  expect(await run("Add", { title: id }, tokens.viewer)).toEqual({
    title: { id, inMyWatchlist: true },
    ...WRITTEN,
  });
  expect(await state()).toEqual({
    myProgress: { positionSeconds: 120 },
    myRating: 5,
    inMyWatchlist: true,
  });
  expect(await run("Remove", { title: id }, tokens.viewer)).toEqual({
    title: { id, inMyWatchlist: false },
    ...WRITTEN,
  });
  expect(await run("Rate", { title: id, rating: null }, tokens.viewer)).toMatchObject({
    title: { myRating: null },
  });
  expect(await state()).toMatchObject({ myRating: null, inMyWatchlist: false });
});

it("Play, Heartbeat and Stop follow a stream", async () => {
  const { titles } = await read("{ titles(first: 1) { edges { node { id } } } }", tokens.viewer);
  const device = { kind: "TV", width: 1920, height: 1080, codecs: ["H264", "HEVC"], hdr: ["HDR10"] };
  const play = await run("Play", { title: titles.edges[0].node.id, device }, tokens.viewer);
  expect(play).toMatchObject({ session: { id: expect.any(String) }, errors: [] });
  expect(play.session.renditions[0]).toEqual({
    width: expect.any(Number),
    height: 1080,
    codec: expect.stringMatching(/^(H264|HEVC)$/),
    hdr: expect.any(String),
    bitrateKbps: expect.any(Number),
  });
  expect(play.session.omitted.length).toBeGreaterThan(0);
  expect(Date.parse(play.session.expiresAt)).toBeGreaterThan(Date.now());
  const { id } = play.session;
  const beat = await run("Heartbeat", { session: id }, tokens.viewer);
  expect(beat).toMatchObject({ session: { id }, errors: [] });
  expect(Date.parse(beat.session.expiresAt)).toBeGreaterThanOrEqual(Date.parse(play.session.expiresAt));
  expect(await run("Stop", { session: id }, tokens.viewer)).toEqual({ stopped: true, errors: [] });
  const gone = await run("Heartbeat", { session: id }, tokens.viewer);
  expect(gone).toMatchObject({ session: null, errors: [{ code: "SESSION_EXPIRED" }] });
});

it("PutTitle, Publish, Licence and Archive take the editor's title through its states", async () => {
  const input = {
    externalId: "written",
    kind: "MOVIE",
    name: "Written Down",
    maturityRating: "PG",
    licences: [{ countries: ["US"], from: "2020-01-01T00:00:00Z" }],
  };
  const made = await run("PutTitle", input, tokens.editor);
  expect(made).toMatchObject({ title: { name: "Written Down" }, version: 1, ...WRITTEN });
  const { id } = made.title;
  const title = { title: id };
  expect(await run("Publish", { ...title, expectedVersion: 1 }, tokens.editor)).toEqual({
    title: { id },
    version: 2,
    ...WRITTEN,
  });
  const from = "2021-01-01T00:00:00.000Z";
  const licensed = await run("Licence", { ...title, countries: ["FR"], from }, tokens.editor);
  expect(licensed).toMatchObject({ version: 3, ...WRITTEN });
  expect(licensed.title.availability).toContainEqual({ country: "FR", from, until: null });
  expect(await run("Archive", title, tokens.editor)).toEqual({ title: { id }, version: 4, ...WRITTEN });
  const stale = await run("PutTitle", { id, expectedVersion: 1, name: "Mine" }, tokens.editor);
  expect(stale).toMatchObject({ title: null, version: 4, errors: [{ code: "STALE_VERSION" }] });
});

it("SignUp, Subscribe, Consents, Refresh and SignOut take a new account from its first day to its last", async () => {
  const password = "correct horse battery";
  const session = await run("SignUp", { email: "new@example.com", password });
  expect(session).toMatchObject({ viewer: { account: { id: expect.any(String) } }, errors: [] });
  const { plans } = await read("{ plans { id name } }", session.accessToken);
  const membership = { plan: plans[0].id, paymentMethod: "pm_demo_visa", idempotencyKey: "first" };
  const subscribed = await run("Subscribe", membership, session.accessToken);
  expect(subscribed).toMatchObject({
    membership: { id: expect.any(String), state: "ACTIVE", plan: plans[0] },
    checkout: { id: expect.any(String), state: "COMPLETED" },
    errors: [],
  });
  expect(await run("Subscribe", membership, session.accessToken)).toEqual(subscribed);
  const consents = { personalisation: false, measurement: true, marketing: true };
  expect(await run("Consents", consents, session.accessToken)).toEqual({
    consents: { ...consents, updatedAt: expect.any(String) },
    errors: [],
  });
  const again = await run("Refresh", { refreshToken: session.refreshToken });
  expect(again).toMatchObject({ expiresAt: expect.any(String), errors: [] });
  expect(again.refreshToken).not.toBe(session.refreshToken);
  expect(await run("SignOut", undefined, again.accessToken)).toEqual({ signedOut: true });
});

it("Export and Erase give an account what is held about it, and take that away", async () => {
  const password = "correct horse battery";
  const { accessToken } = await run("SignUp", { email: "short@example.com", password });
  const asked = await run("Export", undefined, accessToken);
  expect(asked).toMatchObject({
    export: { id: expect.any(String), state: "PENDING", url: null },
    errors: [],
  });
  const ready = () => run("Export", undefined, accessToken);
  await expect.poll(async () => (await ready()).export.state, PATIENCE).toBe("READY");
  expect((await ready()).export).toMatchObject({
    id: asked.export.id,
    url: expect.stringMatching(/^\/exports\//),
  });
  const erase = { password, idempotencyKey: "the end" };
  expect(await run("Erase", erase, accessToken)).toEqual({
    erasure: { id: expect.any(String), state: "PENDING" },
    errors: [],
  });
});

it("were all sent", () => {
  expect([...operations.keys()].filter((name) => !ran.has(name))).toEqual([]);
});
