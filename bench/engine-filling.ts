// How fast engines are filled, and how much memory the command that fills them takes.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

import { environment, ROOT } from "../scripts/environment.js";
import { TEST_ACCOUNT_KEY } from "../scripts/test-keys.js";
import { type Size } from "./engine-setup.js";

const STORES = ["MONGODB", "OPENSEARCH", "NEO4J"] as const;
const LOOK_MS = 100;

/** How an engine was filled. */
export interface Filling {
  store: (typeof STORES)[number];
  entries: number;
  seconds: number;
  /** Most memory of the command. Megabytes. */
  peakMb: number;
}

/** Fills every engine with a size by `marquee projections rebuild`, one after the other, each in a process of its own. */
export async function fill({ url, name }: Size, tenant: string): Promise<Filling[]> {
  const fillings: Filling[] = [];
  for (const store of STORES) {
    const filling = { store, ...(await rebuild(url, tenant, store)) };
    const { entries, seconds, peakMb } = filling;
    console.error(`Filled ${store} with ${name}: ${entries} in ${seconds} s, ${peakMb} MB at most`);
    fillings.push(filling);
  }
  return fillings;
}

async function rebuild(url: string, tenant: string, store: string): Promise<Omit<Filling, "store">> {
  const child = spawn(
    process.execPath,
    [path.join(ROOT, "bin/marquee.js"), "projections", "rebuild", "--tenant", tenant, "--store", store],
    {
      env: { ...environment, POSTGRES_URL: url, MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let said = "";
  let complained = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (complained += chunk.toString()));
  let peakMb = 0;
  const watch = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid!))), LOOK_MS);
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearInterval(watch);
  const [, entries, seconds] = /([\d,]+) entries in ([\d.]+) s/.exec(said) ?? [];
  if (code !== 0 || !entries || !seconds)
    throw new Error(`Filling ${store} failed: ${said}${complained.slice(-500)}`);
  return { entries: Number(entries.replaceAll(",", "")), seconds: Number(seconds), peakMb };
}

/** Most memory that a process has had so far. Megabytes; 0 where the system does not tell. */
function peakOf(pid: number): number {
  try {
    const [, kilobytes = "0"] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Math.round(Number(kilobytes) / 1_024);
  } catch {
    return 0;
  }
}
