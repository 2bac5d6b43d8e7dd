import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { killRunning, startMarquee } from "../support/process.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "marquee-contact-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
afterAll(killRunning);

async function run(args: string[], env: Record<string, string> = {}) {
  const marquee = startMarquee(args, { cwd: folder, env });
  const { code } = await marquee.ended();
  return { code, output: marquee.output().trimEnd() };
}

it("says its version", async () => {
  const { version } = JSON.parse(await readFile(path.join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  expect(await run(["--version"])).toEqual({ code: 0, output: version });
});

describe(".env in the folder that it is started in", () => {
  it("is read, and the environment counts for more", async () => {
    await writeFile(
      path.join(folder, ".env"),
      "# ours\nMARQUEE_TOKEN_MINUTES=never\nPORT=http\nMARQUEE_DATE=x\n",
    );
    const { code, output } = await run(["serve"], { PORT: "0" });
    expect(code).toBe(1);
    expect(output).toContain('MARQUEE_TOKEN_MINUTES: "never"');
    expect(output).toContain("MARQUEE_DATE: there is no such variable, the nearest is MARQUEE_DATA");
    expect(output).not.toContain("PORT:");
  });

  it("that cannot be read is told", async () => {
    await mkdir(path.join(folder, ".env"));
    const { code, output } = await run(["serve"]);
    expect(code).toBe(1);
    expect(output).toMatch(/^\.env cannot be read \(.*\)\. Mend it, or take it away\.$/);
  });
});

it("loads no store to show help", async () => {
  const script = `
    import { createRequire } from "node:module";
    import { main } from "./dist/src/cli.js";
    // Commander ends the process itself after the help of a part of a command.
    process.on("exit", () => {
      const loaded = Object.keys(createRequire(import.meta.url).cache);
      const heavy = /node_modules\\/(pg|mongodb|neo4j-driver|@opensearch-project|graphql|type-graphql|fastify)\\//;
      console.error(JSON.stringify(loaded.filter((file) => heavy.test(file))));
    });
    for (const args of [[], ["serve"], ["seed"], ["import"], ["token"], ["learn"], ["projections", "check"]])
      await main(["node", "marquee", ...args, "--help"]);`;
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    { cwd: packageRoot() },
  );
  for (const command of ["serve", "seed", "import", "token", "learn", "check"])
    expect(stdout).toContain(`Usage: marquee ${command === "check" ? "projections check" : command}`);
  expect(JSON.parse(stderr)).toEqual([]);
});
