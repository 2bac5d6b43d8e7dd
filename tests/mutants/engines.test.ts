import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { Difference, Notes, type EngineGround } from "../support/mutants/engines/ground.js";
import { openMongoGround } from "../support/mutants/engines/mongodb.js";
import { openNeo4jGround } from "../support/mutants/engines/neo4j.js";
import { openOpenSearchGround } from "../support/mutants/engines/opensearch.js";
import { isOfEngines, plantMutants, type Mutant } from "../support/mutants/find-mutants.js";
import { type Seen } from "../support/mutants/observe.js";

/*
 * Every place in what is sent to MongoDB, OpenSearch and Neo4j that keeps tenants apart, taken out in turn, of MongoDB also
 * from each kind of command: whoever looks at tenants with equal ids has to see that it is gone.
 * `npm run test:isolation -- --mutants` takes out all of them, `npm run test:engines` as many as there is time for.
 */

const only = process.env.MARQUEE_TEST_MUTANTS;
const isWhole = only !== undefined;
/** For how long mutants of one engine are begun where not all are wanted, and after which one is given up. Milliseconds. */
const SHORT_MS = 3_000;
const LOOK_MS = 60_000;

/** What is no predicate: taken out, nobody is told anything else. By file and what it stands in, with the reason. */
const EQUIVALENT: Readonly<Record<string, string>> = {
  "datasources/projection/generations/live-generations.ts lookAgain this.#since.set(":
    "with the others' a tenant's generation is looked up once more than it has to be",
  "datasources/search/opensearch/search-engine.opensearch.ts remove String(tenant.id)":
    "an index has one shard, whatever a deletion is routed by; its id has the tenant",
  "datasources/search/opensearch/search-indexes.opensearch.ts #deleteBatch String(tenant.id)":
    "an index has one shard, whatever a sweep is routed by; its query has the tenant",
  "datasources/search/opensearch/search.opensearch.ts #ask request.tenant.id}`":
    "chooses which copy of an index answers",
};

const GROUNDS = {
  MONGODB_URL: { files: /\.mongodb\.ts$/, open: openMongoGround },
  OPENSEARCH_URL: { files: /\.opensearch\.ts$/, open: openOpenSearchGround },
  NEO4J_URL: { files: /\.neo4j\.ts$/, open: openNeo4jGround },
};
/** What fills and follows engines of titles alike is looked at on the first of them. */
const SHARED_FILES = /\/projection\//;

const urlOf = (name: string) => (process.env[name] === "embedded:" ? "" : (process.env[name] ?? ""));
const firstOfTitles = ["MONGODB_URL", "OPENSEARCH_URL"].find((name) => urlOf(name) !== "");

function mutantsOf(name: keyof typeof GROUNDS): Mutant[] {
  const root = packageRoot();
  const all = readdirSync(path.join(root, "datasources"), { recursive: true })
    .map((file) => `datasources/${String(file)}`)
    .filter(isOfEngines)
    .sort();
  const files = all.filter(
    (file) => GROUNDS[name].files.test(file) || (SHARED_FILES.test(file) && name === firstOfTitles),
  );
  return files.flatMap((file) => plantMutants(file, readFileSync(path.join(root, file), "utf8")).mutants);
}

const reasonOf = ({ id, inside, text }: Pick<Mutant, "id" | "inside" | "text">) =>
  Object.entries(EQUIVALENT).find(([place]) =>
    `${id.split(":")[0]} ${inside} ${text}`.startsWith(place),
  )?.[1];

const within = <T>(work: Promise<T>) =>
  Promise.race([
    work,
    new Promise<T>((_, reject) => setTimeout(() => reject(new Difference("hangs")), LOOK_MS).unref()),
  ]);

/** How a mutant is seen; null where it is not. */
async function caughtBy({ id }: Mutant, ground: EngineGround, usual: Seen): Promise<string | null> {
  const { marqueeMutants: mutants } = globalThis;
  mutants.reached.clear();
  mutants.active = id;
  try {
    await within(ground.look(new Notes(usual)));
    return null;
  } catch (error) {
    if (!(error instanceof Difference)) throw error;
    return error.message;
  } finally {
    mutants.active = null;
  }
}

/** All of them, or some from all over, others in every run. */
function inOrder(mutants: readonly Mutant[]): readonly Mutant[] {
  if (isWhole) return mutants;
  return mutants
    .map((mutant) => ({ mutant, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ mutant }) => mutant);
}

const table: string[] = [];
afterAll(() => console.log(["Mutants of engines:", ...table].join("\n")));

/** How those that are wanted are seen; null where they are not. As many as there is time for. */
async function caughtOf(wanted: readonly Mutant[], ground: EngineGround, usual: Seen) {
  const found = new Map<Mutant, string | null>();
  const begun = performance.now();
  for (const mutant of wanted) {
    const passed = performance.now() - begun;
    if (!isWhole && passed > SHORT_MS) break;
    const caught = await caughtBy(mutant, ground, usual);
    found.set(mutant, caught);
    const reached = globalThis.marqueeMutants.reached.has(mutant.id) ? "" : ", never reached";
    const told = caught === null ? `SURVIVES${reached}` : `caught by ${caught}`;
    const { rule, id, inside, text } = mutant;
    if (isWhole)
      process.stderr.write(
        `${found.size}/${wanted.length} ${Math.round(passed / 1_000)} s ${rule} ${id} ${inside} ${text} ${told}\n`,
      );
  }
  return found;
}

describe.each(Object.keys(GROUNDS) as (keyof typeof GROUNDS)[])("where %s is set", (name) => {
  const inSources = mutantsOf(name);
  const isWanted = ({ id }: Mutant) => new RegExp(only ?? ".").test(id);
  const isLookedAt = urlOf(name) !== "" && (name === "MONGODB_URL" || inSources.some(isWanted));
  let ground: EngineGround;
  let usual: Seen;
  beforeAll(async () => {
    if (!isLookedAt) return;
    ground = await GROUNDS[name].open(urlOf(name));
    const [first, second] = [new Notes(), new Notes()];
    // Nothing is sent that does not say whose data are meant.
    for (const notes of [first, second]) expect(await ground.look(notes)).toEqual([]);
    usual = first.seen;
    expect([...second.seen]).toEqual([...usual]);
  });
  afterAll(() => ground?.close());

  it.runIf(isLookedAt)(
    "what keeps tenants apart there is missed, and nothing else",
    async () => {
      const sent = (ground.sent?.() ?? []).map((id) => ({ id, rule: "SENT", text: "", inside: "" }) as const);
      const all = [...inSources, ...sent];
      const found = [...(await caughtOf(inOrder(all.filter(isWanted)), ground, usual))];
      const predicates = found.filter(([mutant]) => !reasonOf(mutant));
      const survivors = predicates.filter(([, caught]) => caught === null);
      const others = found.filter(([mutant]) => reasonOf(mutant));
      table.push(
        `${ground.name}: ${all.length} places; planted ${predicates.length}, caught ${predicates.length - survivors.length}; no predicates ${others.length}`,
        ...others.map(
          ([{ id, inside, text }]) => `  ${id} ${inside} ${text}: ${reasonOf({ id, inside, text })}`,
        ),
      );
      expect(survivors.map(([{ rule, id, text }]) => `${rule} ${id} ${text}`)).toEqual([]);
      expect(others.filter(([, caught]) => caught !== null)).toEqual([]);
      if (!isWhole) expect(found.length).toBeGreaterThan(0);
    },
    1_800_000,
  );
});
