import { afterAll, beforeAll, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Connection } from "../support/connection.js";
import { createDatabase, type OwnDatabase } from "../support/database.js";

/*
 * Every place in the database's own functions that keeps tenants apart, taken out in turn, with the policies that stand
 * before them off: what two tenants do has to come out otherwise, or to fail.
 */

/** A comparison of a tenant: in a statement, and in the text of one. */
const PLACE = /\b(?:\w+\.)?(?:tenant_id|t\.id) = (?:current_setting\('[\w.]+'\)::int|\$1|[\w.]+)/g;

/** Rows of a statement past every rule, but those under test. */
const ask = async <R extends object>(text: string, values?: unknown[]) =>
  (await connection.query<R>(text, values)).rows;

let database: OwnDatabase;
let connection: Connection;
let one: Tenant;
let other: Tenant;

beforeAll(async () => {
  database = await createDatabase();
  const stores = await database.open();
  const made = (slug: string) =>
    stores.tenants.create({ slug, name: slug, tier: "SHARED", defaultCountry: "US" });
  one = await made("one");
  other = await made("other");
  connection = await database.connect();
  for (const table of ["shared.audit_log", "marquee.audit_log", "marquee.sagas", "shared.domain_stamps"])
    await ask(`alter table ${table} disable row level security`);
});
afterAll(() => database.close());

interface Place {
  name: string;
  definition: string;
}

/** Every function without one of the places. */
async function mutants(): Promise<Place[]> {
  const functions = await ask<Place>(
    `select p.oid::regprocedure::text as name, pg_get_functiondef(p.oid) as definition from pg_proc p
     where pronamespace in ('marquee'::regnamespace, 'shared'::regnamespace) and prokind = 'f' order by 1`,
  );
  return functions.flatMap(({ name, definition }) =>
    [...definition.matchAll(PLACE)].map(({ 0: text, index }, nth) => ({
      name: `${name}, place ${nth + 1}: ${text}`,
      definition: `${definition.slice(0, index)}(${text} or true)${definition.slice(index + text.length)}`,
    })),
  );
}

/** What somebody does in a transaction that is taken back, by what they see. */
async function inVain(work: () => Promise<unknown>): Promise<string> {
  await ask("begin");
  try {
    return JSON.stringify(await work());
  } catch (error) {
    return String(error);
  } finally {
    await ask("rollback");
  }
}

const speakFor = ({ id }: Tenant) => ask("select set_config('marquee.tenant', $1, true)", [String(id)]);
const act = ({ id }: Tenant) =>
  ask(
    "insert into shared.audit_log (tenant_id, act, outcome, actor, subject, details) values ($1, 'SIGN_IN', 'OK', 'a', 's', '{}')",
    [id],
  );
const log = () => ask("select tenant_id, position, act from shared.audit_log order by tenant_id, position");
const sagas = () =>
  ask(
    "select tenant_id, due_at <= clock_timestamp() as due from marquee.sagas where task = 'mutant' order by 1",
  );

/** One has three entries of before an instant, the other two of after it; one's are cut off. */
async function cut() {
  for (let n = 0; n < 3; n += 1) await act(one);
  const [at] = await ask<{ now: string }>("select clock_timestamp()::text as now");
  for (let n = 0; n < 2; n += 1) await act(other);
  await speakFor(one);
  const left = await ask("select shared.cut_audit($1, 10)", [at!.now]);
  return [left, await log()];
}

/** Because one's entries are cut off, nobody takes the other's. */
const WORK: (() => Promise<unknown>)[] = [
  changeCatalog,
  cut,
  async () => {
    await cut();
    return ask("delete from shared.audit_log where tenant_id = $1 and position = 1", [other.id]);
  },
  async () => {
    await act(other);
    await ask("update marquee.tenants set state = 'DELETING' where id = $1", [other.id]);
    return ask("delete from shared.audit_log where tenant_id = $1", [other.id]).then(log);
  },
  async () => {
    await act(other);
    await ask("update marquee.tenants set state = 'DELETING' where id = $1", [one.id]);
    return ask("delete from shared.audit_log where tenant_id = $1", [other.id]).then(log);
  },
  ...[
    "hold_saga('mutant', 'same', interval '1 hour')",
    "end_saga('mutant', 'same')",
    "forget_saga('mutant', 'same')",
  ].map((call) => async () => {
    await bothDue();
    await speakFor(one);
    await ask(`select marquee.${call}`);
    return sagas();
  }),
  async () => {
    await bothDue();
    await ask("update marquee.sagas set due_at = clock_timestamp() - interval '1 hour'");
    await ask("update marquee.sagas set id = 'another' where tenant_id = $1", [other.id]);
    await ask(
      "insert into marquee.sagas (tenant_id, task, id, due_at) values ($1, 'mutant', 'same', clock_timestamp() + interval '3 hours')",
      [other.id],
    );
    await ask("select marquee.resume_sagas()");
    return ask(
      "select tenant_id, id, due_at > clock_timestamp() + interval '1 hour' as later from marquee.sagas where task = 'mutant' order by 1, 2",
    );
  },
];

/** What changes one's catalogue says nothing of the other's. */
async function changeCatalog() {
  for (const { id } of [one, other])
    await ask("insert into shared.domain_stamps values ($1, 'catalog', gen_random_uuid())", [id]);
  await ask("create temp table before on commit drop as select * from shared.domain_stamps");
  await ask("insert into shared.catalog_genres values ($1, 'genre', 'title')", [one.id]);
  return ask(
    `select s.tenant_id, s.stamp = b.stamp as same from shared.domain_stamps s
     join before b on b.tenant_id = s.tenant_id order by 1`,
  );
}

async function bothDue(): Promise<void> {
  for (const { id } of [one, other])
    await ask(
      "insert into marquee.sagas (tenant_id, task, id, due_at) values ($1, 'mutant', 'same', clock_timestamp() - interval '1 minute')",
      [id],
    );
}

const look = async () => {
  const seen: string[] = [];
  for (const work of WORK) seen.push(await inVain(work));
  return seen;
};

it("is missed, wherever a function keeps tenants apart", async () => {
  const usual = await look();
  expect(usual).toEqual(await look());
  const survivors: string[] = [];
  const planted = await mutants();
  for (const { name, definition } of planted) {
    const [whole] = await ask<{ definition: string }>(
      "select pg_get_functiondef($1::regprocedure) as definition",
      [name.slice(0, name.indexOf(", place"))],
    );
    await ask(definition);
    if (JSON.stringify(await look()) === JSON.stringify(usual)) survivors.push(name);
    await ask(whole!.definition);
  }
  expect(await look()).toEqual(usual);
  expect(survivors).toEqual([]);
  expect(planted.length).toBeGreaterThan(10);
});
