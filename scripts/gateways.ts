// What programs that start gateways of their own need.
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below what systems give to connections that go out (32768 on Linux), above what services are known by. */
const FIRST_PORT = 12_000;
const LAST_PORT = 32_000;

/**
 * Ports of 127.0.0.1 that nothing listens on now, all of them different. They are not the system's own choice: it gives
 * the same numbers to connections that go out, so that what was free is somebody's a moment later.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    await once(probe.listen(port, "127.0.0.1"), "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") return false;
    throw error;
  }
  await once(probe.close(), "close");
  return true;
}

/** Whether the gateway at that URL serves. */
export async function serves(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
