import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";

import { environment, ROOT } from "../environment.js";
import { needGo, needJdk, needMaven, needMmdebstrap } from "./prerequisites.js";
import { ask, run } from "./run.js";
import { VERSIONS, type Engine, type Settings } from "./settings.js";

const NEO4J_SERVER = path.join(ROOT, "scripts/engines/Neo4jServer.java");

type Part = "debian" | "ferretdb" | "opensearch" | "neo4j";
/** Told of every step. */
type Say = (engine: Engine, line: string) => void;

/** Where each installation lies: a folder that exists is whole. */
export function installations(home: string): Record<Part, string> {
  return {
    debian: path.join(home, `debian-${VERSIONS.debianSuite}`),
    ferretdb: path.join(home, `ferretdb-${VERSIONS.ferretdb}`),
    opensearch: path.join(home, `opensearch-${VERSIONS.opensearch}`),
    neo4j: path.join(home, `neo4j-${VERSIONS.neo4j}`),
  };
}

/**
 * Installs what the engines need and what is not there yet, from Debian's packages, Go's and Maven's modules, each by
 * its own client as this machine has it set up.
 *
 * @throws {Error} where a tool is missing or an installation fails.
 */
export async function install(
  { home, javaHome }: Settings,
  engines: readonly Engine[],
  say: Say,
): Promise<void> {
  const wanted = (part: Part) => !existsSync(installations(home)[part]);
  const has = (engine: Engine) => engines.includes(engine);
  const debian = (has("postgres") || has("mongodb")) && wanted("debian");
  const ferretdb = has("mongodb") && wanted("ferretdb");
  const fromMaven = (["opensearch", "neo4j"] as const).filter((engine) => has(engine) && wanted(engine));

  // What is missing is said before anything takes its time.
  if (ferretdb) await needGo();
  if (debian) await needMmdebstrap(home, (line) => say("postgres", line));
  const [first] = fromMaven;
  if (first) await needMaven(home, (line) => say(first, line));
  const jdk = first ? await needJdk(home, javaHome, (line) => say(first, line)) : "";

  const results = await Promise.allSettled([
    debian && make(home, "debian", "postgres", say, installDebian),
    ferretdb && make(home, "ferretdb", "mongodb", say, installFerretdb),
    // One after the other: two Mavens that fill the same local repository get in each other's way.
    (async () => {
      if (fromMaven.includes("opensearch"))
        await make(home, "opensearch", "opensearch", say, installOpensearch);
      if (fromMaven.includes("neo4j"))
        await make(home, "neo4j", "neo4j", say, (folder, log) => installNeo4j(folder, log, jdk));
    })(),
  ]);
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

/** Fills a folder beside the final one and renames it at the end, so that an interrupted installation is done again. */
async function make(
  home: string,
  part: Part,
  engine: Engine,
  say: Say,
  fill: (folder: string, log: string) => Promise<void>,
): Promise<void> {
  const folder = installations(home)[part];
  const begun = Date.now();
  rmSync(`${folder}.part`, { recursive: true, force: true });
  mkdirSync(`${folder}.part`, { recursive: true });
  say(engine, `installing ${path.basename(folder)} …`);
  await fill(`${folder}.part`, path.join(home, `logs/install-${part}.log`));
  chmodSync(`${folder}.part`, 0o755);
  renameSync(`${folder}.part`, folder);
  say(engine, `installed ${path.basename(folder)} in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
}

/** PostgreSQL with the DocumentDB extension in a root of its own: no other Debian has both. */
async function installDebian(folder: string, log: string): Promise<void> {
  const options = [
    "--mode=root",
    "--variant=essential",
    // An installation that a power cut damages is done again.
    "--dpkgopt=force-unsafe-io",
    '--aptopt=APT::Install-Recommends "false"',
    // The list of a suite that is still moving expires within a week; a mirror that lags behind is as good.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    ...["man", "doc", "locale"].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
    `--include=postgresql-${VERSIONS.postgresMajor}-documentdb`,
  ];
  const mirror = await debianMirror();
  await run(log, ["mmdebstrap", ...options, VERSIONS.debianSuite, folder, ...(mirror ? [mirror] : [])]);
}

/** The archive that this machine's own apt reads; undefined leaves the choice to mmdebstrap. */
async function debianMirror(): Promise<string | undefined> {
  const only = ["Created-By: Packages", "Origin: Debian", "Label: Debian"];
  const found = await ask(["apt-get", "indextargets", "--format", "$(REPO_URI)", ...only]);
  return found?.split("\n")[0] || undefined;
}

async function installFerretdb(folder: string, log: string): Promise<void> {
  const module = `github.com/FerretDB/FerretDB/v2/cmd/ferretdb@${VERSIONS.ferretdb}`;
  const env = { ...environment, GOBIN: folder, GOFLAGS: "" };
  await run(log, ["go", "install", "-ldflags=-s -w", module], { cwd: folder, env });
}

async function installOpensearch(folder: string, log: string): Promise<void> {
  const unpacked = path.join(folder, "unpacked");
  await run(
    log,
    [
      "mvn",
      ...["-B", "dependency:unpack", `-DoutputDirectory=${unpacked}`],
      `-Dartifact=org.opensearch.distribution.integ-test-zip:opensearch:${VERSIONS.opensearch}:zip`,
    ],
    { cwd: folder },
  );
  const distribution = path.join(unpacked, `opensearch-${VERSIONS.opensearch}`);
  for (const name of readdirSync(distribution))
    renameSync(path.join(distribution, name), path.join(folder, name));
  rmSync(unpacked, { recursive: true });
  for (const program of readdirSync(path.join(folder, "bin")))
    chmodSync(path.join(folder, "bin", program), 0o755);
}

/** Neo4j's jars, and beside them the small server of ours that serves them over Bolt. */
async function installNeo4j(folder: string, log: string, jdk: string): Promise<void> {
  writeFileSync(
    path.join(folder, "pom.xml"),
    `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>marquee</groupId>
  <artifactId>neo4j-server</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>${VERSIONS.neo4j}</version></dependency>
  </dependencies>
</project>
`,
  );
  const copy = ["dependency:copy-dependencies", "-DoutputDirectory=lib", "-DincludeScope=runtime"];
  await run(log, ["mvn", "-B", ...copy], { cwd: folder });
  const compile = ["--release", "21", "-cp", "lib/*", "-d", "classes", NEO4J_SERVER];
  await run(`${log}.javac`, [path.join(jdk, "bin/javac"), ...compile], { cwd: folder });
}

/** The user id that a Debian root gives PostgreSQL. */
export function postgresUser(root: string): number {
  const line = /^postgres:[^:]*:(\d+):/m.exec(readFileSync(path.join(root, "etc/passwd"), "utf8"));
  return Number(line?.[1]);
}
