import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { connect, type TLSSocket } from "node:tls";

import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { makeCertificate, type Certificate } from "../support/certificates.js";
import { enginesUnderTest } from "../support/engines.js";
import { useGateway } from "../support/fixtures.js";
import { startGateway } from "../support/gateway.js";
import { sendRaw } from "../support/http.js";
import { PATIENCE } from "../support/patience.js";
import { freePort, killRunning, startMarquee } from "../support/process.js";

const folder = mkdtempSync(path.join(tmpdir(), "marquee-listener-"));
const FILES = {
  MARQUEE_TLS_CERT_FILE: path.join(folder, "tls.crt"),
  MARQUEE_TLS_KEY_FILE: path.join(folder, "tls.key"),
};
let first: Certificate;
let second: Certificate;

const showCertificate = ({ certFile }: Certificate) => copyFileSync(certFile, FILES.MARQUEE_TLS_CERT_FILE);
const showKey = ({ keyFile }: Certificate) => copyFileSync(keyFile, FILES.MARQUEE_TLS_KEY_FILE);

beforeAll(() => {
  first = makeCertificate();
  second = makeCertificate();
  showCertificate(first);
  showKey(first);
});
afterAll(() => {
  killRunning();
  rmSync(folder, { recursive: true });
});

/** A connection of a client that believes one authority alone. @throws where the listener shows another's certificate. */
async function open(url: string, { caFile }: Certificate): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), ca: readFileSync(caFile) });
  await once(socket, "secureConnect");
  return socket;
}

const isShown = (url: string, certificate: Certificate) =>
  open(url, certificate).then(
    (socket) => Boolean(socket.destroy()),
    () => false,
  );

async function ask(url: string, certificate: Certificate, agent?: Agent): Promise<unknown> {
  const ca = readFileSync(certificate.caFile);
  const headers = { "content-type": "application/json" };
  const sent = request(`${url}/graphql`, { method: "POST", ca, headers, agent: agent ?? false });
  sent.end(JSON.stringify({ query: "{ __typename }" }));
  const [answer] = (await once(sent, "response")) as [NodeJS.ReadableStream];
  return JSON.parse(await text(answer)) as unknown;
}

describe("with a certificate and its key", () => {
  const gateway = useGateway(() => ({ ...FILES, MARQUEE_RECEIVE_SECONDS: "1" }));

  it("speaks TLS, and nothing in the clear", async () => {
    expect(gateway.url).toMatch(/^https:/);
    expect(await ask(gateway.url, first)).toEqual({ data: { __typename: "Query" } });
    const plain = connectPlain(Number(new URL(gateway.url).port), "127.0.0.1");
    plain.end("GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n");
    expect(await text(plain).catch(() => "")).not.toContain("200");
  });

  it.each(["", "\x16\x03\x01"])("gives up a handshake that does not arrive: %j", async (sent) => {
    const connections = async () => {
      const { body } = await sendRaw(`${gateway.operationsUrl}/metrics`);
      return Number(/^marquee_connections (\d+)$/m.exec(body.toString())?.[1]);
    };
    const before = await connections();
    const silent = connectPlain({
      port: Number(new URL(gateway.url).port),
      host: "127.0.0.1",
      allowHalfOpen: true,
    });
    silent.on("error", () => undefined);
    silent.write(sent);
    const closed = new Promise((resolve) => silent.once("close", resolve));
    silent.resume().once("end", () => silent.end());
    await closed;
    await expect.poll(connections, PATIENCE).toBe(before);
  });

  it("speaks no TLS older than 1.2", async () => {
    const { hostname, port } = new URL(gateway.url);
    const options = { host: hostname, port: Number(port), ca: readFileSync(first.caFile) };
    const old = connect({
      ...options,
      maxVersion: "TLSv1.1",
      minVersion: "TLSv1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    await expect(once(old, "secureConnect")).rejects.toThrow(/alert protocol version/);
  });

  it("shows another one when the files change, without ending what is open", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(first.caFile) });
    const sockets = new Set<unknown>();
    agent.on("free", (socket) => sockets.add(socket));
    expect(await ask(gateway.url, first, agent)).toEqual({ data: { __typename: "Query" } });
    // Half of a change is none: the certificate does not fit the key.
    showCertificate(second);
    expect(await isShown(gateway.url, first)).toBe(true);
    showKey(second);
    await expect.poll(() => isShown(gateway.url, second), PATIENCE).toBe(true);
    expect(await isShown(gateway.url, first)).toBe(false);
    expect(await ask(gateway.url, first, agent)).toEqual({ data: { __typename: "Query" } });
    expect(sockets.size).toBe(1);
    agent.destroy();
  });

  it("goes on with the one before where a file cannot be used", async () => {
    writeFileSync(FILES.MARQUEE_TLS_CERT_FILE, "nothing");
    await gateway.reload();
    expect(await isShown(gateway.url, second)).toBe(true);
    showCertificate(second);
  });
});

describe("the process", () => {
  it("reads its certificate anew on SIGHUP, and serves on", async () => {
    showCertificate(first);
    showKey(first);
    const port = await freePort();
    const gateway = startMarquee(["serve"], {
      env: {
        ...enginesUnderTest(),
        ...FILES,
        POSTGRES_URL: inject("postgresUrl"),
        PORT: String(port),
        LOG_LEVEL: "warn",
      },
    });
    await gateway.says("Ctrl-C stops it.");
    const url = `https://127.0.0.1:${port}`;
    expect(gateway.output()).toContain(`${url}/graphql`);
    showCertificate(second);
    showKey(second);
    gateway.signal("SIGHUP");
    await gateway.says("another certificate now");
    expect(await ask(url, second)).toEqual({ data: { __typename: "Query" } });
    gateway.signal("SIGTERM");
    expect(await gateway.ended()).toEqual({ code: 0, signal: null });
  });

  it("goes on after SIGHUP where it has no certificate", async () => {
    const port = await freePort();
    const gateway = startMarquee(["serve"], {
      env: {
        ...enginesUnderTest(),
        POSTGRES_URL: inject("postgresUrl"),
        PORT: String(port),
        LOG_LEVEL: "warn",
      },
    });
    await gateway.says("Ctrl-C stops it.");
    gateway.signal("SIGHUP");
    await gateway.says("there is no certificate to read anew");
    expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(200);
    gateway.signal("SIGTERM");
    expect(await gateway.ended()).toEqual({ code: 0, signal: null });
  });

  it("does not start on a certificate that is not that of its key, and says so in a line", async () => {
    showCertificate(first);
    showKey(second);
    await expect(startGateway(FILES)).rejects.toThrow(
      /^MARQUEE_TLS_KEY_FILE: ".*" is not the key of ".*"\.$/,
    );
    const missing = { ...FILES, MARQUEE_TLS_CERT_FILE: path.join(folder, "nothing") };
    await expect(startGateway(missing)).rejects.toThrow(
      /^MARQUEE_TLS_CERT_FILE: ".*" cannot be read \(ENOENT\)\.$/,
    );
  });
});
