import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { chmod, mkdir, readFile, rm, stat, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline/promises";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from "../../packages/embedded-postgres/embedded-postgres.js";
import { prepareFolder } from "../../packages/embedded-postgres/folder.js";
import { claim } from "../../packages/embedded-postgres/owner.js";
import {
  commandLine,
  ended,
  isAlive,
  processSpace,
  startMark,
} from "../../packages/embedded-postgres/process.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { PATIENCE } from "../support/patience.js";

const run = promisify(execFile);
const root = path.resolve(import.meta.dirname, "../..");
const isRoot = process.getuid?.() === 0;
if (!isRoot)
  console.warn(
    "embedded-postgres.test.ts: not root, so the 2 tests of the unprivileged server user are SKIPPED",
  );
/** Runs a program as a container does: ids of processes, shared memory and the network are its own, the folder is not. */
const CONTAINED = ["--pid", "--fork", "--kill-child", "--mount-proc", "--ipc", "--net"];
const canContain = spawnSync("unshare", [...CONTAINED, "true"]).status === 0;
if (!canContain)
  console.warn(
    "embedded-postgres.test.ts: unshare is not permitted, so the 5 tests of two containers are SKIPPED",
  );

let scratch: string;
let program: string;
/** A data folder that has been used and stopped: a copy of it spares a test the making of a cluster. */
let template: string;
let count = 0;
const servers: EmbeddedPostgres[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), "marquee-pg-"));
  // As root, the server's user must pass through.
  chmodSync(scratch, 0o755);
  program = writeProgram(path.join(scratch, "program"));
  template = newFolder();
  await (await start(template)).stop();
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await Promise.all(children.splice(0).map(leave));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe("starting and stopping", () => {
  test("keeps its data from one start to the next, and leaves no process", async () => {
    const dataFolder = newFolder();
    const first = await timed("first start", () => start(dataFolder));
    expect(first.origin).toBe("STARTED");
    await query(first.adminUrl, "CREATE TABLE kept AS SELECT 'Metropolis' AS name");
    await timed("stop", () => first.stop());
    expect(await isAlive(first.pid)).toBe(false);
    await first.stop();

    const second = await timed("second start", () => start(dataFolder));
    expect(await query(second.adminUrl, "SELECT name FROM kept")).toEqual([{ name: "Metropolis" }]);
    await second.stop();
    expect(readdirSync(dataFolder).sort()).toEqual(["postgres", "postgres.log", "postgres.password"]);
  });

  test("listens on 127.0.0.1 only, asks for the password, and knows letters outside ASCII", async () => {
    const dataFolder = await usedFolder();
    const { adminUrl } = await start(dataFolder);
    expect(await query(adminUrl, "SHOW listen_addresses")).toEqual([{ listen_addresses: "127.0.0.1" }]);
    const wrong = new URL(adminUrl);
    wrong.password = "wrong";
    await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
    expect((await stat(path.join(dataFolder, "postgres.password"))).mode & 0o777).toBe(0o600);
    expect(await query(adminUrl, "SELECT lower('ÉLAN ЖУК') AS lower")).toEqual([{ lower: "élan жук" }]);
  });

  test("has a socket in the folder that is its own, with the same password", async () => {
    const dataFolder = await usedFolder();
    const { adminUrl, networkUrl } = await start(dataFolder);
    const cluster = path.join(dataFolder, "postgres");
    const places = await Promise.all([adminUrl, networkUrl].map((url) => query(url, CONNECTED_BY)));
    expect(places.flat()).toEqual([{ network: null }, { network: "127.0.0.1" }]);
    expect(new URL(adminUrl).searchParams.get("host")).toBe(cluster);
    expect((await stat(cluster)).mode & 0o077).toBe(0);
    const wrong = new URL(adminUrl);
    wrong.password = "wrong";
    await expect(query(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  });

  test("has none where its path would be too long, and is reached over the network", async () => {
    const deep = path.join(newFolder(), "d".repeat(80));
    const { adminUrl, networkUrl } = await start(deep);
    expect(adminUrl).toBe(networkUrl);
    expect(await query(adminUrl, CONNECTED_BY)).toEqual([{ network: "127.0.0.1" }]);
  });

  test("ends with the process that started it", async () => {
    const child = await startInChild(await usedFolder());
    child.process.stdin?.end();
    expect(await ended(child.server.pid, 10_000)).toBe(true);
  });

  test.runIf(isRoot)("as root, runs as another user, who owns nothing but its own folder", async () => {
    const dataFolder = newFolder();
    await mkdir(dataFolder, { mode: 0o700 });
    const server = await start(dataFolder);
    expect((await stat(path.join(dataFolder, "postgres"))).uid).not.toBe(0);
    expect((await stat(dataFolder)).uid).toBe(0);
    const { stdout } = await run("ps", ["-o", "uid=", "-p", String(server.pid)]);
    expect(Number(stdout)).toBe((await stat(path.join(dataFolder, "postgres"))).uid);
  });
});

test.runIf(isRoot)("as root, names the folder that keeps the server's user out", async () => {
  const closed = newFolder();
  await mkdir(closed, { mode: 0o700 });
  expect(await failure(() => start(path.join(closed, "data")))).toContain(`Run "chmod o+x ${closed}"`);
});

describe("after a kill -9", () => {
  test("the server survives the whole process group of its owner, and the next start takes it over", async () => {
    const dataFolder = await usedFolder();
    const child = await startInChild(dataFolder);
    process.kill(-child.process.pid!, "SIGKILL");
    expect(await ended(child.process.pid!, 5_000)).toBe(true);

    const next = await timed("adoption", () => start(dataFolder));
    expect(next).toMatchObject({
      origin: "ADOPTED",
      pid: child.server.pid,
      adminUrl: child.server.adminUrl,
    });
    expect(await query(next.adminUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await next.stop();
    expect(await isAlive(next.pid)).toBe(false);
  });

  test("a server that does not answer is stopped and started anew", async () => {
    const dataFolder = await usedFolder();
    const child = await startInChild(dataFolder);
    child.process.kill("SIGKILL");
    await ended(child.process.pid!, 5_000);
    process.kill(child.server.pid, "SIGSTOP");
    const next = await start(dataFolder);
    expect(next.origin).toBe("STARTED");
    expect(next.pid).not.toBe(child.server.pid);
    expect(await isAlive(child.server.pid)).toBe(false);
  });

  test("a server that is killed is started again, where it was", async () => {
    const told: string[] = [];
    const server = await start(await usedFolder(), { warn: (line) => told.push(line) });
    const { pid, adminUrl } = server;
    await query(adminUrl, "CREATE TABLE outlasts AS SELECT 1 AS value");
    for (let killed = pid, round = 0; round < 2; round += 1) {
      process.kill(killed, "SIGKILL");
      await expect
        .poll(() => query(adminUrl, "SELECT value FROM outlasts").catch(() => "not yet"), PATIENCE)
        .toEqual([{ value: 1 }]);
      expect(server.pid).not.toBe(killed);
      killed = server.pid;
    }
    expect(told.filter((line) => line.includes("is started again"))).toHaveLength(2);
    await server.stop();
    expect(await isAlive(server.pid)).toBe(false);
  });

  test("a server that does not come back is given up, in one line", async () => {
    const dataFolder = await usedFolder();
    const lost: string[] = [];
    const server = await start(dataFolder, { warn: () => undefined, onLost: (line) => lost.push(line) });
    // No server starts on a cluster without its version.
    await unlink(path.join(dataFolder, "postgres/PG_VERSION"));
    process.kill(server.pid, "SIGKILL");
    await expect.poll(() => lost, { timeout: 90_000, interval: 100 }).toHaveLength(1);
    expect(lost[0]).toMatch(/^PostgreSQL ended and does not start again; postgres\.log says why\.$/);
    await server.stop();
  });

  test("a postmaster.pid whose process is gone, or is another program now, does not matter", async () => {
    const dataFolder = await usedFolder();
    const before = await start(dataFolder);
    const { pid } = before;
    const pidFile = path.join(dataFolder, "postgres/postmaster.pid");
    const left = await readFile(pidFile, "utf8");
    expect(left).toContain(String(pid));
    await before.stop();
    await writeFile(pidFile, left);

    const second = await start(dataFolder);
    expect(second.origin).toBe("STARTED");
    await second.stop();

    await writeFile(pidFile, left.replace(String(pid), String(process.pid)));
    const third = await start(dataFolder);
    expect(third.origin).toBe("STARTED");
    expect(await isAlive(process.pid)).toBe(true);
  });

  test("an owner's lock left behind is taken over, even when its process id is in use again", async () => {
    for (let round = 0; round < 20; round += 1) {
      const folder = newFolder();
      await mkdir(folder);
      const stale = { pid: process.pid, startMark: "long ago" };
      await writeFile(path.join(folder, "owner.lock"), JSON.stringify(stale));
      if (round % 2) await writeFile(path.join(folder, "owner.lock.stale"), JSON.stringify(stale));
      const claims = await Promise.all(Array.from({ length: 6 }, () => claim(folder)));
      expect(claims.filter((answer) => "lock" in answer)).toHaveLength(1);
      expect(claims.find((answer) => "owner" in answer)).toEqual({
        owner: { pid: process.pid, startMark: await startMark(process.pid), space: await processSpace() },
      });
      expect(readdirSync(folder)).toEqual(["owner.lock"]);
    }
  });
});

describe("two of them on one data folder", () => {
  test("a second owner fails and disturbs nothing; one that shares uses the first's server", async () => {
    const dataFolder = await usedFolder();
    const child = await startInChild(dataFolder);
    const refusal = await failure(() => start(dataFolder));
    expect(refusal).toBe(
      `The data folder ${dataFolder} is in use by another Marquee (pid ${child.process.pid}). ` +
        "Stop it, or give this one a folder of its own with MARQUEE_DATA.",
    );

    const shared = await start(dataFolder, { share: true });
    expect(shared).toMatchObject({
      origin: "SHARED",
      pid: child.server.pid,
      adminUrl: child.server.adminUrl,
    });
    await shared.stop();
    expect(await query(child.server.adminUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("of several that share and start at once, one becomes the owner", async () => {
    const dataFolder = newFolder();
    const all = await Promise.all([
      start(dataFolder, { share: true }),
      start(dataFolder, { share: true }),
      start(dataFolder, { share: true }),
    ]);
    expect(all.map(({ origin }) => origin).sort()).toEqual(["SHARED", "SHARED", "STARTED"]);
    expect(new Set(all.map(({ pid }) => pid)).size).toBe(1);
  });
});

describe.runIf(canContain)("two containers with one volume", () => {
  test("a second owner is refused, a command shares the server by its socket, and the data is unharmed", async () => {
    const dataFolder = await usedFolder();
    const server = await start(dataFolder);
    await query(server.adminUrl, "CREATE TABLE kept AS SELECT 'Metropolis' AS name");

    expect(await inContainer(dataFolder)).toEqual({
      refused:
        `The data folder ${dataFolder} is in use by another Marquee (in another container or on another machine). ` +
        "Stop it, or give this one a folder of its own with MARQUEE_DATA.",
    });
    const shared = await inContainer(dataFolder, "share");
    expect(shared).toMatchObject({ origin: "SHARED", adminUrl: server.adminUrl });
    expect(await query(server.adminUrl, "SELECT name FROM kept")).toEqual([{ name: "Metropolis" }]);
    expect(await isAlive(server.pid)).toBe(true);
    await server.stop();
    expect(readdirSync(dataFolder)).not.toContain("owner.lock");
  });

  test("a command that cannot reach the server says where it is to be run", async () => {
    const deep = path.join(newFolder(), "d".repeat(80));
    const server = await start(deep);
    expect(await inContainer(deep, "share")).toEqual({
      refused: expect.stringMatching(
        /^The PostgreSQL of .* is not reached from here\. Run the command there: docker exec <container> /,
      ) as string,
    });
    expect(await query(server.adminUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("no server is started over one that listens, whatever the lock says", async () => {
    const dataFolder = await usedFolder();
    const server = await start(dataFolder);
    const lock = path.join(dataFolder, "owner.lock");
    const kept = await readFile(lock, "utf8");
    const pidFile = path.join(dataFolder, "postgres/postmaster.pid");
    const named = await readFile(pidFile, "utf8");
    // As an earlier version wrote it, which did not say where its process is.
    await writeFile(lock, JSON.stringify({ pid: 1, startMark: "of another container" }));
    expect(await inContainer(dataFolder)).toEqual({
      refused: expect.stringMatching(
        /^The PostgreSQL of the data folder .* runs in another container, /,
      ) as string,
    });
    expect(await readFile(pidFile, "utf8")).toBe(named);
    await writeFile(lock, kept);
    expect(await query(server.adminUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("an owner that does nothing for a while keeps the folder for as long as its server listens", async () => {
    const dataFolder = await usedFolder();
    const child = await startInChild(dataFolder);
    process.kill(child.process.pid!, "SIGSTOP");
    expect(await inContainer(dataFolder)).toMatchObject({
      refused: expect.stringContaining("is in use by another Marquee") as string,
    });
    process.kill(child.process.pid!, "SIGCONT");
    expect(await query(child.server.adminUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });

  test("the folder of a container that was killed is taken over soon", async () => {
    const dataFolder = await usedFolder();
    const before = spawn("unshare", [...CONTAINED, ...inNetwork(dataFolder, "serve")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(before);
    await once(createInterface({ input: before.stdout }), "line");
    before.kill("SIGKILL");
    await ended(before.pid!, 5_000);
    const next = await timed("take-over of a killed container", () => start(dataFolder));
    expect(next.origin).toBe("STARTED");
    expect(await query(next.adminUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

describe("what keeps it from starting is one line that says what to do", () => {
  test("a folder that may not be written", async () => {
    const closed = newFolder();
    await mkdir(closed);
    await chmod(closed, 0o555);
    if (isRoot) process.seteuid?.(65_534);
    const line = await failure(() => prepareFolder(path.join(closed, "data"))).finally(() => {
      if (isRoot) process.seteuid?.(0);
    });
    expect(line).toMatch(/^The data folder .*data, .* may not be written by this user\. .*MARQUEE_DATA\.$/);
  });

  test("a file where the folder should be", async () => {
    const file = newFolder();
    await writeFile(file, "");
    expect(await failure(() => start(file))).toMatch(/^The data folder .* is no folder: .*MARQUEE_DATA\.$/);
    expect(await failure(() => start(path.join(file, "below")))).toMatch(/is no folder/);
  });

  test("data of another PostgreSQL, or of something else", async () => {
    const dataFolder = newFolder();
    await mkdir(path.join(dataFolder, "postgres"), { recursive: true });
    expect(await failure(() => start(dataFolder))).toMatch(/is not a PostgreSQL data folder .*MARQUEE_DATA/);
    await writeFile(path.join(dataFolder, "postgres/PG_VERSION"), "99\n");
    expect(await failure(() => start(dataFolder))).toMatch(
      /is of PostgreSQL 99, newer than the 18 of this Marquee\. Update Marquee, or set MARQUEE_DATA/,
    );
    await writeFile(path.join(dataFolder, "postgres/PG_VERSION"), "15\n");
    expect(await failure(() => start(dataFolder))).toMatch(/is of PostgreSQL 15, .* pg_dump/);
    expect(readdirSync(dataFolder)).not.toContain("owner.lock");
  });

  test("a lost password file is no obstacle", async () => {
    const dataFolder = await usedFolder();
    const first = await start(dataFolder);
    await first.stop();
    await unlink(path.join(dataFolder, "postgres.password"));
    const second = await start(dataFolder);
    expect(new URL(second.adminUrl).password).not.toBe(new URL(first.adminUrl).password);
    expect(await query(second.adminUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});

test("no server of these tests is left", async () => {
  const pids = readdirSync(scratch, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith("postmaster.pid"))
    .map((file) => Number.parseInt(readFileSync(path.join(scratch, file), "utf8"), 10));
  const commands = await Promise.all(pids.map(commandLine));
  expect(commands.filter((command) => command.includes(scratch))).toEqual([]);
});

function newFolder(): string {
  count += 1;
  return path.join(scratch, `data ${count}`);
}

async function usedFolder(): Promise<string> {
  const folder = newFolder();
  await run("cp", ["-a", template, folder]);
  return folder;
}

async function start(
  dataFolder: string,
  options: Partial<EmbeddedPostgresOptions> = {},
): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataFolder, log: () => {}, ...options });
  servers.push(server);
  return server;
}

async function failure(step: () => Promise<unknown>): Promise<string> {
  const error: unknown = await step().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  const { message } = error as StartupError;
  expect(message).not.toContain("\n");
  return message;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function timed<T>(what: string, step: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  const result = await step();
  console.info(`embedded PostgreSQL, ${what}: ${Math.round(performance.now() - begun)} ms`);
  return result;
}

const CONNECTED_BY = "SELECT host(inet_client_addr()) AS network";

/** A program that runs the server as the built product does: the processes that are killed here run without the test runner. */
function writeProgram(folder: string): string {
  const built = pathToFileURL(path.join(root, "dist/packages/embedded-postgres/embedded-postgres.js")).href;
  mkdirSync(folder, { recursive: true });
  const main = path.join(folder, "main.mjs");
  writeFileSync(
    main,
    `import { startEmbeddedPostgres } from ${JSON.stringify(built)};
     const [, , dataFolder, how] = process.argv;
     try {
       const { pid, adminUrl, origin } = await startEmbeddedPostgres({ dataFolder, share: how === "share", log: () => {} });
       console.log(JSON.stringify({ pid, adminUrl, origin }));
     } catch (error) {
       console.log(JSON.stringify({ refused: error.message }));
       process.exit(1);
     }
     process.stdin.on("end", () => process.exit(0)).resume();`,
  );
  return main;
}

/** The command that runs the program; in a network of its own, a machine's own address has to be set up first. */
function inNetwork(dataFolder: string, how: string): string[] {
  return [
    "sh",
    "-c",
    'ip link set lo up 2>/dev/null; exec "$0" "$@"',
    process.execPath,
    program,
    dataFolder,
    how,
  ];
}

/** @returns what the program says that is run as if in another container. */
async function inContainer(dataFolder: string, how = "own"): Promise<unknown> {
  const running = run("unshare", [...CONTAINED, ...inNetwork(dataFolder, how)]);
  running.child.stdin?.end();
  const { stdout } = await running.catch((error: unknown) => error as { stdout: string });
  return JSON.parse(stdout);
}

/** Lets a process exit by itself, so that it takes its server with it. */
async function leave(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (!(await ended(child.pid!, 5_000))) child.kill("SIGKILL");
}

interface OwnerProcess {
  process: ChildProcess;
  server: Pick<EmbeddedPostgres, "pid" | "adminUrl">;
}

/** Starts the server in a process of its own, as the leader of a group of its own. */
async function startInChild(dataFolder: string): Promise<OwnerProcess> {
  const child = spawn(process.execPath, [program, dataFolder], {
    detached: true,
    stdio: ["pipe", "pipe", "inherit"],
  });
  children.push(child);
  for await (const line of createInterface({ input: child.stdout }))
    return { process: child, server: JSON.parse(line) as OwnerProcess["server"] };
  throw new Error("The process ended before its server was up");
}
