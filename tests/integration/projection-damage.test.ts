import { beforeEach, describe, expect, it } from "vitest";

import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { type ProjectionTarget } from "../../datasources/projection/targets/projection-target.js";
import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { checkProjection } from "../../datasources/projection/check/check-projection.js";
import { projecting } from "../../datasources/projection/following/drain.js";
import { useStores, useSuperuser } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";
import { named, titleBody } from "../support/titles.js";

interface Damage {
  what: string;
  /** Run in the shared schema; `$1` is the tenant. */
  harm: string;
  found: string[];
}

const ada = named("Ada Lund");
const bo = named("Bo Berg");
const drama = named("Drama");
const noir = named("Noir");
const svea = named("Svea");
const BODIES = [
  titleBody({
    id: "t1",
    name: "Harbour of Glass",
    genres: [drama],
    studio: svea,
    synopsis: "A pilot comes home.",
    credits: [
      { role: "DIRECTOR", character: null, person: ada },
      { role: "ACTOR", character: "Ivy", person: bo },
      { role: "ACTOR", character: "Ivy's twin", person: bo },
    ],
  }),
  titleBody({ id: "t2", name: "The Long Meridian", genres: [drama, noir], tags: ["sea"], releaseYear: null }),
  titleBody({
    id: "t3",
    name: "Casino of Winds",
    licences: [
      { countries: ["SE", "NO"], from: "2020-01-01T00:00:00.5Z", until: "2099-01-01T00:00:00+02:00" },
      { countries: ["*"], from: "2021-01-01T00:00:00Z", until: null },
    ],
    credits: [{ role: "ACTOR", character: null, person: ada }],
  }),
];

const stores = useStores();
const admin = useSuperuser("shared");
let tenant: Tenant;

beforeEach(async () => {
  tenant = await createTestTenant(stores);
  await append(BODIES);
  // One of a second revision.
  await append([{ ...BODIES[0]!, runtimeMinutes: 101 }]);
});

/** Writes titles, and waits until the projections have followed. */
async function append(bodies: TitleFacts[]): Promise<void> {
  const revisions = bodies.map((body) => ({ body, effectiveFrom: null }));
  await projecting(stores, tenant, () => stores.titleVersions.append(tenant, revisions));
}

const targetOf = (name: string): ProjectionTarget =>
  stores.projections.find((target) => target.name === name)!;

/** Nothing is under way, and no projector runs: what differs is settled at once. */
async function run(name: string, repair = false) {
  const differences: string[] = [];
  const outcome = await checkProjection(stores, targetOf(name), tenant, {
    repair,
    settleMs: 5,
    caughtUp: () => Promise.resolve(),
    onDifference: ({ fault, kind, key }) => differences.push(`${fault} ${kind} ${key}`),
  });
  return { ...outcome, differences: differences.sort() };
}

function findsAndMends(name: string, damages: Damage[]) {
  it("finds nothing in what the projector has written, written twice, and written over", async () => {
    expect((await run(name)).differences).toEqual([]);
    await targetOf(name).rebuild(tenant);
    expect((await run(name)).differences).toEqual([]);
    const [first] = BODIES;
    const other = { ...first!, name: "Harbour of Iron", credits: [], genres: [noir], studio: null };
    await append([other]);
    expect((await run(name)).differences).toEqual([]);
  });

  it("finds nothing where titles have been merged", async () => {
    const merge = { keep: "t1", merge: "t2", expectedVersion: null, by: "command" } as const;
    await projecting(stores, tenant, () => stores.titleEditing.merge(tenant, merge));
    expect((await run(name)).differences).toEqual([]);
  });

  it.each(damages)("finds and mends $what", async ({ harm, found }) => {
    await admin.query("begin");
    await admin.query("select set_config('marquee.tenant', $1, true)", [String(tenant.id)]);
    for (const statement of harm.split(";")) {
      const { rowCount } = await admin.query(statement.replaceAll("$1", String(tenant.id)));
      expect(rowCount, "the damage itself").toBeGreaterThan(0);
    }
    await admin.query("commit");
    const before = await run(name);
    expect([
      ...new Set(before.differences.map((line) => line.replace(/^(dangling posting).*/, "$1 n"))),
    ]).toEqual(found);
    const { left } = await run(name, true);
    expect(left).toMatchObject({ missing: 0, stale: 0, dangling: 0, orphaned: 0 });
    expect((await run(name)).differences).toEqual([]);
    const kept = await stores.operations.checks({ tenant, calls: new CallLog() });
    expect(kept).toEqual([
      expect.objectContaining({ target: name, missing: 0, stale: 0, dangling: 0, orphaned: 0 }),
    ]);
  });
}

const title = (id: string) => `where tenant_id = $1 and id = '${id}'`;

describe("Damage to the catalogue in PostgreSQL", () => {
  findsAndMends("catalog.postgres", [
    {
      what: "a title deleted",
      harm: `delete from catalog_titles ${title("t3")}`,
      found: ["dangling rows t3", "missing title t3"],
    },
    {
      what: "an older revision",
      harm: `update catalog_titles set revision = 1, sort_name = 'old' ${title("t1")}`,
      found: ["stale title t1"],
    },
    {
      what: "another name in the same revision",
      harm: `update catalog_titles set document = jsonb_set(document, '{name}', '"Short"') ${title("t2")}`,
      found: ["stale title t2"],
    },
    {
      what: "a column that disagrees with its document",
      harm: `update catalog_titles set maturity_age = 0 ${title("t2")}`,
      found: ["stale title t2"],
    },
    {
      what: "a field taken away",
      harm: `update catalog_titles set document = document - 'tags' ${title("t2")}`,
      found: ["stale title t2"],
    },
    {
      what: "a title that nobody knows",
      harm: `insert into catalog_titles select tenant_id, 'ghost', revision, kind, state, sort_name, release_year, maturity_age, studio_id, genre_ids, tags, added_at, popularity, document, attributes, form from catalog_titles ${title("t2")}`,
      found: ["orphaned title ghost"],
    },
    {
      what: "a revision raised",
      harm: `update catalog_titles set revision = 4000, state = 'DRAFT' ${title("t2")}`,
      found: ["stale title t2"],
    },
    {
      what: "a licence extended",
      harm: `update catalog_licences set until_at = '2199-01-01' where tenant_id = $1 and title_id = 't3' and country = 'SE'`,
      found: ["stale title t3"],
    },
    {
      what: "a licence removed",
      harm: `delete from catalog_licences where tenant_id = $1 and title_id = 't2'`,
      found: ["stale title t2"],
    },
    {
      what: "credits removed",
      harm: `delete from catalog_credits where tenant_id = $1 and title_id = 't1'`,
      found: ["stale title t1"],
    },
    {
      what: "rows of a title that is not there",
      harm: `insert into catalog_licences values ($1, 'ghost', '*', '2020-01-01', null)`,
      found: ["dangling rows ghost"],
    },
    {
      what: "a name missing",
      harm: `delete from catalog_names where tenant_id = $1 and id = '${bo.id}'`,
      found: [`dangling name Person:${bo.id}`],
    },
    {
      what: "a name that is wrong",
      harm: `update catalog_names set name = 'Comedy' where tenant_id = $1 and id = '${drama.id}'`,
      found: [`stale name Genre:${drama.id}`],
    },
    {
      what: "a name that no title uses",
      harm: `insert into catalog_names values ($1, 'Studio', 'gone', 'Gone')`,
      found: ["dangling name Studio:gone"],
    },
  ]);
});

const doc = (id: string) => `doc = (select doc from search_titles ${title(id)})`;
const wordId = (word: string) =>
  `(select word_id from search_words where tenant_id = $1 and word = '${word}')`;

describe("Damage to search in PostgreSQL", () => {
  findsAndMends("search.postgres", [
    {
      what: "a title taken away with its words left",
      harm: `delete from search_titles ${title("t3")}`,
      found: ["dangling posting n", "missing title t3"],
    },
    {
      what: "an older revision",
      harm: `update search_titles set revision = 1, release_year = 1990 ${title("t1")}`,
      found: ["stale title t1"],
    },
    {
      what: "another state in the same revision",
      harm: `update search_titles set state = 'DRAFT' ${title("t2")}`,
      found: ["stale title t2"],
    },
    {
      what: "a revision raised",
      harm: `update search_titles set revision = 4000 ${title("t2")}`,
      found: ["stale title t2"],
    },
    {
      what: "a licence changed",
      harm: `update search_titles set world_until = '2021-01-01' ${title("t2")}`,
      found: ["stale title t2"],
    },
    {
      what: "a text changed",
      harm: `update search_texts set texts = texts || '{"name": ["Short"]}' where tenant_id = $1 and ${doc("t2")}`,
      found: ["stale title t2"],
    },
    {
      what: "a title that nobody knows",
      harm: `insert into search_titles (tenant_id, id, revision, kind, state, maturity_age, maturity_rating, genre_ids, genres, tags, person_ids, popularity, licence_countries, licence_from, licence_until, form) values ($1, 'ghost', 1, 'MOVIE', 'PUBLISHED', 0, 'G', '{}', '{}', '{}', '{}', 0, '{}', '{}', '{}', (select max(form) from search_titles))`,
      found: ["orphaned title ghost"],
    },
    {
      what: "a posting removed",
      harm: `delete from search_terms where tenant_id = $1 and ${doc("t2")} and word_id = ${wordId("meridian")}`,
      found: ["stale title t2", "stale word meridian"].slice(0, 2),
    },
    {
      what: "another weight of a posting",
      harm: `update search_terms set weight = 1 where tenant_id = $1 and ${doc("t2")} and word_id = ${wordId("meridian")}`,
      found: ["stale title t2"],
    },
    {
      what: "a posting added",
      harm: `insert into search_terms select $1, ${wordId("meridian")}, false, doc, 10000, 10000 from search_titles ${title("t1")}`,
      found: ["dangling posting n", "stale word meridian"],
    },
    {
      what: "a word that no misspelling finds",
      harm: `delete from search_keys where tenant_id = $1 and word_id = ${wordId("meridian")}`,
      found: ["stale word meridian"],
    },
    {
      what: "a word whose misspellings are not looked for",
      harm: `update search_words set keyed = false where tenant_id = $1 and word = 'meridian'`,
      found: ["stale title t2", "stale word meridian"],
    },
    {
      what: "a word counted wrongly",
      harm: `update search_words set frequency = 99 where tenant_id = $1 and word = 'meridian'`,
      found: ["stale word meridian"],
    },
    {
      what: "a credit removed",
      harm: `delete from search_uses where tenant_id = $1 and kind = 'PERSON' and id = '${bo.id}'`,
      found: ["stale title t1"],
    },
    {
      what: "a credit of a title that is not there",
      harm: `insert into search_uses values ($1, 'PERSON', 'nobody', 2147483647)`,
      found: ["dangling posting n"],
    },
    {
      what: "a name that is wrong",
      harm: `update search_names set name = 'Ada Land' where tenant_id = $1 and id = '${ada.id}' and start = 'lund'`,
      found: [`stale name PERSON lund ${ada.id}`],
    },
    {
      what: "a name missing",
      harm: `delete from search_names where tenant_id = $1 and id = '${noir.id}'`,
      found: [`dangling name GENRE noir ${noir.id}`],
    },
  ]);
});
