import { spawn } from "node:child_process";

import { environment, type Environment } from "./environment.js";
import { makeGround } from "./test-ground.js";

/**
 * Runs test files on the embedded default, or on the engines that are set, in databases of their own.
 *
 * @param asked variables that say how much of them.
 * @param project of vitest.config.ts, which they belong to.
 * @returns the exit code.
 */
export async function runTestFiles(
  files: readonly string[],
  asked: Environment,
  project = "stores",
): Promise<number> {
  const onEngines = ["POSTGRES_URL", "MONGODB_URL", "OPENSEARCH_URL", "NEO4J_URL"].some(
    (name) => !["embedded:", ""].includes(environment[name] ?? ""),
  );
  const ground = onEngines ? await makeGround(environment) : undefined;
  const ended = vitest(project, files, { ...(ground?.env ?? environment), ...asked });
  return ended.finally(() => ground?.remove());
}

function vitest(project: string, files: readonly string[], env: Environment): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn("npx", ["vitest", "run", "--project", project, ...files], { stdio: "inherit", env });
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    child.once("error", () => resolve(1));
    child.once("close", (code) => resolve(code ?? 1));
  });
}
