import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { environment, ROOT } from "../../environment.js";
import { freePorts } from "../../gateways.js";
import { startSubject, type Subject } from "../subject.js";

/** What is installed for the comparison alone, beside the project. */
const HIVE = "@graphql-hive/gateway";
const HIVE_VERSION = "2.15.1";
/** Each has a heap of a gigabyte, as a container may have. */
export const HEAP = ["--max-old-space-size=1024"];
const FOLDER = path.join(ROOT, ".marquee-peers");

const env = { PATH: environment.PATH, HOME: environment.HOME, NODE_ENV: "production" };

/** Apollo Server 5 as it comes, for production unless said otherwise. */
export async function startApollo(forWhat: "production" | "development" = "production"): Promise<Subject> {
  const [port] = await freePorts(1);
  return startSubject({
    name: "Apollo Server",
    program: [...HEAP, path.join(ROOT, "dist/scripts/abuse/peers/apollo-server.js"), String(port)],
    env: { ...env, NODE_ENV: forWhat },
    url: `http://127.0.0.1:${port}`,
    graphqlPath: "/",
    // Answered by Apollo's HTTP layer; Express has nothing cheaper.
    idlePath: "/?query=%7B__typename%7D",
    readyPath: "/?query=%7B__typename%7D",
    readyHeaders: { "apollo-require-preflight": "1" },
  });
}

/** Hive Gateway as it comes, as a proxy before that Apollo Server; installed on first use. */
export async function startHive(): Promise<Subject> {
  const program = await installHive();
  // It asks for the schema by introspection.
  const behind = await startApollo("development");
  const [port] = await freePorts(1);
  try {
    const hive = await startSubject({
      name: "Hive Gateway",
      program: [...HEAP, program, "proxy", behind.graphql, "--host", "127.0.0.1", "--port", String(port)],
      env,
      url: `http://127.0.0.1:${port}`,
      idlePath: "/healthcheck",
      readyPath: "/readiness",
    });
    const close = () => Promise.all([hive.close(), behind.close()]).then(() => undefined);
    return { ...hive, isUp: () => hive.isUp() && behind.isUp(), close };
  } catch (error) {
    await behind.close();
    throw error;
  }
}

/** @returns path of its program. */
async function installHive(): Promise<string> {
  const program = path.join(FOLDER, "node_modules", HIVE, "dist/bin.js");
  if (existsSync(program)) return program;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(path.join(FOLDER, "package.json"), '{ "private": true }\n');
  await promisify(execFile)("npm", ["install", "--no-audit", "--no-fund", `${HIVE}@${HIVE_VERSION}`], {
    cwd: FOLDER,
  });
  return program;
}
