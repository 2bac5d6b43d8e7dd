import { spawn, type SpawnOptions } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";

/** A program and its arguments. */
export type Command = readonly [string, ...string[]];

/**
 * Runs a command to its end, its output in a log file.
 *
 * @param log file that is overwritten.
 * @throws {Error} that ends with the last lines of the output where the command fails or is not there.
 */
export async function run(
  log: string,
  [program, ...args]: Command,
  options: SpawnOptions = {},
): Promise<void> {
  mkdirSync(path.dirname(log), { recursive: true });
  const output = openSync(log, "w", 0o644);
  const child = spawn(program, args, { ...options, stdio: ["ignore", output, output] });
  closeSync(output);
  // It must not work on in a folder that the next run makes anew.
  const end = () => void child.kill();
  process.once("exit", end);
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(code === 0 ? undefined : (signal ?? `code ${code}`)));
  });
  process.off("exit", end);
  if (ended !== undefined) throw new Error(`${program} failed (${ended}). ${tail(log)}`);
}

/** The answer of a short command, or undefined where it fails. */
export async function ask([program, ...args]: Command): Promise<string | undefined> {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "ignore"] });
  let answer = "";
  child.stdout.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  return new Promise((resolve) => {
    child.once("error", () => resolve(undefined));
    child.once("close", (code) => resolve(code === 0 ? answer.trim() : undefined));
  });
}

/** The end of a log, for an error message. */
export function tail(log: string, lines = 20): string {
  const end = readFileSync(log, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  return `The end of ${log}:\n${end}`;
}
