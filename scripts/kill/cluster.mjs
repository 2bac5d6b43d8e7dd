import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { kill as killProcess } from "../engines/processes.mjs";
import { PROCESSES } from "../engines/settings.mjs";
import { START } from "../engines/start.mjs";
import { serves } from "../gateways.mjs";

const READY_MS = 180_000;
const START_TRIES = 5;

/**
 * What can be killed: gateways that take writes, gateways that only project, and the engines.
 *
 * @typedef {{ name: string, kind: "gateway" | "projector" | "engine", url?: string, up: boolean, kills: number,
 *   kill(): Promise<void>, start(): Promise<void> }} Victim `start` resolves when it answers.
 */

/** A gateway process that is started again after each kill, on the same port. @returns {Victim} */
export function gatewayProcess({ name, kind, port, env, logFolder }) {
  const url = `http://127.0.0.1:${port}`;
  let child;
  const victim = {
    name,
    kind,
    url,
    up: false,
    kills: 0,
    async start() {
      const log = openSync(path.join(logFolder, `${name}.log`), "a");
      child = spawn(process.execPath, ["bin/marquee.js", "serve"], {
        env: { ...env, PORT: String(port), MARQUEE_PROJECTOR: String(kind === "projector") },
        stdio: ["ignore", log, log],
      });
      closeSync(log);
      const started = child;
      for (const limit = Date.now() + READY_MS; !(await serves(url)); await sleep(100)) {
        if (Date.now() > limit) throw new Error(`${name} did not become ready.`);
        // One that cannot start while PostgreSQL is down is started again, as a supervisor would.
        if (started.exitCode !== null || started.signalCode !== null) return sleep(500).then(victim.start);
      }
      victim.up = true;
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
  async function end(signal) {
    victim.up = false;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }
  return victim;
}

/** An engine of `npm run engines`. @returns {Victim} */
export function engine(settings, name) {
  const victim = {
    name,
    kind: "engine",
    up: true,
    kills: 0,
    async kill() {
      victim.up = false;
      for (const process of [...PROCESSES[name]].reverse()) await killProcess(settings.set, process);
    },
    async start() {
      // What crashed may take more than one attempt to come back; a supervisor would go on trying, too.
      for (let tries = 1; ; tries += 1) {
        try {
          await START[name](settings);
          break;
        } catch (error) {
          console.log(`${name} did not start: ${error.message}`);
          if (tries === START_TRIES) throw error;
          await sleep(1_000);
        }
      }
      victim.up = true;
    },
  };
  return victim;
}
