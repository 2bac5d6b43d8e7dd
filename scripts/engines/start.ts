import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { installations, postgresUser } from "./install.js";
import { findProcess, launch, resume, type Program } from "./processes.js";
import { needJdk } from "./prerequisites.js";
import { run, tail, type Command } from "./run.js";
import {
  isRoot,
  UNPRIVILEGED,
  VERSIONS,
  type Engine,
  type EngineProcess,
  type Settings,
} from "./settings.js";

/** Long, because two Java servers may have to share a busy core; a process that ends is noticed at once. */
const READY_WITHIN_MS = 300_000;
const PORT_FREE_WITHIN_MS = 5_000;
const POSTGRES_BIN = `/usr/lib/postgresql/${VERSIONS.postgresMajor}/bin`;
const POSTGRES_DATA = "/var/lib/postgresql/data";

/** A mount namespace of its own, so that the mounts go with the process. Arguments: root, data folder, command. */
const IN_ROOT = `set -eu; root=$1 data=$2; shift 2
mount --rbind /dev "$root/dev"
mount --bind "$data" "$root/var/lib/postgresql"
exec chroot --userspec=postgres:postgres "$root" "$@"`;

/** How each engine starts; resolves when it answers. What runs already stays. */
export const START: Record<Engine, (settings: Settings) => Promise<void>> = {
  postgres: (settings) =>
    startCluster(settings, "postgres", { max_connections: 200 }, "CREATE DATABASE marquee"),
  mongodb: startMongodb,
  opensearch: startOpensearch,
  neo4j: startNeo4j,
};

async function startMongodb(settings: Settings): Promise<void> {
  // Only the extended index can be read in its order; without it, every sorted page reads and sorts the whole list.
  const preload = "'pg_cron,pg_documentdb_core,pg_documentdb,pg_documentdb_extended_rum'";
  await startCluster(
    settings,
    "documentdb",
    {
      max_connections: 200,
      shared_preload_libraries: preload,
      "documentdb.alternate_index_handler_name": "'extended_rum'",
      "cron.database_name": "'postgres'",
      // DocumentDB looks every two seconds whether an index is to be built, and would log each look.
      "cron.log_run": "off",
      "cron.log_statement": "off",
    },
    "CREATE EXTENSION documentdb CASCADE; CREATE EXTENSION documentdb_extended_rum",
  );
  const { port } = settings;
  const health = `127.0.0.1:${port.ferretdbHealth}`;
  const state = dataFolder(settings, "ferretdb", unprivileged());
  await start(settings, "ferretdb", port.mongodb, () => fetchOk(`http://${health}/debug/readyz`), {
    command: path.join(installations(settings.home).ferretdb, "ferretdb"),
    args: [
      `--listen-addr=127.0.0.1:${port.mongodb}`,
      `--postgresql-url=postgres://postgres@127.0.0.1:${port.documentdb}/postgres`,
      `--debug-addr=${health}`,
      `--state-dir=${state}`,
      "--no-auth",
      "--telemetry=disable",
      "--log-level=warn",
    ],
    env: plainEnv(state),
    user: unprivileged(),
  });
}

async function startOpensearch(settings: Settings): Promise<void> {
  const home = installations(settings.home).opensearch;
  const folder = dataFolder(settings, "opensearch", unprivileged());
  const configuration = path.join(folder, "config");
  if (!existsSync(configuration)) writeOpensearchConfig(settings, home, folder);
  const health = `${settings.url.opensearch}/_cluster/health?wait_for_status=yellow&timeout=1s`;
  await start(settings, "opensearch", settings.port.opensearch, () => fetchOk(health), {
    command: path.join(home, "bin/opensearch"),
    args: [],
    env: {
      ...plainEnv(folder),
      OPENSEARCH_JAVA_HOME: await needJdk(settings.home, settings.javaHome, () => {}),
      OPENSEARCH_JAVA_OPTS: ["-Xms512m", "-Xmx512m", ...(settings.javaOptions ?? [])].join(" "),
      OPENSEARCH_PATH_CONF: configuration,
    },
    user: unprivileged(),
  });
}

function writeOpensearchConfig({ port }: Settings, home: string, folder: string): void {
  const part = path.join(folder, "config.part");
  rmSync(part, { recursive: true, force: true });
  cpSync(path.join(home, "config"), part, { recursive: true });
  const jvmOptions = path.join(part, "jvm.options");
  // These name files inside the installation, which its user may not write.
  const kept = readFileSync(jvmOptions, "utf8").replace(/^.*(gc\.log|HeapDump|ErrorFile).*$/gm, "");
  writeFileSync(jvmOptions, kept);
  const lines = {
    "cluster.name": "marquee",
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    "http.port": port.opensearch,
    "transport.port": port.transport,
    "path.data": path.join(folder, "data"),
    "path.logs": path.join(folder, "logs"),
    // A nearly full disk would make every index read-only.
    "cluster.routing.allocation.disk.threshold_enabled": false,
  };
  writeFileSync(path.join(part, "opensearch.yml"), settingLines(lines, ": "));
  for (const name of ["data", "logs"]) mkdirSync(path.join(folder, name), { recursive: true });
  // It makes its keystore beside its settings.
  for (const name of ["config.part", "data", "logs"]) own(path.join(folder, name), unprivileged());
  renameSync(part, path.join(folder, "config"));
}

async function startNeo4j(settings: Settings): Promise<void> {
  const home = installations(settings.home).neo4j;
  const jdk = await needJdk(settings.home, settings.javaHome, () => {});
  const folder = dataFolder(settings, "neo4j", unprivileged());
  const open = ["java.nio", "java.io", "sun.nio.ch"].map(
    (name) => `--add-opens=java.base/${name}=ALL-UNNAMED`,
  );
  const log = path.join(settings.set, "neo4j.log");
  await start(
    settings,
    "neo4j",
    settings.port.neo4j,
    () => readFileSync(log, "utf8").includes("Neo4j is ready"),
    {
      command: path.join(jdk, "bin/java"),
      args: [
        ...["-Xms256m", "-Xmx512m", "--enable-native-access=ALL-UNNAMED", ...open],
        ...(settings.javaOptions ?? []),
        ...["-cp", `${home}/classes:${home}/lib/*`, "Neo4jServer", String(settings.port.neo4j), folder],
      ],
      env: plainEnv(folder),
      user: unprivileged(),
    },
  );
}

/** A PostgreSQL cluster inside the Debian root, made with the given settings and statement the first time. */
async function startCluster(
  settings: Settings,
  name: "postgres" | "documentdb",
  configuration: Record<string, string | number>,
  statement: string,
): Promise<void> {
  const root = installations(settings.home).debian;
  const folder = dataFolder(settings, name, postgresUser(root));
  const inRoot = (...program: string[]): Command => [
    "unshare",
    ...["--mount", "sh", "-c", IN_ROOT, "sh", root, folder],
    ...program,
  ];
  const data = path.join(folder, "data");
  const made = path.join(folder, "made");
  if (!existsSync(made)) {
    rmSync(data, { recursive: true, force: true });
    const initdb = [
      `${POSTGRES_BIN}/initdb`,
      "-D",
      POSTGRES_DATA,
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--locale=C.UTF-8",
    ];
    await run(path.join(settings.set, `${name}.init.log`), inRoot(...initdb, "--no-sync"), {
      env: plainEnv("/"),
    });
    const own = {
      listen_addresses: "'127.0.0.1'",
      unix_socket_directories: "''",
      port: settings.port[name],
      log_timezone: "'UTC'",
      ...configuration,
    };
    writeFileSync(path.join(data, "postgresql.conf"), `${settingLines(own, " = ")}`, { flag: "a" });
  }
  // A pid in it that another process has by now would stop the start; ours is known to be gone.
  if (!findProcess(settings.set, name)) rmSync(path.join(data, "postmaster.pid"), { force: true });
  const [command, ...args] = inRoot(`${POSTGRES_BIN}/postgres`, "-D", POSTGRES_DATA);
  const ready = () => /^ready\s*$/m.test(readFileSync(path.join(data, "postmaster.pid"), "utf8"));
  await start(settings, name, settings.port[name], ready, { command, args, env: plainEnv("/") });
  if (existsSync(made)) return;
  const psql = ["/usr/bin/psql", "-h", "127.0.0.1", "-p", String(settings.port[name]), "-c", statement];
  await run(path.join(settings.set, `${name}.init.log`), inRoot(...psql), { env: plainEnv("/") });
  writeFileSync(made, "");
}

/** Launches a process unless it runs, and waits until it is ready. */
async function start(
  { set }: Settings,
  name: EngineProcess,
  port: number,
  isReady: () => boolean | Promise<boolean>,
  program: Program,
): Promise<void> {
  const running = findProcess(set, name);
  if (running) resume(running.pid);
  else if (await staysTaken(port))
    throw new Error(
      `${name}: port ${port} is in use by another program. Choose others: MARQUEE_ENGINES_PORT`,
    );
  else await launch(set, name, program);
  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await sleep(100)) {
    if (
      await Promise.resolve()
        .then(isReady)
        .catch(() => false)
    )
      return;
    if (!findProcess(set, name))
      throw new Error(`${name} ended while it started. ${tail(path.join(set, `${name}.log`))}`);
  }
  throw new Error(`${name} was not ready after five minutes. ${tail(path.join(set, `${name}.log`))}`);
}

/** A process that was killed may hold its port for a moment longer than its name. */
async function staysTaken(port: number): Promise<boolean> {
  for (const end = Date.now() + PORT_FREE_WITHIN_MS; Date.now() < end; await sleep(100))
    if (!(await isTaken(port))) return false;
  return true;
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

async function fetchOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  await response.arrayBuffer();
  return response.ok;
}

function dataFolder({ set }: Settings, name: EngineProcess, user: number | undefined): string {
  const folder = path.join(set, name);
  mkdirSync(folder, { recursive: true });
  own(folder, user);
  return folder;
}

function own(folder: string, user: number | undefined): void {
  if (user !== undefined) chownSync(folder, user, user);
}

function unprivileged(): number | undefined {
  return isRoot() ? UNPRIVILEGED : undefined;
}

function settingLines(values: Record<string, string | number | boolean>, separator: string): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}${separator}${value}\n`)
    .join("");
}

/** No variable of the caller's reaches an engine: neither its secrets nor its Java options. */
function plainEnv(home: string): Record<string, string> {
  return {
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    HOME: home,
    LANG: "C.UTF-8",
  };
}
