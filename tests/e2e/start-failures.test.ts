import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { startEmbeddedPostgres } from "../../packages/embedded-postgres/embedded-postgres.js";
import { inFolder } from "../../packages/embedded-postgres/folder.js";
import { readPidFile } from "../../packages/embedded-postgres/listening.js";
import { openStores } from "../../datasources/stores/stores.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { freePort, killRunning, startMarquee } from "../support/process.js";
import { testAccountKeys } from "../../scripts/test-keys.js";

/** A data folder with a database that has all migrations and no rows. */
let dataFolder: string;

beforeAll(async () => {
  dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-start-"));
  const stores = await openStores({
    accountKeys: testAccountKeys,
    postgresUrl: "embedded:",
    dataFolder,
    log: () => {},
  });
  await stores.close();
});

afterEach(killRunning);

afterAll(() => rm(dataFolder, { recursive: true, force: true }));

describe("what keeps marquee serve from starting is said in one line, with exit code 1", () => {
  it("a data folder that another process has", async () => {
    const owner = await startEmbeddedPostgres({ dataFolder, log: () => {} });
    const line = await failure().finally(() => owner.stop());
    expect(line).toBe(
      `The data folder ${dataFolder} is in use by another Marquee (pid ${process.pid}). Stop it, or give this one a folder of its own with MARQUEE_DATA.`,
    );
  });

  it("a port that another process has, before anything is seeded", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const line = await failure({ PORT: String(port) }).finally(() => other.close());
    expect(line).toMatch(new RegExp(`^Port ${port} is in use\\. .*PORT=\\d+ npm start\\.$`));
    expect(await readPidFile(inFolder.cluster(dataFolder))).toBeUndefined();
  });

  it("an address that is not this machine's", async () => {
    expect(await failure({ HOST: "192.0.2.1" })).toMatch(
      /^HOST "192\.0\.2\.1" is no address of this machine/,
    );
  });

  it("a database of a newer version", async () => {
    const write = (statement: string) => onServer((client) => client.query(statement));
    await write("insert into shared.schema_migrations (version, name, checksum) values (999, 'later', '')");
    const line = await failure();
    await write("delete from shared.schema_migrations where version = 999");
    expect(line).toMatch(/^The database was migrated by a newer Marquee .*999 "later".*MARQUEE_DATA/);
  });

  it("a data folder that is no folder", async () => {
    const file = path.join(dataFolder, "a-file");
    await writeFile(file, "");
    expect(await failure({ MARQUEE_DATA: file })).toContain(`The data folder ${file} is no folder`);
  });

  it("a data folder that cannot be", async () => {
    // mkdir's own recursion tries for ever here.
    expect(await failure({ MARQUEE_DATA: "/proc/nope/data" })).toMatch(
      /^The data folder \/proc\/nope\/data cannot be made there/,
    );
  });

  it("a tenant for requests that name none which there is not", async () => {
    const line = await failure({ MARQUEE_DEFAULT_TENANT: "netflix", MARQUEE_DEMO: "false" });
    expect(line).toBe('MARQUEE_DEFAULT_TENANT: there is no tenant "netflix". Accepted: none.');
  });

  it("every variable that is wrong, at once", async () => {
    const wrong = {
      PORT: "http",
      LOG_LEVEL: "loud",
      POSTGRES_URL: "mysql://u:hunter2@db",
      MARQUEE_PLAYGROND: "no",
    };
    const line = await failure(wrong);
    for (const name of ['PORT: "http"', 'LOG_LEVEL: "loud"', "POSTGRES_URL", "nearest is MARQUEE_PLAYGROUND"])
      expect(line).toContain(name);
    expect(line).not.toContain("hunter2");
  });

  it.each([
    [
      "a server that does not run",
      "postgres://u:hunter2@127.0.0.1:1/db",
      /u@127\.0\.0\.1:1\/db\) does not run/,
    ],
    [
      "a host that there is not",
      "postgres://u:hunter2@nowhere.invalid/db",
      /u@nowhere\.invalid\/db\) was not found/,
    ],
    ["a URL that cannot be read", "postgres://u:hunter2@host:99999/db", /^POSTGRES_URL is not a URL/],
  ])("%s in POSTGRES_URL, without its password", async (_, url, expected) => {
    const line = await failure({ POSTGRES_URL: url });
    expect(line).toMatch(expected);
    expect(line).not.toContain("hunter2");
  });

  it("a server of one's own without a key for what identifies people", async () => {
    const line = await failure({
      POSTGRES_URL: "postgres://u:hunter2@127.0.0.1:1/db",
      MARQUEE_ACCOUNT_KEY: "",
    });
    expect(line).toMatch(/^MARQUEE_ACCOUNT_KEY is needed beside POSTGRES_URL: .*openssl rand/);
  });

  it("a wrong password and a database that there is not in POSTGRES_URL", async () => {
    const server = await startEmbeddedPostgres({ dataFolder, log: () => {} });
    const wrong = (change: (url: URL) => void) => {
      const url = new URL(server.networkUrl);
      change(url);
      return failure({ POSTGRES_URL: url.href });
    };
    try {
      const refused = await wrong((url) => (url.password = "hunter2"));
      expect(refused).toMatch(/ does not let this user in \(password authentication failed/);
      expect(refused).not.toContain("hunter2");
      expect(await wrong((url) => (url.pathname = "/nosuch"))).toMatch(/\/nosuch\) has no such database/);
    } finally {
      await server.stop();
    }
  });
});

it("a start whose last step fails leaves nothing running that would keep the process", async () => {
  // The port is taken only after it was found free, and the engine that is absent is looked for again and again.
  const script = `
    import { createServer } from "node:net";
    import { readConfig } from "./dist/src/config.js";
    import { startGateway } from "./dist/src/server.js";
    const takePort = () =>
      new Promise((done) => createServer().listen(Number(process.env.PORT), "127.0.0.1", done).unref());
    await startGateway(readConfig(), takePort).then(
      () => process.exit(2),
      (error) => console.log(error.message),
    );`;
  const PORT = String(await freePort());
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: packageRoot(),
    env: {
      ...process.env,
      POSTGRES_URL: "embedded:",
      MONGODB_URL: "mongodb://127.0.0.1:1/",
      LOG_LEVEL: "silent",
      MARQUEE_DATA: dataFolder,
      MARQUEE_DEMO: "false",
      MARQUEE_OPERATIONS_PORT: "none",
      PORT,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "exit")) as [number | null];
  expect(output).toContain(`Port ${PORT} is in use`);
  expect(code).toBe(0);
});

/** The line with which a start fails. @throws when there is not exactly one, or the exit code is not 1. */
async function failure(env: Record<string, string> = {}): Promise<string> {
  const gateway = startMarquee(["serve"], {
    env: { MARQUEE_DATA: dataFolder, PORT: String(await freePort()), ...env },
  });
  expect(await gateway.ended(), gateway.output()).toEqual({ code: 1, signal: null });
  const lines = gateway.output().trimEnd().split("\n");
  expect(lines, gateway.output()).toHaveLength(1);
  return lines[0] ?? "";
}

/** Runs work on this folder's server, without a gateway. */
async function onServer(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const server = await startEmbeddedPostgres({ dataFolder, log: () => {} });
  const client = new pg.Client({ connectionString: server.adminUrl });
  try {
    await client.connect();
    await work(client);
    await client.end();
  } finally {
    await server.stop();
  }
}
