import { setTimeout as sleep } from "node:timers/promises";

import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { testRequest } from "./stores.js";

/** What is written and read of one tenant in the meantime, by several gateways at once. */
export interface MoveLoad {
  /** Ids of events that were answered. */
  written: string[];
  /** The longest that a write was waited for. Milliseconds. */
  slowestMs: number;
  reads: number;
  failures: string[];
  end(): Promise<void>;
}

/** Profiles that write; each with a title of its own, so that writers wait for nobody but the fence. */
export const WRITERS = 8;

/** Writes and reads until it is ended, each gateway by what it knows of the tenant. */
export function startLoad(
  gateways: readonly Stores[],
  slug: string,
  writesPerSecond: number,
  eventsBefore = 0,
): MoveLoad {
  const load: MoveLoad = { written: [], slowestMs: 0, reads: 0, failures: [], end: () => Promise.resolve() };
  let ended = false;
  let events = eventsBefore;
  const known = async (stores: Stores): Promise<Tenant> => (await stores.tenants.bySlug(slug))!;
  const failed = (what: string) => (error: unknown) => void load.failures.push(`${what}: ${String(error)}`);
  const write = async (writer: number) => {
    const stores = gateways[writer % gateways.length]!;
    const eventId = `event${(events += 1)}`;
    const started = performance.now();
    await stores.viewingWriting
      .recordProgress(await known(stores), { ...eventOf(writer), eventId })
      .then(() => load.written.push(eventId), failed(`write ${eventId}`));
    load.slowestMs = Math.max(load.slowestMs, performance.now() - started);
  };
  const read = async (reader: number) => {
    const stores = gateways[reader % gateways.length]!;
    const found = await stores.catalog.titlesByIds(testRequest(await known(stores)), ["title0"]);
    if (found.size !== 1) throw new Error("a title was missing");
    load.reads += 1;
  };
  const loops = [
    ...Array.from({ length: WRITERS }, async (_, writer) => {
      for (let next = performance.now(); !ended; next += (1_000 * WRITERS) / writesPerSecond) {
        await sleep(Math.max(0, next - performance.now()));
        await write(writer);
      }
    }),
    ...Array.from({ length: 2 }, async (_, reader) => {
      for (; !ended; await sleep(5)) await read(reader).catch(failed("read"));
    }),
  ];
  load.end = async () => {
    ended = true;
    await Promise.all(loops);
  };
  return load;
}

function eventOf(writer: number) {
  return {
    profileId: `profile${writer}`,
    titleId: `title${writer}`,
    positionSeconds: 60,
    durationSeconds: 6_000,
    completed: null,
    device: "TV" as const,
    country: "US",
    at: null,
  };
}
