import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { afterEach, describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";
import { sendBytes, sendRaw } from "../support/http.js";
import { PATIENCE } from "../support/patience.js";

const open = new Set<Socket>();
afterEach(() => {
  for (const socket of open) socket.destroy();
  open.clear();
});

/** A connection from one of this machine's own addresses, which may be refused. */
async function connectTo(url: string, localAddress = "127.0.0.1"): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), localAddress });
  open.add(socket);
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

async function allOf(socket: Socket): Promise<string> {
  let answer = "";
  for await (const chunk of socket) answer += (chunk as Buffer).toString("latin1");
  return answer;
}

/** For how long a connection is kept whose other end goes on sending, and never ends. Seconds. */
async function secondsOf(socket: Socket, first = ""): Promise<number> {
  const begun = Date.now();
  // Ended by us, it would be over without anybody's doing.
  socket.allowHalfOpen = true;
  socket.resume().write(first);
  const sending = setInterval(() => socket.write("x"), 100);
  const giveUp = setTimeout(() => socket.destroy(), 10_000);
  // Which may begin with an error: it is cut off while it sends.
  await new Promise((resolve) => socket.once("close", resolve));
  clearInterval(sending);
  clearTimeout(giveUp);
  return (Date.now() - begun) / 1000;
}

const GET = "GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
const LAST = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
const count = (text: string, what: RegExp) => [...text.matchAll(what)].length;
const figure = async (url: string, name: string) => {
  const { body } = await sendRaw(`${url}/metrics`);
  return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(body.toString())?.[1]);
};

describe("connections of one address", () => {
  const gateway = useGateway(() => ({ MARQUEE_MAX_CONNECTIONS_OF_ADDRESS: "3" }));

  it("beyond the limit are told so, and ended; others are served, and so is it when one is closed", async () => {
    const held = [await connectTo(gateway.url), await connectTo(gateway.url), await connectTo(gateway.url)];
    await expect.poll(() => figure(gateway.operationsUrl, "marquee_connections"), PATIENCE).toBe(3);
    const refused = await allOf(await connectTo(gateway.url));
    expect(refused).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/);
    expect(refused).toMatch(/\r\nretry-after: 1\r\n/);
    expect(refused).toMatch(/\r\nx-request-id: [0-9a-f-]{36}\r\n/);
    expect(refused).toContain('"code":"TOO_MANY_CONNECTIONS"');
    const other = await connectTo(gateway.url, "127.0.0.2");
    other.end(LAST);
    expect(await allOf(other)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await secondsOf(await connectTo(gateway.url))).toBeLessThan(5);
    held[0]?.destroy();
    await expect.poll(async () => (await sendRaw(`${gateway.url}/healthz`)).status, PATIENCE).toBe(200);
    expect(
      await figure(gateway.operationsUrl, 'marquee_connections_ended_total{reason="refused"}'),
    ).toBeGreaterThan(0);
  });
});

describe("connections of one address that is a proxy's", () => {
  const gateway = useGateway(() => ({
    MARQUEE_MAX_CONNECTIONS_OF_ADDRESS: "1",
    MARQUEE_TRUSTED_PROXIES: "127.0.0.0/30",
  }));

  it("are as many as they like", async () => {
    const proxy = [await connectTo(gateway.url), await connectTo(gateway.url), await connectTo(gateway.url)];
    for (const socket of proxy) {
      socket.end(LAST);
      expect(await allOf(socket)).toMatch(/^HTTP\/1\.1 200 /);
    }
  });
});

describe("connections in all", () => {
  const gateway = useGateway(() => ({ MARQUEE_MAX_CONNECTIONS: "2" }));

  it("beyond the limit are told to come later", async () => {
    await connectTo(gateway.url, "127.0.0.1");
    await connectTo(gateway.url, "127.0.0.2");
    await expect.poll(() => figure(gateway.operationsUrl, "marquee_connections"), PATIENCE).toBe(2);
    const refused = await allOf(await connectTo(gateway.url, "127.0.0.3"));
    expect(refused).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(refused).toMatch(/\r\nretry-after: 1\r\n/);
  });
});

describe("a connection", () => {
  const gateway = useGateway(() => ({
    MARQUEE_MAX_REQUESTS_OF_CONNECTION: "2",
    MARQUEE_IDLE_SECONDS: "1",
    MARQUEE_MAX_HEADER_BYTES: "2048",
    MARQUEE_RECEIVE_SECONDS: "1",
  }));

  it("is ended after so many requests, whatever else was sent on it", async () => {
    const answers = await sendBytes(gateway.url, GET.repeat(5));
    expect(count(answers, /HTTP\/1\.1 200 /g)).toBe(2);
    const [second, ...others] = answers.split(/(?=HTTP\/1\.1 )/).slice(1);
    expect(second).toMatch(/connection: close/i);
    for (const other of others) expect(other).toMatch(/^HTTP\/1\.1 429 .*x-request-id: /s);
  });

  it("is ended when nothing comes on it any more", async () => {
    const socket = await connectTo(gateway.url);
    socket.write(GET);
    const answers = await allOf(socket);
    expect(count(answers, /HTTP\/1\.1 200 /g)).toBe(1);
    expect(answers).toMatch(/keep-alive: timeout=1/i);
  });

  it("is ended on which something is answered that is no request", async () => {
    const sent = ["CONNECT db:1 HTTP/1.1\r\nhost: a\r\n\r\n", "no HTTP at all\r\n\r\n"];
    for (const first of sent)
      expect(await secondsOf(await connectTo(gateway.url), first), first).toBeLessThan(5);
    await expect.poll(() => figure(gateway.operationsUrl, "marquee_connections"), PATIENCE).toBe(0);
  });

  it("is ended on which nothing ever came", async () => {
    expect(await allOf(await connectTo(gateway.url))).toMatch(/^HTTP\/1\.1 408 .*whole within 1 s/s);
  });

  it("has a header of so many bytes at most, and no end of lines is left out of it", async () => {
    const header = (bytes: number) =>
      `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(bytes)}\r\nconnection: close\r\n\r\n`;
    expect(await sendBytes(gateway.url, header(1_000))).toMatch(/^HTTP\/1\.1 200 /);
    expect(await sendBytes(gateway.url, header(3_000))).toMatch(/^HTTP\/1\.1 431 .*at most 2048 bytes/s);
  });
});

describe("an answer", () => {
  const gateway = useGateway(() => ({ MARQUEE_SEND_SECONDS: "1" }));
  const QUERY =
    "{ titles(first: 100) { edges { node { name synopsis credits { role person { name } } } } } }";

  it("that is not read is given up, and what it took with it; who reads is served meanwhile", async () => {
    const body = JSON.stringify({ query: QUERY });
    const post = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const unread = await connectTo(gateway.url);
    unread.pause();
    const ended = new Promise((resolve) => unread.once("close", resolve));
    // More than the system's buffers take.
    const asking = setInterval(() => unread.write(post), 20);
    const cut = 'marquee_connections_ended_total{reason="unread"}';
    await expect.poll(() => figure(gateway.operationsUrl, cut), PATIENCE).toBe(1);
    clearInterval(asking);
    expect((await gateway.ask(QUERY)).data).toMatchObject({ titles: { edges: { length: 100 } } });
    unread.resume();
    await ended;
    await expect.poll(() => figure(gateway.operationsUrl, "marquee_connections"), PATIENCE).toBeLessThan(3);
  });
});
