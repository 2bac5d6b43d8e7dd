import path from "node:path";

import { type Environment } from "../environment.js";

/** The engines, in the order in which they are listed. */
export const ENGINES = ["postgres", "mongodb", "opensearch", "neo4j"] as const;
export type Engine = (typeof ENGINES)[number];

/** A process of an engine; its log, its pid file and its data are named after it. */
export type EngineProcess = "postgres" | "documentdb" | "ferretdb" | "opensearch" | "neo4j";

/** The processes that an engine consists of, in the order in which they start. */
export const PROCESSES: Record<Engine, readonly EngineProcess[]> = {
  postgres: ["postgres"],
  mongodb: ["documentdb", "ferretdb"],
  opensearch: ["opensearch"],
  neo4j: ["neo4j"],
};

/** What is installed. PostgreSQL's minor version is the one that Debian's suite has at the time. */
export const VERSIONS = {
  postgresMajor: 18,
  debianSuite: "forky",
  ferretdb: "v2.7.0",
  opensearch: "3.6.0",
  neo4j: "2026.08.1",
};

/** The user that engines run as where the script itself runs as root: nobody of Debian and of most other systems. */
export const UNPRIVILEGED = 65_534;

const DEFAULT_PORT = 28_430;
const PORTS = [
  "postgres",
  "mongodb",
  "opensearch",
  "neo4j",
  "documentdb",
  "transport",
  "ferretdbHealth",
] as const;

/** Where a set of engines lives. */
export interface Settings {
  /** Folder of the installations, which all sets share. */
  home: string;
  /** Folder of this set's data, logs and pid files. */
  set: string;
  port: Record<(typeof PORTS)[number], number>;
  url: Record<Engine, string>;
  /** JAVA_HOME, where it is set. */
  javaHome: string | undefined;
  /** Options of the engines' JVMs besides their own. */
  javaOptions?: readonly string[];
}

/**
 * Where this set of engines lives. Sets of different ports share the installations and nothing else.
 *
 * @param env MARQUEE_ENGINES_HOME, MARQUEE_ENGINES_PORT and JAVA_HOME, all optional.
 * @throws {Error} with one line where the port is not usable.
 */
export function readSettings(env: Environment): Settings {
  const first = Number(env.MARQUEE_ENGINES_PORT || DEFAULT_PORT);
  if (!Number.isInteger(first) || first < 1024 || first + PORTS.length > 65_535)
    throw new Error(`MARQUEE_ENGINES_PORT: "${env.MARQUEE_ENGINES_PORT}" is not a port from 1024 to 65528.`);
  const home = path.resolve(env.MARQUEE_ENGINES_HOME || defaultHome(env));
  const port = Object.fromEntries(PORTS.map((name, index) => [name, first + index])) as Settings["port"];
  return {
    home,
    set: path.join(home, "sets", String(first)),
    port,
    javaHome: env.JAVA_HOME,
    url: {
      postgres: `postgres://postgres@127.0.0.1:${port.postgres}/marquee`,
      mongodb: `mongodb://127.0.0.1:${port.mongodb}/`,
      opensearch: `http://127.0.0.1:${port.opensearch}`,
      neo4j: `bolt://127.0.0.1:${port.neo4j}`,
    },
  };
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Root's home is closed to the unprivileged users that the engines run as; the system's cache is open. */
function defaultHome(env: Environment): string {
  if (isRoot()) return "/var/cache/marquee";
  return path.join(env.XDG_CACHE_HOME || path.join(env.HOME ?? ".", ".cache"), "marquee-engines");
}
