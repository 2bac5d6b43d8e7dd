import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { expect, inject, it } from "vitest";

import { NO_ENGINES } from "../support/engines.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { freePort } from "../support/process.js";
import { PATIENCE } from "../support/patience.js";

/** Much for one, too little for a crowd: a gateway needs about 60 to begin with. Megabytes. */
const HEAP_MB = 112;
const HEAVY =
  "{ titles(first: 100) { edges { node { id name synopsis releaseYear genres { id name } studio { id name } credits { role character person { id name } } } } } }";

it("a gateway with little memory lets in what it can hold, and outlives the crowd", async () => {
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${HEAP_MB}`, path.join(packageRoot(), "bin", "marquee.js"), "serve"],
    {
      env: {
        ...process.env,
        POSTGRES_URL: inject("postgresUrl"),
        ...NO_ENGINES,
        MARQUEE_SIGNING_KEY: "a signing key that only the tests use, 32+ chars",
        MARQUEE_DEMO: "false",
        MARQUEE_PROJECTOR: "false",
        MARQUEE_MEMORY_PERCENT: "60",
        // The queue alone is to keep nobody out.
        MARQUEE_QUEUE_MS: "60000",
        MARQUEE_OPERATIONS_PORT: "none",
        MARQUEE_NOTICE_SECONDS: "0",
        LOG_LEVEL: "error",
        PORT: String(port),
      },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const ended = once(child, "exit");
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: HEAVY }),
    });
    await response.arrayBuffer();
    return response.status;
  };
  try {
    await expect.poll(() => ask().catch(() => 0), PATIENCE).toBe(200);
    const statuses: number[] = [];
    for (let wave = 0; wave < 6; wave += 1) {
      statuses.push(...(await Promise.all(Array.from({ length: 120 }, ask))));
      await sleep(50);
    }
    expect(child.exitCode).toBeNull();
    expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    await expect.poll(ask, PATIENCE).toBe(200);
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
  expect(child.exitCode).toBe(0);
});
