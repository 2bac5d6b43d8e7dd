import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { StartupError } from "../process/startup-error.js";
import { type Place, SERVER_ENV } from "./cluster.js";
import { type Answer, ask } from "./ask.js";
import { diskFullLine, inFolder, openLog, saysDiskFull } from "./folder.js";
import { isServed, readPidFile } from "./listening.js";
import { commandLine, ended, isAlive, poll, signal } from "./process.js";

/** A server that answers. */
export interface Server {
  pid: number;
  port: number;
  /** The folder of its Unix socket, where it has one. */
  socket: string | undefined;
  /** Set when this process started it. */
  child?: ChildProcess;
}

const ATTEMPTS = 8;
/** Replaying the log after a power cut takes a while; a server that makes progress is left alone. */
const RECOVERY_MS = 300_000;
const ORPHAN_ANSWERS_WITHIN_MS = 3_000;
const FAST_SHUTDOWN_MS = 10_000;

/** Sized for a machine of two cores that also runs the gateway, 512 MB in all. */
const SETTINGS: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  cluster_name: "marquee",
  // A gateway may use thirty; a second one and commands run beside it.
  max_connections: "100",
  shared_buffers: "64MB",
  huge_pages: "off",
  work_mem: "16MB",
  maintenance_work_mem: "64MB",
  effective_cache_size: "256MB",
  random_page_cost: "1.1",
  jit: "off",
  // Background processes cost memory each: reads happen in the backend, and queries stay in one process.
  io_method: "sync",
  max_logical_replication_workers: "0",
  max_worker_processes: "4",
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "1",
  autovacuum: "on",
  autovacuum_worker_slots: "2",
  autovacuum_max_workers: "2",
  fsync: "on",
  synchronous_commit: "on",
  wal_level: "minimal",
  max_wal_senders: "0",
  max_wal_size: "512MB",
  min_wal_size: "80MB",
  // The log names what went wrong, never the values of somebody's row.
  log_error_verbosity: "terse",
  log_min_error_statement: "panic",
  log_timezone: "UTC",
  timezone: "UTC",
};

/**
 * Starts the server of a cluster and waits until it accepts connections.
 *
 * @param onSpawn told of the process as soon as it exists.
 * @param wantedPort where it listens; a free port unless given.
 * @throws StartupError when it does not come up.
 */
export async function launch(
  place: Place,
  onSpawn: (server: Server) => void,
  wantedPort?: number,
): Promise<Server> {
  let socket = socketFolder(place.folder);
  for (let attempt = 1; ; attempt += 1) {
    const port = wantedPort ?? (await freePort());
    const complaint = await tryLaunch(place, { port, socket }, onSpawn);
    if (typeof complaint !== "string") return complaint;
    const withoutSocket = socket !== undefined && /Unix-domain socket/.test(complaint);
    if (withoutSocket) socket = undefined;
    const portTaken = /could not bind|could not create any TCP\/IP sockets/.test(complaint);
    // Backends of a server that was killed leave within moments, once they notice.
    const leftovers = /pre-existing shared memory block|lock file "postmaster.pid" already exists/.test(
      complaint,
    );
    const again = leftovers || withoutSocket || (portTaken && wantedPort === undefined);
    if (attempt === ATTEMPTS || !again) throw launchError(place.folder, complaint);
    if (leftovers) await sleep(250 * attempt);
  }
}

/**
 * Where the server has its Unix socket: a statement by it costs two thirds of what it costs over the network that a
 * machine has with itself. The folder is the server's alone. Some file systems hold no sockets.
 *
 * @returns undefined where its path would be longer than systems take: 104 bytes on macOS, 108 on Linux (unix(7)).
 */
function socketFolder(folder: string): string | undefined {
  const cluster = inFolder.cluster(folder);
  return Buffer.byteLength(path.join(cluster, ".s.PGSQL.65535")) < 104 ? cluster : undefined;
}

/** A list of one folder, in the form of the setting. */
function listOfFolders(folder: string | undefined): string {
  return folder === undefined ? "" : `"${folder.replaceAll('"', '""')}"`;
}

/** @returns the server, or what the log says when it ended instead. */
async function tryLaunch(
  place: Place,
  { port, socket }: Pick<Server, "port" | "socket">,
  onSpawn: (server: Server) => void,
): Promise<Server | string> {
  const cluster = inFolder.cluster(place.folder);
  const log = await openLog(place.folder);
  const logStart = (await log.stat()).size;
  const places = { port: String(port), unix_socket_directories: listOfFolders(socket) };
  const settings = Object.entries({ ...SETTINGS, ...places, ...place.settings }).flatMap(([k, v]) => [
    "-c",
    `${k}=${v}`,
  ]);
  // Detached: Ctrl-C in the terminal reaches the whole foreground group, and the gateway must drain before the server
  // goes. Its output goes to a file, so that it outlives us without a broken pipe.
  const child = spawn(place.binaries.postgres, ["-D", cluster, ...settings], {
    uid: place.runAs?.uid,
    gid: place.runAs?.gid,
    cwd: cluster,
    env: SERVER_ENV,
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  let exited: string | undefined;
  child.once("error", (error) => (exited = error.message));
  child.once("exit", (code, by) => (exited = `it ended with ${by ?? `code ${code}`}`));
  await log.close();
  child.unref();
  const server = child.pid === undefined ? undefined : { pid: child.pid, port, socket, child };
  if (server) onSpawn(server);
  const outcome = await poll(async () => exited ?? (await ready(cluster, child.pid)), RECOVERY_MS, 10);
  if (outcome === true && server) return server;
  const text = (await readFile(inFolder.log(place.folder))).subarray(logStart).toString();
  return `${text}\n${typeof outcome === "string" ? outcome : "it did not become ready"}`;
}

async function ready(cluster: string, pid: number | undefined): Promise<true | undefined> {
  const found = await readPidFile(cluster);
  return found?.pid === pid && found?.status === "ready" ? true : undefined;
}

function launchError(folder: string, complaint: string): StartupError {
  if (saysDiskFull(complaint)) return new StartupError(diskFullLine(folder));
  const reason =
    /(?:FATAL|PANIC): +(.*)/.exec(complaint)?.[1] ?? complaint.trim().split("\n").at(-1) ?? "no reason given";
  return new StartupError(
    `PostgreSQL did not start: ${reason} (the whole story is in ${inFolder.log(folder)}).`,
  );
}

/** A port that nothing listens on now. Another program may take it before the server does, hence the attempts. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/**
 * Deals with what an earlier owner left running: a server that answers is taken over, one that does not is stopped,
 * and a `postmaster.pid` that names no server of this cluster is removed.
 *
 * @returns the server taken over; undefined when there is none.
 * @throws StartupError where a server that this process does not see serves the cluster: a second one would destroy it.
 */
export async function adopt(place: Place): Promise<Server | undefined> {
  const cluster = inFolder.cluster(place.folder);
  const left = await readPidFile(cluster);
  if (!left) return undefined;
  if (!(await isServerOf(cluster, left.pid))) {
    if (!(await isGone(place))) throw elsewhere(place.folder);
    await rm(path.join(cluster, "postmaster.pid"), { force: true });
    return undefined;
  }
  const patience = performance.now() + ORPHAN_ANSWERS_WITHIN_MS;
  const verdict = await poll(async () => judgeOrphan(place, left.pid, patience), RECOVERY_MS, 50);
  if (verdict === "gone") return undefined;
  if (verdict && verdict !== "mute") return verdict;
  await stopServer(cluster, left.pid);
  return undefined;
}

/** PostgreSQL's own checks, for its process and for its memory, end at the container. One that ends goes on listening for moments. */
async function isGone({ folder, password }: Place): Promise<boolean> {
  const gone = async () => ((await isServed(folder, password)) ? undefined : true);
  return (await poll(gone, ORPHAN_ANSWERS_WITHIN_MS, 100)) ?? false;
}

/** A server that runs where this process does not see it. */
function elsewhere(folder: string): StartupError {
  return new StartupError(
    `The PostgreSQL of the data folder ${folder} runs in another container, or as another user. Stop that, or give this Marquee a folder of its own with MARQUEE_DATA.`,
  );
}

async function judgeOrphan(
  place: Place,
  pid: number,
  patience: number,
): Promise<Server | "gone" | "mute" | undefined> {
  const cluster = inFolder.cluster(place.folder);
  if (!(await isAlive(pid))) return "gone";
  const found = await readPidFile(cluster);
  const answer: Answer = found?.port
    ? await ask(place.password, { port: found.port, socket: undefined }, "postgres")
    : { state: "SILENT" };
  if (answer.state === "UP" && found?.port)
    return answer.dataDirectory === cluster ? { pid, port: found.port, socket: found.socket } : "mute";
  if (answer.state === "STARTING_OR_STOPPING") return undefined;
  if (answer.state === "REFUSED") return "mute";
  return performance.now() > patience ? "mute" : undefined;
}

/** Whether a process is the server of this cluster, and not another that was given its id. */
export async function isServerOf(cluster: string, pid: number): Promise<boolean> {
  if (!(await isAlive(pid))) return false;
  const command = await commandLine(pid);
  return command.includes("postgres") && command.includes(`-D ${cluster} `);
}

/**
 * Stops a server: a fast shutdown, then an immediate one when that takes longer than 10 s, then by force. Committed data
 * survives each of them.
 */
export async function stopServer(cluster: string, pid: number): Promise<void> {
  if (!(await isServerOf(cluster, pid))) return;
  signal(pid, "SIGINT");
  // One that was suspended (SIGSTOP) sees no signal before it goes on.
  signal(pid, "SIGCONT");
  if (await ended(pid, FAST_SHUTDOWN_MS)) return;
  signal(pid, "SIGQUIT");
  if (await ended(pid, FAST_SHUTDOWN_MS / 2)) return;
  signal(pid, "SIGKILL");
  await ended(pid, FAST_SHUTDOWN_MS / 2);
}

/** Asks a server to shut down without waiting, for an exit handler: there only synchronous calls are possible. */
export function stopServerNow(cluster: string, pid: number): void {
  try {
    // The file goes when the server does, and then the id may already be somebody else's.
    const named = Number.parseInt(readFileSync(path.join(cluster, "postmaster.pid"), "utf8"), 10);
    if (named === pid) process.kill(pid, "SIGINT");
  } catch {
    // Already gone.
  }
}
