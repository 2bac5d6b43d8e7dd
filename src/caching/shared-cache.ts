import { hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";

import { SharedEntries } from "../../datasources/core/shared-entries.js";
import { Sealing } from "../../packages/envelope/index.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { RedisCache } from "../../packages/redis-cache/index.js";
import { wordsOf } from "../../packages/told-errors/index.js";
import { type RedisAddress } from "./cache-variables.js";
import { codeForm } from "./code-form.js";

/** For how long an entry is kept that nothing takes the place of. Seconds. */
const KEEP_SECONDS = 3_600;
/** How long an entry waits before it is sent: what is written more often than that is not worth it. Milliseconds. */
const WAIT_MS = 100;
/** The share of a store's deadline that a look may take. */
const LOOK_SHARE = 0.01;
const KEY_BYTES = 32;
/** Enough that no two versions of the program, nor two deployments, have one. */
const FORM_BYTES = 9;

/** What gateways keep for each other, and where that lies. */
export interface SharedCache {
  values: RedisCache;
  entries: SharedEntries;
  /** Hands over what is known here, and leaves. */
  stop(): Promise<void>;
}

/** What has to be known of a deployment for that. */
export interface SharedCacheOptions extends RedisAddress {
  /** What its gateways share and nobody else knows. */
  secret: Uint8Array;
  /** Time that one call of a store may take. Milliseconds. */
  deadlineMs: number;
  /** Whether everything that is kept is to be compared. */
  shadow: boolean;
  info: (line: string) => void;
  warn: (line: string) => void;
}

/**
 * Opens what gateways keep for each other. The server may be absent, then and later.
 *
 * @throws StartupError where the file of the authority cannot be read.
 */
export function openSharedCache(options: SharedCacheOptions): SharedCache {
  const { url, caFile, secret, deadlineMs, shadow, info, warn } = options;
  const values = new RedisCache({
    url,
    ca: caFile === undefined ? undefined : readAuthority(caFile),
    deadlineMs: Math.ceil(deadlineMs * LOOK_SHARE),
    keepSeconds: KEEP_SECONDS,
    onUp: () => info("The shared cache is there."),
    onDown: (error) => warn(`The shared cache is left alone, and looked for again: ${wordsOf(error)}`),
  });
  const derive = (purpose: string, bytes: number) =>
    Buffer.from(hkdfSync("sha256", secret, "", `marquee shared cache ${purpose}`, bytes));
  const entries = new SharedEntries(values, {
    sealing: new Sealing(derive("entries", KEY_BYTES)),
    form: derive(codeForm(), FORM_BYTES).toString("base64url"),
    waitMs: shadow ? 0 : WAIT_MS,
  });
  return { values, entries, stop: () => entries.settle().finally(() => values.close()) };
}

function readAuthority(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const { code = "no file" } = cause as NodeJS.ErrnoException;
    throw new StartupError(`REDIS_CA_FILE: "${file}" cannot be read (${code}).`);
  }
}
