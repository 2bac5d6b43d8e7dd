import { copyRows } from "../../engines/postgres/copy.postgres.js";
import { raw, sql, type PostgresStore } from "../../engines/postgres/store.postgres.js";
import { type Tenant } from "../../core/tenant.js";
import { type SimilarEdges, type TasteGraph, type TasteModel } from "../recommendations.js";
import { byStart } from "../similar-edges.js";

/** Writes taste graphs to PostgreSQL. */
export class PostgresTasteGraph implements TasteGraph {
  constructor(private readonly postgres: PostgresStore) {}

  /**
   * Replaces the tenant's graph in one transaction. Two replacements at the same time follow each other.
   *
   * @throws RangeError when the columns differ in length, name a title that is not in `titles`, hold a weight that is
   * not above 0, or hold a pair twice. The old graph stays.
   */
  async replace(tenant: Tenant, edges: SimilarEdges, model: TasteModel): Promise<void> {
    const order = byStart(edges);
    await this.postgres.transaction(tenant, async (query, client) => {
      await query(sql`select pg_advisory_xact_lock(hashtext('marquee.taste_graph'), ${tenant.id}::int)`);
      await query.allow(Infinity);
      await query(raw("set local work_mem = '32MB'"));
      // COPY does not write to tables with row-level security, so the rows pass through a table of this transaction.
      await query(raw("create temp table new_edges (f integer, t integer, weight real) on commit drop"));
      await copyRows(client, "new_edges (f, t, weight)", rows(edges, order));
      await query(raw("analyze new_edges"));
      await query(sql`delete from similar_titles`);
      await query(sql`
        with names as (select id, n::int as n from unnest(${edges.titles}::text[]) with ordinality as k (id, n))
        insert into similar_titles (tenant_id, from_id, to_id, weight)
        select current_setting('marquee.tenant')::int, f.id, t.id, e.weight
        from new_edges e join names f on f.n = e.f join names t on t.n = e.t
        order by e.f, e.weight desc`);
      await query(sql`
        insert into taste_models (tenant_id, model, learned_at, titles, edges)
        values (current_setting('marquee.tenant')::int, ${model.model}, ${model.learnedAt}::timestamptz, ${model.titles}::int, ${model.edges}::int)
        on conflict (tenant_id) do update
        set model = excluded.model, learned_at = excluded.learned_at, titles = excluded.titles, edges = excluded.edges`);
    });
  }
}

/** The edges in the given order, as positions in PostgreSQL's arrays, which start at 1. */
function* rows(edges: SimilarEdges, order: Uint32Array): Iterable<number[]> {
  for (const edge of order) yield [edges.from[edge]! + 1, edges.to[edge]! + 1, edges.weight[edge]!];
}
