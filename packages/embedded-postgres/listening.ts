import { connect } from "node:net";
import path from "node:path";

import { ask } from "./ask.js";
import { inFolder, readIfPresent } from "./folder.js";

/** What `postmaster.pid` says of a server. */
export interface PidFile {
  pid: number;
  port: number | undefined;
  /** The folder of its socket, by the name that the server has for it. */
  socket: string | undefined;
  status: string;
}

/** What `postmaster.pid` says: line 1 the process, 4 its port, 5 the folder of its socket, 8 its state (src/include/utils/pidfile.h). */
export async function readPidFile(cluster: string): Promise<PidFile | undefined> {
  const lines = (await readIfPresent(path.join(cluster, "postmaster.pid")))?.split("\n");
  const pid = Number(lines?.[0]);
  if (!lines || !Number.isInteger(pid) || pid <= 0) return undefined;
  const socket = lines[4]?.trim() || undefined;
  return { pid, port: Number(lines[3]) || undefined, socket, status: lines[7]?.trim() ?? "" };
}

/**
 * The folder of the socket of a server, by the name that this process has for it: where the data folder is a volume, two
 * containers may have it in different places.
 */
export function socketHere(cluster: string, { socket }: Pick<PidFile, "socket">): string | undefined {
  return socket === undefined ? undefined : cluster;
}

/** Whether the server of a data folder listens on its socket there, in whatever container it runs. */
export async function isServedBySocket(folder: string): Promise<boolean> {
  const cluster = inFolder.cluster(folder);
  const left = await readPidFile(cluster);
  return left?.port !== undefined && accepts(path.join(cluster, `.s.PGSQL.${left.port}`));
}

/**
 * Whether the server that `postmaster.pid` names listens, in whatever container it runs: on its socket, or on the network
 * that this one shares with it.
 */
export async function isServed(folder: string, password: string): Promise<boolean> {
  if (await isServedBySocket(folder)) return true;
  const cluster = inFolder.cluster(folder);
  const left = await readPidFile(cluster);
  if (left?.port === undefined) return false;
  const answer = await ask(password, { port: left.port, socket: undefined }, "postgres");
  return answer.state === "UP" && answer.dataDirectory === cluster;
}

/** Whether anybody listens on a Unix socket. What the last one left there refuses; one that stands still does not. */
function accepts(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(file);
    const answer = (listens: boolean) => {
      socket.destroy();
      resolve(listens);
    };
    socket.once("connect", () => answer(true));
    // EAGAIN: more wait there than it has taken yet.
    socket.once("error", ({ code }: NodeJS.ErrnoException) => answer(code === "EAGAIN"));
  });
}
