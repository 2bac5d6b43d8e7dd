import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { freePort } from "../support/process.js";

const SCRIPT = fileURLToPath(new URL("../../dist/scripts/engines.js", import.meta.url));
let home: string;
/** Of the first engine; the others follow it. */
let first: number;
beforeEach(async () => {
  first = await freePort();
  home = mkdtempSync(path.join(tmpdir(), "marquee-engines-"));
});
afterEach(() => rmSync(home, { recursive: true }));

function engines(args: string[], env: Record<string, string> = {}) {
  const place = { MARQUEE_ENGINES_HOME: home, MARQUEE_ENGINES_PORT: String(first) };
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [SCRIPT, ...args],
      { env: { ...process.env, ...place, ...env } },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe("the engines script", () => {
  it("explains itself", async () => {
    for (const args of [[], ["help"], ["--help"]]) {
      const { code, stdout } = await engines(args);
      expect(code).toBe(0);
      for (const command of ["up", "env", "status", "stop", "kill", "pause", "resume", "wipe"])
        expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    }
  });

  it("refuses what it does not know, and says what it does", async () => {
    const command = await engines(["upp"]);
    expect(command).toMatchObject({ code: 2, stdout: "" });
    expect(command.stderr).toContain('"upp": one of up, env,');
    const engine = await engines(["up", "mysql"]);
    expect(engine).toMatchObject({ code: 2, stdout: "" });
    expect(engine.stderr).toContain('"mysql": one of postgres, mongodb, opensearch, neo4j');
    const port = await engines(["status"], { MARQUEE_ENGINES_PORT: "80" });
    expect(port.code).toBe(1);
    expect(port.stderr).toContain("MARQUEE_ENGINES_PORT");
  });

  it("lists engines that are down, and prints nothing for a shell to evaluate", async () => {
    const status = await engines(["status"]);
    expect(status.code).toBe(0);
    expect(status.stdout.trimEnd().replace(/ +/g, " ").split("\n")).toEqual([
      `postgres down postgres://postgres@127.0.0.1:${first}/marquee`,
      `mongodb down mongodb://127.0.0.1:${first + 1}/`,
      `opensearch down http://127.0.0.1:${first + 2}`,
      `neo4j down bolt://127.0.0.1:${first + 3}`,
    ]);
    expect(await engines(["env"])).toMatchObject({ code: 1, stdout: "" });
  });
});

describe.runIf(process.platform === "linux")("a running engine", () => {
  let engine: ChildProcess;
  let child: number;

  /** Stands in for a server: a parent, and a child in a process group of its own, as PostgreSQL's backends are. */
  beforeEach(async () => {
    engine = spawn("sh", ["-c", "setsid sleep 300 & echo $!; wait"], { stdio: ["ignore", "pipe", "ignore"] });
    child = await new Promise((resolve) => {
      engine.stdout!.once("data", (line: Buffer) => resolve(Number(line.toString())));
    });
    writePidFile(startOf(engine.pid!));
  });
  afterEach(() => {
    for (const pid of [engine.pid!, child]) if (existsSync(`/proc/${pid}`)) process.kill(pid, "SIGKILL");
  });

  function writePidFile(started: string): void {
    const set = path.join(home, "sets", String(first));
    mkdirSync(set, { recursive: true });
    writeFileSync(path.join(set, "opensearch.pid"), `${engine.pid} ${started}\n`);
  }

  const statOf = (pid: number) =>
    readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
  const startOf = (pid: number) => statOf(pid)[19]!;
  const states = () => [engine.pid!, child].map((pid) => statOf(pid)[0]);
  const stateInStatus = async () => (await engines(["status"])).stdout.match(/^opensearch +(\w+)/m)?.[1];

  it("is frozen with all its children, and goes on", async () => {
    expect(await stateInStatus()).toBe("running");
    expect(await engines(["pause", "opensearch"])).toMatchObject({ code: 0, stderr: "" });
    await vi.waitFor(() => expect(states()).toEqual(["T", "T"]));
    expect(await stateInStatus()).toBe("paused");
    expect(await engines(["resume"])).toMatchObject({ code: 0, stderr: "" });
    await vi.waitFor(() => expect(states()).toEqual(["S", "S"]));
    expect((await engines(["env"])).stdout).toBe(`export OPENSEARCH_URL=http://127.0.0.1:${first + 2}\n`);
  });

  it("is killed with all its children, even when frozen", async () => {
    await engines(["pause"]);
    expect(await engines(["kill", "opensearch"])).toMatchObject({ code: 0, stderr: "" });
    const gone = (pid: number) => !existsSync(`/proc/${pid}`) || statOf(pid)[0] === "Z";
    await vi.waitFor(() => expect([engine.pid!, child].map(gone)).toEqual([true, true]));
    expect(await stateInStatus()).toBe("down");
  });

  it("is not mistaken for another process that has its number by now", async () => {
    writePidFile("1");
    expect(await stateInStatus()).toBe("down");
    await engines(["kill", "opensearch"]);
    expect(states()).toEqual(["S", "S"]);
  });
});
