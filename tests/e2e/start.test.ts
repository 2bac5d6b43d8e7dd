import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { adminUrl } from "../../packages/embedded-postgres/ask.js";
import { inFolder, readIfPresent } from "../../packages/embedded-postgres/folder.js";
import { ended, isAlive, poll } from "../../packages/embedded-postgres/process.js";
import { readPidFile } from "../../packages/embedded-postgres/listening.js";
import { stopServer } from "../../packages/embedded-postgres/server.js";
import { threadsOf } from "../../packages/process/threads.js";
import { type Answer, clientDocuments } from "../support/gateway.js";
import {
  accepts,
  canBeNobody,
  freePort,
  killRunning,
  memoryOfTree,
  nobody,
  startMarquee,
  type Ending,
  type MarqueeProcess,
} from "../support/process.js";

const MEMORY_LIMIT_MB = 512;
const READY = "Ctrl-C stops it.";
/** What it has been asked before it is not kept from answering by a lock. */
const UNPRIMED = { MARQUEE_PRIMING_MS: "0" };
const NAMES = "{ titles(first: 3) { edges { node { name } } } }";

/** Data folder of this file's gateways, seeded with a few profiles and events; one gateway at a time runs on it. */
let dataFolder: string;
/** What became of a first start that was interrupted while it seeded. */
let interrupted: { ending: Ending; postgres: number; output: string };
let completed: { ending: Ending; output: string };

beforeAll(async () => {
  dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-start-"));
  const first = await serve();
  await first.says("meridian titles");
  const postgres = await postgresPid();
  first.signal("SIGINT");
  interrupted = { ending: await first.ended(), postgres, output: first.output() };
  // In place of the second start that would seed everything: the same steps with less to do.
  const seed = startMarquee(["seed", "--profiles", "50", "--events", "2000"], {
    env: { MARQUEE_DATA: dataFolder, MARQUEE_ACCOUNT_KEY: "" },
  });
  completed = { ending: await seed.ended(), output: seed.output() };
});

afterEach(killRunning);

afterAll(async () => {
  const left = await readPidFile(inFolder.cluster(dataFolder));
  if (left) await stopServer(inFolder.cluster(dataFolder), left.pid);
  await rm(dataFolder, { recursive: true, force: true });
});

describe("marquee serve", () => {
  it("can be interrupted while it seeds, and completed later", async () => {
    expect(interrupted.output).toContain("First start: making the demo tenants");
    expect(interrupted.ending).toEqual({ code: 130, signal: null });
    expect(await ended(interrupted.postgres, 10_000)).toBe(true);
    expect(completed.ending, completed.output).toEqual({ code: 0, signal: null });
  });

  it("starts on what was seeded, says what to open, answers, and stops with all that it started", async () => {
    const port = await freePort();
    const begun = performance.now();
    const gateway = await serve({ PORT: String(port) });
    await gateway.says(READY);
    const readyAfter = performance.now() - begun;
    expect(await ask(port, NAMES)).toMatchObject({ data: { titles: { edges: { length: 3 } } } });
    const answeredAfter = performance.now() - begun;
    expect(gateway.output()).not.toContain("First start");
    expect(gateway.output()).toContain(`http://127.0.0.1:${port}\n`);
    expect(gateway.output()).toContain("viewer@meridian.example");
    expect((await stat(path.join(dataFolder, "account.key"))).mode & 0o777).toBe(0o600);

    const postgres = await postgresPid();
    gateway.signal("SIGTERM");
    expect(await gateway.ended()).toEqual({ code: 0, signal: null });
    expect(await isAlive(postgres)).toBe(false);
    expect(await readIfPresent(path.join(dataFolder, "owner.lock"))).toBeUndefined();
    console.log(
      `Second start: ready after ${readyAfter.toFixed(0)} ms, first answer after ${answeredAfter.toFixed(0)} ms`,
    );
  });

  it.runIf(process.platform === "linux")(
    `stays within ${MEMORY_LIMIT_MB} MB, PostgreSQL included`,
    async () => {
      const port = await freePort();
      const gateway = await serve({ PORT: String(port) });
      await gateway.says(READY);
      // What V8 would choose on this machine is not what a machine of another size is served with.
      const command = (await readIfPresent(`/proc/${gateway.pid}/cmdline`))?.split("\0");
      expect(command?.includes("--max-semi-space-size=16")).toBe("execve" in process);
      const idle = await memoryOfTree(gateway.pid);
      await askEverything(port);
      const worked = await memoryOfTree(gateway.pid);
      // A figure near nothing would mean that nothing was measured.
      expect(idle).toBeGreaterThan(40);
      expect(worked).toBeLessThanOrEqual(MEMORY_LIMIT_MB);
      console.log(`Memory: ${idle.toFixed(0)} MB after the start, ${worked.toFixed(0)} MB after 200 queries`);
      gateway.signal("SIGTERM");
      expect((await gateway.ended()).code).toBe(0);
    },
  );

  it.runIf(process.platform === "linux" && Number(process.versions.node.split(".")[0]) >= 22)(
    "has V8's threads, and no others, stand behind the one that answers",
    async () => {
      const gateway = await serve({ PORT: String(await freePort()) });
      await gateway.says(READY);
      const threads = threadsOf(gateway.pid);
      const behind = threads.filter(({ nice }) => nice === 19).map(({ name }) => name);
      expect(behind.length).toBeGreaterThan(0);
      expect(behind).toEqual(threads.map(({ name }) => name).filter((name) => name === "V8Worker"));
      gateway.signal("SIGTERM");
      expect((await gateway.ended()).code).toBe(0);
    },
  );

  it("answers the requests under way before it stops, and waits for no idle connection", async () => {
    const port = await freePort();
    const gateway = await serve({ PORT: String(port), MARQUEE_DRAIN_SECONDS: "300", ...UNPRIMED });
    await gateway.says(READY);
    const unused = connect(port, "127.0.0.1");
    unused.on("error", () => undefined);
    await once(unused, "connect");
    const held = await holdBack(() => ask(port, NAMES));

    gateway.signal("SIGINT");
    await gateway.says("Stopping.");
    expect(await poll(async () => ((await accepts(port)) ? undefined : true), 5_000)).toBe(true);
    await held.letGo();
    expect(await held.answer).toMatchObject({ data: { titles: { edges: { length: 3 } } } });
    expect(await gateway.ended()).toEqual({ code: 0, signal: null });
  });

  it("takes a signal and its echo for one, and ends at once at the next", async () => {
    const port = await freePort();
    const gateway = await serve({ PORT: String(port), MARQUEE_DRAIN_SECONDS: "300", ...UNPRIMED });
    await gateway.says(READY);
    const postgres = await postgresPid();
    const held = await holdBack(() => ask(port, NAMES).catch((error: unknown) => error));

    gateway.signal("SIGINT");
    // As npm does, which passes on what the terminal has already sent.
    gateway.signal("SIGINT");
    await gateway.says("Stopping.");
    // Longer than what counts as an echo: only then is the next signal another one.
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await isAlive(gateway.pid)).toBe(true);
    gateway.signal("SIGINT");
    expect(await gateway.ended()).toEqual({ code: 130, signal: null });
    expect(await held.answer).toBeInstanceOf(Error);
    expect(await ended(postgres, 10_000)).toBe(true);
    await held.letGo();
  });

  it("goes on after kill -9 with the server and the data that were left", async () => {
    const port = String(await freePort());
    const killed = await serve({ PORT: port });
    await killed.says(READY);
    const before = await ask(Number(port), NAMES);
    const postgres = await postgresPid();
    killed.signal("SIGKILL");
    await killed.ended();
    expect(await isAlive(postgres)).toBe(true);

    const next = await serve({ PORT: port });
    await next.says(READY);
    expect(await postgresPid()).toBe(postgres);
    expect(await ask(Number(port), NAMES)).toEqual(before);
    next.signal("SIGTERM");
    expect((await next.ended()).code).toBe(0);
    expect(await isAlive(postgres)).toBe(false);
  });
});

describe.runIf(canBeNobody())("as an ordinary user", () => {
  it("makes its data folder, starts and stops", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "marquee-start-nobody-"));
    execFileSync("chown", ["nobody", folder]);
    const gateway = startMarquee(["serve"], { env: { MARQUEE_DATA: folder, PORT: "0" }, ...nobody() });
    await gateway.says("First start");
    const postgres = (await readPidFile(inFolder.cluster(folder)))?.pid ?? 0;
    expect(await isAlive(postgres)).toBe(true);
    gateway.signal("SIGTERM");
    expect(await gateway.ended()).toEqual({ code: 143, signal: null });
    expect(await ended(postgres, 10_000)).toBe(true);
    await rm(folder, { recursive: true, force: true });
  });
});

async function serve(env: Record<string, string> = {}): Promise<MarqueeProcess> {
  return startMarquee(["serve"], {
    env: { MARQUEE_DATA: dataFolder, MARQUEE_ACCOUNT_KEY: "", PORT: String(await freePort()), ...env },
  });
}

async function ask(port: number, query: string, body: object = {}, token?: string): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify({ query, ...body }),
  });
  return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
}

/** 200 queries of a signed-in viewer, eight at a time. @throws when one of them has errors. */
async function askEverything(port: number): Promise<void> {
  const documents = await clientDocuments("reads.graphql");
  const input = { email: "viewer@meridian.example", password: "marquee" };
  const signedIn = await ask(port, documents, { operationName: "SignIn", variables: { input } });
  const token = (signedIn.data.signIn as { accessToken: string }).accessToken;
  const kinds = [
    { operationName: "Home" },
    { operationName: "Search", variables: { query: "star wars" } },
    { operationName: "Browse", variables: { first: 100 } },
    { operationName: "MyShelf" },
  ];
  for (let round = 0; round < 25; round += 1) {
    const answers = await Promise.all([...kinds, ...kinds].map((body) => ask(port, documents, body, token)));
    for (const answer of answers) expect(answer.errors).toBeUndefined();
  }
}

/** Sends a request whose rows are locked, and waits until PostgreSQL holds it back. */
async function holdBack<T>(
  send: () => Promise<T>,
): Promise<{ answer: Promise<T>; letGo: () => Promise<void> }> {
  const client = new pg.Client({ connectionString: await databaseUrl() });
  client.on("error", () => undefined);
  await client.connect();
  await client.query("begin; lock table shared.catalog_titles in access exclusive mode");
  const answer = send();
  const waits = "select 1 from pg_locks where not granted and relation = 'shared.catalog_titles'::regclass";
  const held = await poll(async () => ((await client.query(waits)).rowCount ? true : undefined), 10_000);
  expect(held, "the request does not wait for the lock").toBe(true);
  return { answer, letGo: () => client.end().catch(() => undefined) };
}

async function databaseUrl(): Promise<string> {
  const password = (await readIfPresent(inFolder.password(dataFolder)))?.trim() ?? "";
  const server = await readPidFile(inFolder.cluster(dataFolder));
  return adminUrl(password, server?.port ?? 0);
}

async function postgresPid(): Promise<number> {
  const server = await readPidFile(inFolder.cluster(dataFolder));
  expect(server, "no PostgreSQL runs").toBeDefined();
  return server?.pid ?? 0;
}
