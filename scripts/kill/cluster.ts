import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { kill as killProcess } from "../engines/processes.js";
import { PROCESSES, type Engine, type Settings } from "../engines/settings.js";
import { START } from "../engines/start.js";
import { type Environment } from "../environment.js";
import { serves } from "../gateways.js";

const READY_MS = 180_000;
const START_TRIES = 5;

/** What can be killed, by name: gateways that take writes, gateways that only project, and the engines. */
export interface Victim {
  name: VictimName;
  up: boolean;
  kills: number;
  kill(): Promise<void>;
  /** Resolves when it answers. */
  start(): Promise<void>;
}
export type GatewayName = "gateway1" | "gateway2" | "projector1" | "projector2";
export type VictimName = GatewayName | Engine;

/** A process of a gateway. */
export interface GatewayVictim extends Victim {
  kind: "gateway" | "projector";
  url: string;
  /** Ends it in good order. */
  stop(): Promise<void>;
}

/** A gateway process that is started again after each kill, on the same port. */
export function gatewayProcess({
  name,
  port,
  env,
  logFolder,
}: {
  name: GatewayName;
  port: number;
  env: Environment;
  logFolder: string;
}): GatewayVictim {
  const kind = name.startsWith("projector") ? "projector" : "gateway";
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const victim: GatewayVictim = {
    name,
    kind,
    url,
    up: false,
    kills: 0,
    async start() {
      const log = openSync(path.join(logFolder, `${name}.log`), "a");
      const started = spawn(process.execPath, ["bin/marquee.js", "serve"], {
        env: {
          ...env,
          PORT: String(port),
          MARQUEE_OPERATIONS_PORT: "none",
          MARQUEE_PROJECTOR: String(kind === "projector"),
        },
        stdio: ["ignore", log, log],
      });
      closeSync(log);
      child = started;
      for (const limit = Date.now() + READY_MS; !(await serves(url)); await sleep(100)) {
        if (Date.now() > limit) throw new Error(`${name} did not become ready.`);
        // One that cannot start while PostgreSQL is down is started again, as a supervisor would.
        if (started.exitCode !== null || started.signalCode !== null)
          return sleep(500).then(() => victim.start());
      }
      victim.up = true;
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
  async function end(signal: NodeJS.Signals): Promise<void> {
    victim.up = false;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }
  return victim;
}

/** An engine of `npm run engines`. */
export function engineVictim(settings: Settings, name: Engine): Victim {
  const victim: Victim = {
    name,
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
          console.log(`${name} did not start: ${String(error)}`);
          if (tries === START_TRIES) throw error;
          await sleep(1_000);
        }
      }
      victim.up = true;
    },
  };
  return victim;
}
