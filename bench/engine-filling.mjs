// How fast engines are filled, and how much memory the command that fills them takes.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clearInterval, setInterval } from "node:timers";

const STORES = ["MONGODB", "OPENSEARCH", "NEO4J"];
const LOOK_MS = 100;

/** Fills every engine with a size by `marquee projections rebuild`, one after the other, each in a process of its own. */
export async function fill({ url, name }, { root, tenant }) {
  const fillings = [];
  for (const store of STORES) {
    const filling = { store, ...(await rebuild({ url, root, tenant, store })) };
    const { entries, seconds, peakMb } = filling;
    console.error(`Filled ${store} with ${name}: ${entries} in ${seconds} s, ${peakMb} MB at most`);
    fillings.push(filling);
  }
  return fillings;
}

async function rebuild({ url, root, tenant, store }) {
  const child = spawn(
    process.execPath,
    [join(root, "bin/marquee.js"), "projections", "rebuild", "--tenant", tenant, "--store", store],
    { env: { ...process.env, POSTGRES_URL: url }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  let complained = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (complained += chunk));
  let peakMb = 0;
  const watch = setInterval(() => (peakMb = Math.max(peakMb, peakOf(child.pid))), LOOK_MS);
  const code = await new Promise((resolve) => child.once("close", resolve));
  clearInterval(watch);
  const [, entries, seconds] = /([\d,]+) entries in ([\d.]+) s/.exec(said) ?? [];
  if (code !== 0 || !entries) throw new Error(`Filling ${store} failed: ${said}${complained.slice(-500)}`);
  return { entries: Number(entries.replaceAll(",", "")), seconds: Number(seconds), peakMb };
}

/** Most memory that a process has had so far. Megabytes; 0 where the system does not tell. */
function peakOf(pid) {
  try {
    const [, kilobytes = "0"] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Math.round(Number(kilobytes) / 1_024);
  } catch {
    return 0;
  }
}
