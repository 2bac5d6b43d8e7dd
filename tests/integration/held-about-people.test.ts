import { beforeAll, expect, it } from "vitest";

import { ATTRIBUTES } from "../../datasources/core/title-fields.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { PostgresStore, type Query } from "../../datasources/engines/postgres/store.postgres.js";
import { toRecord } from "../../datasources/catalog/mongodb/catalog-record.mongodb.js";
import { EXAMPLE_TITLE } from "../../datasources/catalog/title-example.js";
import { namesOf, unlisted, type Holdings } from "../../datasources/privacy/held.js";
import { HELD_BY_DEPLOYMENT } from "../../datasources/privacy/held-by-deployment.postgres.js";
import { HELD_BY_TENANTS } from "../../datasources/privacy/held-by-tenants.postgres.js";
import {
  HELD_BY_METRICS,
  HELD_BY_MONGODB,
  HELD_BY_NEO4J,
  HELD_BY_OPENSEARCH,
} from "../../datasources/privacy/held-elsewhere.js";
import { personalTables } from "../../datasources/privacy/personal-tables.postgres.js";
import * as graph from "../../datasources/recommendations/neo4j/taste-graph-statements.neo4j.js";
import { TITLE_INDEX } from "../../datasources/search/opensearch/search-mapping.opensearch.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { use, useDatabase } from "../support/fixtures.js";
import { startGateway } from "../support/gateway.js";
import { createTestTenant } from "../support/stores.js";

const database = useDatabase();
let tenant: Tenant;

beforeAll(async () => {
  const stores = await database.open();
  tenant = await createTestTenant(stores, "ISOLATED");
  await stores.close();
});

/** Columns by table, of a schema or of all that are the deployment's. */
async function columnsOf(schemas: string[], nameOf: (schema: string, table: string) => string) {
  const rows = await database.query<{ schema: string; table: string; columns: string[] }>(
    `select n.nspname as schema, c.relname as table, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = any($1) group by 1, 2`,
    [schemas],
  );
  return Object.fromEntries(rows.map(({ schema, table, columns }) => [nameOf(schema, table), columns]));
}

it("every column of every table says whether it tells of a person, in every tier", async () => {
  const byName = (_: string, table: string) => table;
  for (const schema of ["shared", tenant.schema])
    expect(unlisted(HELD_BY_TENANTS, await columnsOf([schema], byName)), schema).toEqual([]);
  const { rows: others } = {
    rows: await database.query<{ name: string }>(
      "select nspname as name from pg_namespace where nspname !~ '^pg_|^information_schema$|^public$|^tenant_|^shared$'",
    ),
  };
  const found = await columnsOf(
    others.map(({ name }) => name),
    (schema, table) => `${schema}.${table}`,
  );
  expect(unlisted(HELD_BY_DEPLOYMENT, found)).toEqual([]);
});

it("what tells of a person is exported, erased and looked through, unless it is said why not", async () => {
  const postgres = new PostgresStore(await applicationUrl(database.url), () => undefined);
  const tables = await postgres
    .transaction(tenant, (query: Query) => personalTables(query))
    .finally(() => postgres.close());
  const told = Object.entries(HELD_BY_TENANTS).filter(([, { person, beyond }]) => person !== null && !beyond);
  expect(tables.map(({ name }) => name).sort()).toEqual(told.map(([name]) => name).sort());
});

it("what engines are given says nothing about a person that is not listed", () => {
  const { titles, names } = HELD_BY_MONGODB;
  expect(
    unlisted(
      { titles: titles! },
      { titles: Object.keys(toRecord({ tenant: 0, generation: 0 }, EXAMPLE_TITLE)) },
    ),
  ).toEqual([]);
  expect(names?.person).toBeNull();
  const attributes = ATTRIBUTES.map(({ name }) => name as string);
  const properties = Object.keys(TITLE_INDEX.mappings.properties).filter(
    (name) => !attributes.includes(name),
  );
  expect(unlisted(HELD_BY_OPENSEARCH, { titles: properties })).toEqual([]);
  expect(
    unlisted(HELD_BY_NEO4J, propertiesOf(Object.values(graph).filter((text) => typeof text === "string"))),
  ).toEqual([]);
});

/** Properties by node and relationship, as the statements that write them have them. */
function propertiesOf(statements: readonly string[]): Record<string, string[]> {
  const found: Record<string, Set<string>> = {};
  const note = (place: string, name: string) => (found[place] ??= new Set()).add(name);
  for (const text of statements) {
    const places: Record<string, string> = {};
    for (const [, left, name, kind, right, map = ""] of text.matchAll(
      /([([])(\w*):(\w+)(\s*)(\{[^}]*\})?/g,
    )) {
      const place = left === "(" ? `:${kind}` : `[:${kind}]`;
      if (name) places[name] = place;
      for (const [, property] of map.matchAll(/(\w+):/g)) note(place, property!);
      void right;
    }
    for (const [, name, property] of text.matchAll(/\b(\w+)\.(\w+) = /g)) {
      const place = places[name!];
      if (place) note(place, property!);
    }
  }
  return Object.fromEntries(Object.entries(found).map(([place, names]) => [place, [...names]]));
}

const gateway = use(() => startGateway({ POSTGRES_URL: database.url, MARQUEE_DEFAULT_TENANT: "none" }));

it("the labels of metrics are listed, and tell of nobody", async () => {
  const text = await (await fetch(`${gateway.operationsUrl}/metrics`)).text();
  const labels = [...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label!);
  expect(labels).toContain("store");
  // A label is there once it has been given a value.
  const known = namesOf(HELD_BY_METRICS.labels!);
  expect([...new Set(labels)].filter((label) => !known.includes(label))).toEqual([]);
});

it("what is not listed is named", () => {
  const listed: Holdings = { people: { person: "Who.", fields: "name", other: "id gone" } };
  expect(unlisted(listed, { people: ["id", "name", "email"], more: ["id"] })).toEqual([
    "people.email is not listed: does it say something about a person?",
    "people.gone is listed, and is not there",
    "more is not listed: say what it holds about people, or that it holds nothing",
  ]);
});
