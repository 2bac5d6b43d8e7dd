import { allowBulk } from "../../engines/postgres/bulk.postgres.js";
import { sql, type PostgresStore, type Query, type Sql } from "../../engines/postgres/store.postgres.js";
import { takeTurn } from "../../engines/postgres/turns.postgres.js";
import { type Tenant } from "../../core/tenant.js";
import { byStart } from "../similar-edges.js";
import { type SimilarEdges } from "../recommendations.js";

/*
 * Edges of models, of which there may be millions, come and go in batches: projections of all tenants wait for a transaction
 * that writes (outbox-edge.postgres.ts). Nobody reads edges of a number that no model has.
 */

/** Edges written, or removed, by one transaction. */
const BATCH = 10_000;

/**
 * Writes edges under a number that no model has, and no other edges.
 *
 * @throws RangeError as `byStart` does.
 */
export async function writeEdges(
  postgres: PostgresStore,
  tenant: Tenant,
  edges: SimilarEdges,
): Promise<number> {
  const { order } = byStart(edges);
  const number = await postgres.transaction(tenant, async (query) => {
    await allowBulk(query);
    // The first edges say that the number is taken.
    await takeTurn(query, "taste_graph");
    const next = await nextNumber(query);
    await insertEdges(query, next, edges, order.subarray(0, BATCH));
    return next;
  });
  try {
    for (let start = BATCH; start < order.length; start += BATCH)
      await postgres.transaction(tenant, async (query) => {
        await allowBulk(query);
        await insertEdges(query, number, edges, order.subarray(start, start + BATCH));
      });
  } catch (error) {
    await removeEdges(postgres, tenant, number);
    throw error;
  }
  return number;
}

/** Whether a number is still that of so many edges alone: what has been left by somebody is removed by whoever comes behind. */
export async function standsAlone(query: Query, number: number, edges: number): Promise<boolean> {
  const [row] = await query<{ stands: boolean }>(sql`
    select (select count(*) from kept_edges where number = ${number}::int) = ${edges}::int
      and not exists (select from kept_models where number = ${number}::int) as stands`);
  return row?.stands ?? false;
}

/**
 * Removes the edges of a number which came to nothing, or those before it that have no model any more. Fails for nothing: who
 * writes the next model removes what is left.
 */
export async function removeEdges(
  postgres: PostgresStore,
  tenant: Tenant,
  number: number,
  which: "ITS" | "EARLIER" = "ITS",
): Promise<void> {
  const its = which === "ITS" ? sql`number = ${number}::int` : sql`number < ${number}::int`;
  try {
    while ((await removeBatch(postgres, tenant, its)) === BATCH);
  } catch {
    // Nobody reads them.
  }
}

function removeBatch(postgres: PostgresStore, tenant: Tenant, its: Sql): Promise<number> {
  return postgres.transaction(tenant, async (query) => {
    await allowBulk(query);
    // Of a transaction whose end was not heard of, it is known now whether there is the model.
    await takeTurn(query, "taste_graph");
    const [row] = await query<{ gone: number }>(sql`
      with gone as (
        delete from kept_edges
        where ctid = any(array(
          select ctid from kept_edges where ${its} and number not in (select number from kept_models) limit ${BATCH}::int))
        returning 1
      )
      select count(*)::int as gone from gone`);
    return row?.gone ?? 0;
  });
}

async function nextNumber(query: Query): Promise<number> {
  const [row] = await query<{ next: number }>(sql`
    select coalesce(greatest((select max(number) from kept_models), (select max(number) from kept_edges)), 0) + 1 as next`);
  return row?.next ?? 1;
}

/** Titles are numbered from 1, as positions in PostgreSQL's arrays are. */
async function insertEdges(
  query: Query,
  number: number,
  { from, to, weight, next }: SimilarEdges,
  some: Uint32Array,
): Promise<void> {
  const column = (of: (edge: number) => number) => `{${Array.from(some, of).join(",")}}`;
  await query(sql`
    insert into kept_edges (tenant_id, number, from_place, to_place, weight, next)
    select current_setting('marquee.tenant')::int, ${number}::int, e.*
    from unnest(
      ${column((edge) => from[edge]! + 1)}::int[], ${column((edge) => to[edge]! + 1)}::int[],
      ${column((edge) => weight[edge]!)}::real[], ${column((edge) => next?.[edge] ?? 0)}::real[]) as e`);
}
