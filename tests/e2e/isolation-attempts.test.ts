import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  type IntrospectionQuery,
} from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createRandom } from "../../scripts/random.js";
import { NODE_TYPES } from "../../resolvers/request/global-id.js";
import { LIMITS } from "../../src/limits/limits.js";
import { use, useGateway } from "../support/fixtures.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { connectTo } from "../support/connection.js";
import { type OwnDatabase } from "../support/database.js";
import { ASKERS, type Asker } from "../support/fuzz/fuzz-ground.js";
import { everyField, placesOf } from "../support/fuzz/places.js";
import {
  attemptsOn,
  headersOf,
  read,
  type Attempt,
  type Sent,
  type Told,
} from "../support/isolation/attempts.js";
import {
  fingerprint,
  openHousehold,
  TIERS,
  type Household,
  type Thing,
} from "../support/isolation/households.js";
import { openPlacements } from "../support/placements.js";

/*
 * Everything that a tenant's people are told is sent by those of another, wherever the schema takes it: tenants of each
 * tier against tenants of each tier. `npm run test:isolation` makes as many attempts as it is told; here are some of them
 * that the seed chooses.
 */

const seed = Number(process.env.MARQUEE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const wanted = Number(process.env.MARQUEE_TEST_ISOLATION ?? 500);
/** What takes long by design. */
const HASHED = /^Mutation\.(signIn|signUp)\.|\.password$/;
const AT_ONCE = 6;
/** Attempts between two lines that say how far a run is. */
const PROGRESS = 5_000;
/** Time in which nothing changes where everything is done. Milliseconds. */
const SETTLING_MS = 1_500;
/** When no further attempt is begun. Milliseconds. */
const LONGEST_MS = Number(process.env.MARQUEE_TEST_ISOLATION_MINUTES ?? 110) * 60_000;
/** How often a difference is looked at: others change, meanwhile, what their own tenants hold. */
const LOOKS = 4;
const WIDE = Object.fromEntries(
  Object.entries(LIMITS).map(([name, { variable }]) => [variable, name === "depth" ? "16" : "50000000"]),
);

const placements = use(openPlacements);
const gateway = useGateway(() => ({
  ...WIDE,
  ...placements.env,
  MARQUEE_DEMO: "true",
  MARQUEE_DEFAULT_TENANT: "none",
  // As it comes: what is kept for one tenant is another's as little as what is stored.
  MARQUEE_CACHE_MB: "32",
}));
const owners: Household[] = [];
const askers: Household[] = [];
let schema: GraphQLSchema;
const random = createRandom(seed);
const figures = {
  attempts: 0,
  requests: 0,
  kinds: new Set<string>(),
  places: new Set<string>(),
  pairs: new Set<string>(),
};

beforeAll(async () => {
  for (const group of [owners, askers])
    for (const tier of TIERS)
      group.push(await openHousehold(gateway, await placements.create(tier, gateway.stores)));
  const { data } = await gateway.ask(getIntrospectionQuery(), { tenant: askers[0]!.tenant.slug });
  schema = buildClientSchema(data as unknown as IntrospectionQuery);
});
afterAll(() => {
  const { attempts, requests, kinds, places, pairs } = figures;
  console.log(
    `seed ${seed}: ${attempts} attempts in ${requests} requests, ${places.size} places, ${kinds.size} kinds of things, pairs ${[...pairs].sort().join(", ")}`,
  );
});

async function send({ path, query, variables, headers }: Sent) {
  figures.requests += 1;
  const answer = path
    ? await fetch(new URL(path, gateway.url), { headers })
    : await fetch(`${gateway.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-marquee-explain": "1", ...headers },
        body: JSON.stringify({ query, variables }),
      });
  return { status: answer.status, text: await answer.text() };
}

/** Answers to what is missing, which are the same each time. */
const missing = new Map<string, Promise<Told>>();

function toldOfMissing(attempt: Attempt, again = false): Promise<Told> {
  const { by, asker, where, thing } = attempt;
  const key = [by.tenant.slug, asker, where, kindOf(thing)].join(" ");
  const known = again ? undefined : missing.get(key);
  const asked = known ?? ask(attempt, thing.missing(by.tenant));
  missing.set(key, asked);
  return asked;
}

/** What is tried: ids by what they are of. */
function kindOf({ kind, value }: Thing): string {
  return kind === "ID" ? Buffer.from(value, "base64url").toString().split(":")[0]! : kind;
}

async function ask(attempt: Attempt, value: string): Promise<Told> {
  const { status, text } = await send(attempt.request(value));
  return read(status, text, value);
}

/** What is wrong with the answer to an attempt; null for nothing. */
async function problemOf(attempt: Attempt): Promise<string | null> {
  const { owner, by, asker, thing, where } = attempt;
  figures.attempts += 1;
  figures.kinds.add(kindOf(thing));
  figures.places.add(where);
  figures.pairs.add(`${by.tenant.tier} on ${owner.tenant.tier}`);
  const found = await faultOf(attempt);
  return (
    found &&
    `${asker} of ${by.tenant.tier} with ${thing.kind} ${attempt.value} of ${owner.tenant.tier} in ${where}: ${found}`
  );
}

async function faultOf(attempt: Attempt): Promise<string | null> {
  const { owner, value, alike } = attempt;
  for (let look = 1; ; look += 1) {
    const told = await ask(attempt, value);
    // What was sent may be said again.
    const foreign = told.text.replaceAll(value, "").includes(owner.mark);
    if (foreign || told.status >= 500) return `${told.status} ${told.text.slice(0, 1_000)}`;
    if (!alike) return null;
    const other = await toldOfMissing(attempt, look > 1);
    if (told.status === other.status && told.shape === other.shape && told.calls === other.calls) return null;
    if (look === LOOKS)
      return `${told.calls} ${told.text.slice(0, 600)}\nmissing:\n${other.calls} ${other.text.slice(0, 600)}`;
  }
}

async function inParallel<T>(work: T[], run: (item: T) => Promise<void>): Promise<void> {
  const worker = async () => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) await run(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** As many attempts as are wanted, over all pairs of tenants and all askers alike. */
function chosenAttempts(): Attempt[] {
  const all = owners.flatMap((owner) =>
    askers.flatMap((by) => {
      const places = placesOf(schema, by.known).filter(({ path }) => !HASHED.test(path));
      return ASKERS.flatMap((asker) => attemptsOn(owner, by, asker, places));
    }),
  );
  const rounds = Math.ceil(wanted / all.length);
  console.log(`${all.length} attempts differ; ${wanted} are made.`);
  return Array.from({ length: rounds }, () => shuffled(all))
    .flat()
    .slice(0, wanted);
}

/** In an order that the seed decides (Fisher–Yates). */
function shuffled<T>(all: readonly T[]): T[] {
  const drawn = [...all];
  for (let at = drawn.length - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [drawn[at], drawn[other]] = [drawn[other]!, drawn[at]!];
  }
  return drawn;
}

/** Everything of the owners' that must not change, once what they began themselves has ended. */
async function settled() {
  const now = () => Promise.all(owners.map((owner) => fingerprint(placements.databases, owner)));
  for (let last = await now(); ;) {
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    const next = await now();
    if (JSON.stringify(next) === JSON.stringify(last)) return next;
    last = next;
  }
}

/** How far a long run is, at once: what is logged comes with the end of a test. */
function tell(passedMs: number, problems: number): void {
  const minutes = passedMs / 60_000;
  const rate = Math.round(figures.attempts / minutes);
  process.stderr.write(
    `${figures.attempts} of ${wanted} attempts in ${minutes.toFixed(1)} min, ${rate} a minute, ${problems} problems\n`,
  );
}

it("gives nothing of a tenant's away to another, and answers like for what is missing", async () => {
  const before = await settled();
  const problems: string[] = [];
  const begun = performance.now();
  await inParallel(chosenAttempts(), async (attempt) => {
    const passed = performance.now() - begun;
    if (passed > LONGEST_MS) return;
    const problem = await problemOf(attempt);
    if (problem) problems.push(problem);
    if (figures.attempts % PROGRESS === 0) tell(passed, problems.length);
  });
  expect(problems.slice(0, 20)).toEqual([]);
  expect(await settled()).toEqual(before);
  const kinds = [...figures.kinds];
  if (wanted >= 10_000) expect(kinds).toEqual(expect.arrayContaining([...NODE_TYPES]));
}, 7_200_000);

/** What the askers of a tenant are answered to every field, as far as it is another tenant's. */
async function foreignIn(household: Household, roles: readonly Asker[]) {
  const all = [...owners, ...askers];
  const foreign: string[] = [];
  let own = 0;
  const work = everyField(schema, household.known).flatMap((query) =>
    roles.map((asker) => ({ query, asker })),
  );
  await inParallel(work, async ({ query, asker }) => {
    const { text } = await send({ query, variables: {}, headers: headersOf(household, asker) });
    if (text.includes(household.mark)) own += 1;
    for (const { mark } of all)
      if (mark !== household.mark && text.includes(mark))
        foreign.push(`${asker}: ${query} ${text.slice(0, 500)}`);
  });
  return { own, foreign };
}

it("answers every field with the tenant's own, though others have things by the same ids", async () => {
  for (const household of [...owners, ...askers]) {
    const { own, foreign } = await foreignIn(household, ASKERS);
    expect(foreign.slice(0, 5)).toEqual([]);
    expect(own).toBeGreaterThan(20);
  }
});

describe("a policy that lets every tenant's rows through", () => {
  const [owner, by] = [() => owners[0]!, () => askers[0]!];
  const caught = { answers: 0, rows: 0 };
  afterAll(() =>
    console.log(`policies taken out and caught: ${caught.answers} by answers, ${caught.rows} by rows`),
  );

  /** Tables that the two tenants share, in which the one has rows. */
  async function tablesWithRows(): Promise<string[]> {
    const found = Object.keys(await fingerprint(placements.databases.slice(0, 1), owner()));
    return found.map((name) => name.replace(/^0 /, "")).filter((name) => name.startsWith("shared."));
  }

  /** What is answered of the other tenant's while the policy of a table is gone. */
  async function seenThrough(table: string) {
    const [database] = placements.databases as [OwnDatabase];
    const app = await connectTo(await applicationUrl(database.url));
    await database.query(`alter policy tenant on ${table} using (true)`);
    try {
      await app.query("select set_config('marquee.tenant', $1, false)", [String(by().tenant.id)]);
      const rows = await app.query(`select from ${table} where tenant_id = ${owner().tenant.id} limit 1`);
      const { foreign } = await foreignIn(by(), ["viewer", "editor", "operator"]);
      return { rows: rows.rowCount ?? 0, answers: foreign.length };
    } finally {
      await app.close();
      await database.query(
        `alter policy tenant on ${table} using (tenant_id = current_setting('marquee.tenant')::int)`,
      );
    }
  }

  it("is noticed, whichever table it is of", async () => {
    const tables = await tablesWithRows();
    expect(tables.length).toBeGreaterThan(15);
    const chosen = shuffled(tables).slice(0, wanted >= tables.length * 100 ? tables.length : 2);
    for (const table of chosen) {
      const { rows, answers } = await seenThrough(table);
      expect(rows, table).toBeGreaterThan(0);
      caught[answers > 0 ? "answers" : "rows"] += 1;
    }
  }, 3_600_000);
});
