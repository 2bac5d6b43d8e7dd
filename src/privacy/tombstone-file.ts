import { appendFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Tombstone } from "../../datasources/privacy/privacy.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { eachTenant } from "../tenancy/each-tenant.js";

/** A line of the file. */
const line = z.object({
  tenant: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  erasedAt: z.iso.datetime(),
});
type Line = z.infer<typeof line>;

type OnLooked = (tenant: Tenant, returned: number) => Promise<void>;

/** Of a replay, unless said otherwise. */
export interface ReplayOptions {
  /** Whether to look for all who were erased, not only for those that the database did not know of; it does. */
  everybody?: boolean;
  /** Told of each tenant whose erased were looked for, and how many were there again. */
  onLooked?: OnLooked;
  /** Told of each tenant that this failed for: the others' turn comes nonetheless. Unless given, the first ends it. */
  onFailed?: (tenant: Tenant, error: unknown) => void;
}

/** Notes in a tenant's log that its erased were looked for; of a gateway that found nobody, nothing. */
export function notingReplay({ audit }: Pick<Stores, "audit">, by: "command" | "job"): OnLooked {
  return async (tenant, returned) => {
    if (by === "command" || returned > 0)
      await audit.record(tenant, { act: "ERASURES_REPLAYED", actor: by, details: { returned } });
  };
}

/**
 * Brings together who was erased according to the database and to a file outside of it, which a backup of the database
 * does not take back: each learns what it lacks, and whoever is there again is erased again.
 *
 * @returns how many accounts and profiles had come back.
 */
export async function replayErasures(
  stores: Pick<Stores, "tenants" | "privacy">,
  file: string,
  { everybody = true, onLooked = () => Promise.resolve(), onFailed = fail }: ReplayOptions = {},
): Promise<number> {
  const noted = await readLines(file);
  let returned = 0;
  const replay = async (tenant: Tenant) => {
    const own = noted.filter(({ tenant: slug }) => slug === tenant.slug);
    const known = await stores.privacy.tombstones(tenant);
    const news = without(own, known);
    const search = news.length > 0 || (everybody && known.length > 0);
    if (search) {
      const again = await stores.privacy.reapply(tenant, news);
      await onLooked(tenant, again);
      returned += again;
    }
    await appendLines(
      file,
      without(known, own).map((tombstone) => ({ tenant: tenant.slug, ...tombstone })),
    );
  };
  await eachTenant(await stores.tenants.list(), replay, onFailed);
  return returned;
}

function fail(_: Tenant, error: unknown): never {
  throw error;
}

function without<T extends Tombstone>(all: readonly T[], others: readonly Tombstone[]): T[] {
  const hashes = new Set(others.map(({ hash }) => hash));
  return all.filter(({ hash }) => !hashes.has(hash));
}

async function readLines(file: string): Promise<Line[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text
    .split("\n")
    .filter((each) => each !== "")
    .map((each, index) => {
      const read = line.safeParse(parsed(each));
      if (read.success) return read.data;
      throw new StartupError(
        `${file}: line ${index + 1} is not what an erasure is noted by. Mend it, or take it out.`,
      );
    });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function appendLines(file: string, lines: readonly Line[]): Promise<void> {
  if (lines.length === 0) return;
  await mkdir(path.dirname(file), { recursive: true });
  // Lines of several gateways lie behind each other: each is written at once.
  await appendFile(file, lines.map((each) => `${JSON.stringify(each)}\n`).join(""), { mode: 0o600 });
}
