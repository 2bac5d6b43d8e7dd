import { sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { type Tenant } from "../../core/tenant.js";
import { IS_KNOWN, IS_SAID, PostgresTasteGraphSource, SIMILARITIES } from "./taste-graph-source.postgres.js";
import { type Similarity } from "../taste-graph-source.js";
import { type SimilarPair, type TasteInspectionSource } from "../taste-inspection-source.js";

/** What taste graphs should hold, read from PostgreSQL. */
export class PostgresTasteInspectionSource extends PostgresTasteGraphSource implements TasteInspectionSource {
  similaritiesOf(tenant: Tenant, pairs: readonly SimilarPair[]): Promise<readonly Similarity[]> {
    return this.rows<Similarity>(
      tenant,
      sql`${SIMILARITIES}
          where (from_id, to_id) in (
            select * from unnest(${pairs.map(({ from }) => from)}::text[], ${pairs.map(({ to }) => to)}::text[]))`,
    );
  }

  async titlesOf(tenant: Tenant, ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.rows<{ id: string }>(
      tenant,
      sql`select title_id as id from title_heads where title_id = any(${ids}::text[])`,
    );
    return new Set(rows.map(({ id }) => id));
  }

  countWatches(tenant: Tenant): Promise<number> {
    return this.#count(tenant, sql`select count(*) as count from title_progress p where ${IS_KNOWN}`);
  }

  countAversions(tenant: Tenant): Promise<number> {
    return this.#count(tenant, sql`select count(*) as count from not_for_me n where ${IS_SAID}`);
  }

  countSimilarities(tenant: Tenant): Promise<number> {
    return this.#count(tenant, sql`select count(*) as count from similar_titles`);
  }

  async #count(tenant: Tenant, statement: Sql): Promise<number> {
    const [row] = await this.bulkRows<{ count: number }>(tenant, statement);
    return row?.count ?? 0;
  }
}
