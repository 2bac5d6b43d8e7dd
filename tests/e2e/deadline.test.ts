import { connect } from "node:net";

import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";

import { PATIENCE } from "../support/patience.js";
import { NO_ENGINES } from "../support/engines.js";
import { use, useGateway } from "../support/fixtures.js";
import { layStallingWire } from "../engines/stalling-wire.js";

const TITLES =
  "{ titles(first: 3) { edges { node { name similar(first: 2) { edges { node { name } } } } } } }";
const RATE =
  "mutation ($input: RateTitleInput!) { rateTitle(input: $input) { title { name } errors { code } } }";

/** A gateway whose PostgreSQL can fall silent, and whose store calls may take for ever. */
const wire = use(() => layStallingWire(inject("postgresUrl")));
const gateway = useGateway(() => ({
  ...NO_ENGINES,
  POSTGRES_URL: wire.url,
  MARQUEE_REQUEST_DEADLINE_MS: "60000",
  MARQUEE_REQUEST_DEADLINE_MOST_MS: "60000",
}));
const inFlight = () =>
  gateway.stores.guards().reduce((total, guard) => total + guard.inFlight + guard.queued, 0);

let token: string;
let title: string;
beforeAll(async () => {
  expect((await gateway.ask(TITLES)).errors).toBeUndefined();
  token = await gateway.signIn("viewer@meridian.example");
  const { data } = await gateway.ask("{ titles(first: 1) { edges { node { id } } } }", { token });
  title = (data.titles as { edges: { node: { id: string } }[] }).edges[0]!.node.id;
});
afterEach(() => wire.flow());

describe("a request's deadline", () => {
  it("is what its client says, and ends it with what is known until then", async () => {
    wire.stall();
    const { status, data, errors } = await gateway.ask(`{ __typename genres { name } }`, {
      headers: { "x-marquee-deadline-ms": "300" },
    });
    expect(status).toBe(200);
    expect(data).toMatchObject({ __typename: "Query" });
    expect(errors?.[0]).toMatchObject({
      message: "The request's deadline of 300 ms has passed",
      extensions: { code: "DEADLINE_EXCEEDED" },
    });
    expect(inFlight()).toBe(0);
    expect(gateway.stores.guards()[0]).toMatchObject({
      breaker: "CLOSED",
      openShares: 0,
      failed: { deadline: 0 },
    });
  });

  it("that is no time is refused, and says what would be one", async () => {
    for (const said of ["0", "-5", "soon", "1.5"]) {
      const answer = await gateway.ask("{ __typename }", { headers: { "x-marquee-deadline-ms": said } });
      expect([said, answer.status]).toEqual([said, 400]);
      expect(answer.errors?.[0]?.extensions).toMatchObject({
        code: "BAD_REQUEST",
        field: "x-marquee-deadline-ms",
      });
    }
  });
});

describe("a client that leaves", () => {
  /** Asks, and leaves when the store has been asked. */
  async function askAndLeave(body: object): Promise<void> {
    const { hostname, port } = new URL(gateway.url);
    const text = JSON.stringify(body);
    const socket = connect(Number(port), hostname).on("error", () => undefined);
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
    );
    await expect.poll(inFlight, PATIENCE).toBe(1);
    socket.destroy();
  }

  it("takes its work along: no call goes on, none begins", async () => {
    // Beside what the gateway does of itself: the levels below the first ask by the titles' ids.
    const below = () => wire.sentSince().filter((text) => text.includes("film-"));
    wire.stall();
    await askAndLeave({ query: TITLES });
    await expect.poll(inFlight, PATIENCE).toBe(0);
    const { failed } = gateway.stores.guards()[0]!;
    expect(failed).toEqual({ deadline: 0, outage: 0 });
    wire.flow();
    await gateway.ask("{ genres { name } }");
    expect(below()).toEqual([]);
    await gateway.ask(TITLES);
    expect(below()).not.toEqual([]);
  });
});

describe("a mutation", () => {
  it("that has begun is answered as a whole, however late", async () => {
    wire.stall();
    const sent = wire.sent();
    const asked = gateway.ask(RATE, {
      token,
      variables: { input: { title, rating: 4 } },
      headers: { "x-marquee-deadline-ms": "200" },
    });
    await expect.poll(() => wire.sent(), PATIENCE).toBeGreaterThan(sent);
    // Its time is up meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 400));
    wire.flow();
    const answer = await asked;
    expect(answer.errors).toBeUndefined();
    expect(answer.data.rateTitle).toMatchObject({ errors: [], title: {} });
  });
});
