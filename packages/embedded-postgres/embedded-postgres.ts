import { StartupError } from "../process/startup-error.js";
import { adminUrl, ask, DATABASE, ensureDatabase, localUrl } from "./ask.js";
import { checkReachable, chooseUser, findBinaries } from "./binaries.js";
import { checkCluster, createCluster, type Place, resetPassword } from "./cluster.js";
import { explainFileErrors, inFolder, loadPassword, prepareFolder, readIfPresent } from "./folder.js";
import { readPidFile, socketHere } from "./listening.js";
import { claim, isLive, isOwned, isSeen, type Owner, type OwnerLock } from "./owner.js";
import { poll } from "./process.js";
import { keepAlive } from "./revive.js";
import { adopt, launch, type Server, stopServer, stopServerNow } from "./server.js";

/** How long another owner's start may take before a command that wants to share its server gives up. */
const SHARE_WITHIN_MS = 60_000;

export interface EmbeddedPostgresOptions {
  /** The data folder (`.marquee`); made where there is none. */
  dataFolder: string;
  /** Use the server of another live process of the same folder where one runs it, instead of failing. */
  share?: boolean;
  /** Settings of PostgreSQL in the place of those that suit a small machine. */
  settings?: Readonly<Record<string, string>>;
  /** Told of each step that takes time or that somebody should know of, in one line. */
  log: (line: string) => void;
  /** Told when the server ends by itself and is started again, in one line; `log` unless given. */
  warn?: ((line: string) => void) | undefined;
  /** Told, in one line, when it does not start again: nothing will answer from here on. `warn` unless given. */
  onLost?: ((line: string) => void) | undefined;
}

/** A PostgreSQL that runs beside this process. */
export interface EmbeddedPostgres {
  /** Superuser URL of the database "marquee": by way of a Unix socket where there is one, else on 127.0.0.1. */
  readonly adminUrl: string;
  /** The same on 127.0.0.1. */
  readonly networkUrl: string;
  /** The server's main process; another one after it was started again. */
  readonly pid: number;
  /** Started by this call, taken over from an owner that was killed, or the server of another live process. */
  readonly origin: "STARTED" | "ADOPTED" | "SHARED";
  /**
   * Stops the server and gives the folder up; does nothing for a shared one. May be called again. Close connections
   * first: those still open are cut.
   */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that npm installed, on a data folder of its own, and makes its database "marquee".
 *
 * The server lives as long as this process: `stop()` ends it, so does the process's exit, and after a `kill -9` the
 * next start takes it over. One that ends by itself is started again. One live process owns a folder; a second one fails, or shares.
 *
 * @throws StartupError with one line that says what to do.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  const folder = await prepareFolder(options.dataFolder);
  for (;;) {
    const claimed = await explainFileErrors(folder, () => claim(folder));
    if ("lock" in claimed) return own(folder, binaries, claimed.lock, options);
    if (!options.share) throw await inUse(folder, claimed.owner);
    const shared = await useServerOf(claimed.owner, folder);
    if (shared) return shared;
  }
}

async function inUse(folder: string, owner: Owner): Promise<StartupError> {
  return new StartupError(
    `The data folder ${folder} is in use by another Marquee (${await whereIs(owner)}). Stop it, or give this one a folder of its own with MARQUEE_DATA.`,
  );
}

async function whereIs(owner: Owner): Promise<string> {
  return (await isSeen(owner)) ? `pid ${owner.pid}` : "in another container or on another machine";
}

async function own(
  folder: string,
  binaries: Place["binaries"],
  lock: OwnerLock,
  { log, warn = log, onLost = warn, settings = {} }: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const life = new Lifetime(inFolder.cluster(folder), lock);
  try {
    const hasCluster = await checkCluster(folder, binaries);
    const runAs = await chooseUser(inFolder.cluster(folder));
    if (runAs) await checkReachable(runAs, folder, binaries);
    const { password, isNew } = await loadPassword(folder);
    const place: Place = { folder, binaries, runAs, password, settings };
    const adopted = hasCluster ? await adopt(place) : undefined;
    if (adopted) {
      life.follow(adopted);
      log(`Took over the PostgreSQL that an earlier Marquee left running (pid ${adopted.pid}).`);
    }
    const server = adopted ?? (await start(place, { hasCluster, isNew }, life, log));
    await ensureDatabase(password, server.port);
    const follow = (next: Server) => life.follow(next);
    life.keep(keepAlive(server, { place, follow, ending: life.ending, warn, onLost }));
    return {
      ...urlsOf(password, server),
      // eslint-disable-next-line no-restricted-syntax -- One for each server.
      get pid() {
        return life.pid ?? server.pid;
      },
      origin: adopted ? "ADOPTED" : "STARTED",
      stop: () => life.end(),
    };
  } catch (error) {
    await life.end();
    throw error;
  }
}

function urlsOf(
  password: string,
  server: Pick<Server, "port" | "socket">,
): Pick<EmbeddedPostgres, "adminUrl" | "networkUrl"> {
  return { adminUrl: localUrl(password, server), networkUrl: adminUrl(password, server.port) };
}

async function start(
  place: Place,
  { hasCluster, isNew }: { hasCluster: boolean; isNew: boolean },
  life: Lifetime,
  log: (line: string) => void,
): Promise<Server> {
  if (!hasCluster) {
    log("Creating the data folder of PostgreSQL.");
    await createCluster(place);
  } else if (isNew) {
    log(`Setting a new PostgreSQL password, because the file that holds it was missing.`);
    await resetPassword(place);
  }
  return launch(place, (server) => life.follow(server));
}

/** Waits until another process's server answers. @returns undefined when that process has ended instead. */
async function useServerOf(owner: Owner, folder: string): Promise<EmbeddedPostgres | undefined> {
  const seen = await isSeen(owner);
  const attempt = async (): Promise<EmbeddedPostgres | "ended" | "unreachable" | undefined> => {
    // One that is not seen is known to live by watching it, which takes time: its server is asked first.
    if (seen && !(await isLive(folder, owner))) return "ended";
    const shared = await answering(folder);
    if (typeof shared === "object") return shared;
    if (!(await isOwned(folder)) || !(await isLive(folder, owner))) return "ended";
    return shared === "unreachable" && !seen ? shared : undefined;
  };
  const result = await poll(attempt, SHARE_WITHIN_MS, 100);
  if (typeof result === "object") return result;
  if (result === "ended") return undefined;
  throw seen
    ? new StartupError(
        `The PostgreSQL of the Marquee with pid ${owner.pid} does not answer; ${inFolder.log(folder)} may say why.`,
      )
    : new StartupError(
        `The PostgreSQL of the data folder ${folder} runs in another container or on another machine, and is not reached from here. Run the command there: docker exec <container> node bin/marquee.js …`,
      );
}

/** The server of a folder that another process owns. @returns "unreachable" where it runs, and has no socket to reach it by. */
async function answering(folder: string): Promise<EmbeddedPostgres | "unreachable" | undefined> {
  const cluster = inFolder.cluster(folder);
  const password = (await explainFileErrors(folder, () => readIfPresent(inFolder.password(folder))))?.trim();
  const server = await explainFileErrors(folder, () => readPidFile(cluster));
  if (!password || !server?.port) return undefined;
  const reach = { port: server.port, socket: socketHere(cluster, server) };
  const { state } = await ask(password, reach, DATABASE);
  if (state === "UP")
    return { ...urlsOf(password, reach), pid: server.pid, origin: "SHARED", stop: async () => {} };
  return server.status === "ready" && reach.socket === undefined ? "unreachable" : undefined;
}

/** What ties the server to this process: whichever way the process goes (but `kill -9`), the server goes too. */
class Lifetime {
  #server: Server | undefined;
  #ending: Promise<void> | undefined;
  #keeping: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(
    readonly cluster: string,
    readonly lock: OwnerLock,
  ) {
    process.once("exit", this.#onExit);
  }

  readonly #onExit = () => {
    const { child, pid } = this.#server ?? {};
    // A child that we started is told directly: in its first moments there is no postmaster.pid that names it.
    if (child) child.kill("SIGINT");
    else if (pid) stopServerNow(this.cluster, pid);
    this.lock.release();
  };

  follow(server: Server): void {
    this.#server = server;
  }

  /** Aborted when the server is stopped on purpose. */
  get ending(): AbortSignal {
    return this.#stopping.signal;
  }

  get pid(): number | undefined {
    return this.#server?.pid;
  }

  /** What starts the server again, and ends when the server is stopped. */
  keep(keeping: Promise<void>): void {
    this.#keeping = keeping;
  }

  end(): Promise<void> {
    this.#stopping.abort();
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    if (this.#server) await stopServer(this.cluster, this.#server.pid);
    // It may have been starting another.
    await this.#keeping;
    if (this.#server) await stopServer(this.cluster, this.#server.pid);
    process.off("exit", this.#onExit);
    this.lock.release();
  }
}
