import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { startGateway, type TestGateway } from "../support/gateway.js";
import { PATIENCE } from "../support/patience.js";

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await startGateway({ MARQUEE_DRAIN_SECONDS: "60" });
});
afterEach(() => gateway.close());

const QUERY = "{ titles(first: 20) { edges { node { name } } } }";
const HEAD = "host: localhost\r\ncontent-type: application/json\r\n";
const bodyOf = (query: string) => JSON.stringify({ query });
const post = (body: string) =>
  `POST /graphql HTTP/1.1\r\n${HEAD}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** A kept-alive connection, what it was answered so far, and whether it was closed. */
function keepAlive() {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname).setEncoding("utf8");
  const seen = { text: "", closed: false };
  socket.on("data", (part: string) => (seen.text += part)).on("error", () => undefined);
  socket.once("close", () => (seen.closed = true));
  return { socket, seen };
}

describe("a gateway that stops", () => {
  it("says first that it is not ready, answers who still comes, and tells each that this was the last", async () => {
    const { socket, seen } = keepAlive();
    socket.write(post(bodyOf(QUERY)));
    await expect.poll(() => seen.text, PATIENCE).toContain("HTTP/1.1 200 OK");
    expect(seen.text).not.toMatch(/connection: close/i);
    const closed = gateway.close(2);
    expect((await fetch(`${gateway.url}/readyz`)).status).toBe(503);
    expect(await (await fetch(`${gateway.operationsUrl}/readyz`)).json()).toMatchObject({
      status: "stopping",
    });
    expect((await gateway.ask(QUERY)).errors).toBeUndefined();
    seen.text = "";
    socket.write(post(bodyOf(QUERY)));
    await once(socket, "close");
    expect(seen.text).toContain("HTTP/1.1 200 OK");
    expect(seen.text).toMatch(/connection: close/i);
    await closed;
    await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
  });

  it("answers whoever comes on a connection that was kept alive, and closes it then", async () => {
    const others = Array.from({ length: 8 }, keepAlive);
    for (const { socket } of others) socket.write(post(bodyOf(QUERY)));
    for (const { seen } of others) await expect.poll(() => seen.text, PATIENCE).toContain("HTTP/1.1 200 OK");
    const closed = gateway.close();
    for (const { socket, seen } of others) {
      seen.text = "";
      socket.write(post(bodyOf(QUERY)));
    }
    for (const { seen } of others) await expect.poll(() => seen.closed, PATIENCE).toBe(true);
    for (const { seen } of others) expect(seen.text).toContain("HTTP/1.1 200 OK");
    await closed;
  });

  it("sends an answer of megabytes to its end, however slowly it is read", async () => {
    const { socket, seen } = keepAlive();
    // Read by hand, so that most of it is still with the gateway.
    socket.pause();
    const page = await (await fetch(gateway.url)).text();
    const [, script = ""] = /src="\.?\/?(assets\/index[^"]+\.js)"/.exec(page) ?? [];
    expect(script).toContain("assets/");
    socket.write(`GET /${script} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    await sleep(100);
    const closed = gateway.close();
    await sleep(1_500);
    socket.resume();
    await once(socket, "close");
    const length = Number(/content-length: (\d+)/i.exec(seen.text)?.[1]);
    expect(length).toBeGreaterThan(1_000_000);
    expect(Buffer.byteLength(seen.text.slice(seen.text.indexOf("\r\n\r\n") + 4))).toBe(length);
    await closed;
  });

  it("waits no whole patience for a body that never ends, nor for a header", async () => {
    const body = keepAlive();
    const header = keepAlive();
    body.socket.write(`POST /graphql HTTP/1.1\r\n${HEAD}content-length: 1000\r\n\r\n{`);
    header.socket.write("POST /graphql HTTP/1.1\r\nx-slow: ");
    await expect
      .poll(() => body.socket.bytesWritten + header.socket.bytesWritten, PATIENCE)
      .toBeGreaterThan(100);
    await sleep(100);
    const started = performance.now();
    await gateway.close();
    expect([body.seen.closed, header.seen.closed]).toEqual([true, true]);
    // Of sixty seconds.
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});
