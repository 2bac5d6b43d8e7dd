import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from "graphql";
import { afterAll, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { LIMITS } from "../../src/limits/limits.js";
import { startGateway } from "../support/gateway.js";
import { openHousehold } from "../support/isolation/households.js";
import { isMutable, plantMutants, type Mutant } from "../support/mutants/find-mutants.js";
import { seenOfLayers, type Ground } from "../support/mutants/layers.js";
import {
  readingAttempts,
  seenByAll,
  seenOfOthers,
  seenOfOwn,
  seenOfStores,
  type Seen,
} from "../support/mutants/observe.js";
import { openPlacements } from "../support/placements.js";

/*
 * Every place in the program that keeps tenants apart, taken out in turn: whoever looks at tenants has to see that it is
 * gone. `npm run test:isolation -- --mutants`.
 */

const chosen = new RegExp(process.env.MARQUEE_TEST_MUTANTS ?? "");
const WIDE = Object.fromEntries(
  Object.entries(LIMITS).map(([name, { variable }]) => [variable, name === "depth" ? "16" : "50000000"]),
);
/** A gateway that hangs by a mutant is given up. Milliseconds. */
const LOOK_MS = 60_000;

function allMutants(): Mutant[] {
  const files = ["datasources", "resolvers", "src"].flatMap((folder) =>
    readdirSync(path.join(packageRoot(), folder), { recursive: true }).map(
      (name) => `${folder}/${String(name)}`,
    ),
  );
  const sources = files.filter(isMutable).sort();
  return sources.flatMap(
    (file) => plantMutants(file, readFileSync(path.join(packageRoot(), file), "utf8")).mutants,
  );
}

/** What is no predicate: taken out, nobody is told anything else. */
const EQUIVALENT: ReadonlySet<string> = new Set([
  // Names prepared statements: PostgreSQL plans one anew where the schema is another.
  "datasources/engines/postgres/statements.postgres.ts tenant.schema} ${",
  // A tenant has one schema but while it moves, when its transactions are turned away and its reads are of either side.
  "datasources/engines/postgres/reads.postgres.ts tenant.schema}`",
  // Servers are one tenant's: this tells the placements of one apart.
  "datasources/stores/dedicated-stores.ts placementOf(tenant)} ${",
  "datasources/viewing/event-days.postgres.ts if (row?.schema !== tenant.schema",
]);

let ground: (Ground & { close(): Promise<void> }) | undefined;
let usual: { look: Seen; stores: Seen } | undefined;
afterAll(async () => {
  globalThis.marqueeMutants.active = null;
  await ground?.close();
});

async function open(): Promise<Ground & { close(): Promise<void> }> {
  const placements = await openPlacements();
  const gateway = await startGateway({
    ...WIDE,
    ...placements.env,
    MARQUEE_DEMO: "true",
    MARQUEE_DEFAULT_TENANT: "none",
    MARQUEE_CACHE_MB: "32",
  });
  const all = [];
  for (const tier of ["SHARED", "SHARED", "ISOLATED", "DEDICATED", "DEDICATED"] as const)
    all.push(await openHousehold(gateway, await placements.create(tier, gateway.stores)));
  const { data } = await gateway.ask(getIntrospectionQuery(), { tenant: all[0]!.tenant.slug });
  const schema = buildClientSchema(data as unknown as IntrospectionQuery);
  const close = async () => {
    await gateway.close();
    await placements.close();
  };
  return { gateway, schema, all, database: placements.databases[0]!, placements, close };
}

/** What requests show: in the end what the layers of one file do alone. */
async function look(at: Ground, file: string): Promise<Seen> {
  const layers = await seenOfLayers(at, file);
  const attempts = readingAttempts(at);
  return new Map([
    ...layers,
    ...(await seenOfOthers(at, attempts)),
    ...(await seenOfOwn(at)),
    ...(await seenByAll(at)),
  ]);
}

async function lookAtStores(at: Ground): Promise<Seen> {
  const seen: Seen = new Map();
  for (const household of [at.all[0]!, at.all[2]!])
    for (const [what, told] of await seenOfStores(at, household)) seen.set(what, told);
  return seen;
}

/** What is seen each time: whatever differs between two looks tells nothing. */
function steady(one: Seen, other: Seen): Seen {
  return new Map([...one].filter(([what, told]) => other.get(what) === told));
}

const differences = (usually: Seen, now: Seen) =>
  [...usually].flatMap(([what, told]) =>
    now.get(what) === told ? [] : [`${what}: ${now.get(what)?.slice(0, 300)} for ${told.slice(0, 300)}`],
  );

async function ready() {
  if (ground && usual) return { ground, usual };
  await ground?.close().catch(() => undefined);
  ground = await open();
  await lookAtStores(ground);
  const [first, second] = [await look(ground, ""), await look(ground, "")];
  const stores = steady(await lookAtStores(ground), await lookAtStores(ground));
  usual = { look: steady(first, second), stores };
  process.stderr.write(
    `${usual.look.size} of ${first.size} answers and ${stores.size} figures are the same each time\n`,
  );
  return { ground, usual };
}

const within = <T>(work: Promise<T>) =>
  Promise.race([
    work,
    new Promise<T>((_, reject) => setTimeout(() => reject(new Error("hangs")), LOOK_MS).unref()),
  ]);

/** How a mutant is seen; null where it is not. */
async function caughtBy({ id }: Mutant): Promise<string | null> {
  const { ground: at, usual: usually } = await ready();
  const file = id.split(":")[0]!;
  const layers = steady(await seenOfLayers(at, file), await seenOfLayers(at, file));
  const { marqueeMutants: mutants } = globalThis;
  mutants.reached.clear();
  mutants.active = id;
  const differs = async (expected: Seen, seen: () => Promise<Seen>) => {
    try {
      return differences(expected, await within(seen()))[0] ?? null;
    } catch (error) {
      return `fails: ${String(error)}`;
    }
  };
  const byRequests = () => differs(usually.look, () => look(at, ""));
  const byStores = () => differs(usually.stores, () => lookAtStores(at));
  const looks = [byRequests, byStores];
  let found = await differs(layers, () => seenOfLayers(at, file));
  for (const each of looks) found ??= await each();
  mutants.active = null;
  // What only answers leaves nothing behind.
  if (found !== null && file.startsWith("datasources/")) await mend(at, usually);
  return found;
}

/** Puts right what a mutant has left: projections anew, and everything anew where that does not help. */
async function mend(at: Ground, usually: NonNullable<typeof usual>): Promise<void> {
  const good = async () => {
    await lookAtStores(at);
    return differences(usually.stores, await lookAtStores(at)).length === 0;
  };
  if (!(await within(good()).catch(() => false))) usual = undefined;
}

it("is missed, wherever tenants are kept apart", async () => {
  const planted = allMutants().filter(
    ({ id, text }) =>
      chosen.test(id) && ![...EQUIVALENT].some((each) => `${id.split(":")[0]} ${text}`.startsWith(each)),
  );
  const survivors: string[] = [];
  const begun = performance.now();
  for (const [at, mutant] of planted.entries()) {
    const found = await caughtBy(mutant);
    const reached = globalThis.marqueeMutants.reached.has(mutant.id);
    if (found === null)
      survivors.push(`${mutant.rule} ${mutant.id} ${mutant.text}${reached ? "" : " (never reached)"}`);
    const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
    process.stderr.write(
      `${at + 1}/${planted.length} ${minutes} min ${found === null ? "SURVIVES" : "caught"} ${mutant.rule} ${mutant.id} ${mutant.text} ${found === null ? (reached ? "" : "(never reached)") : `by ${found.slice(0, 160)}`}\n`,
    );
  }
  console.log(`mutants planted ${planted.length}, caught ${planted.length - survivors.length}`);
  expect(survivors).toEqual([]);
  if (chosen.source === ".") expect(planted.length).toBeGreaterThan(0);
}, 7_200_000);
