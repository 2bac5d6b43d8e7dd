import { sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { type TitleFacts } from "../../core/title-fields.js";

/** A title as its facts say. */
export interface InForceRow {
  title_id: string;
  body: TitleFacts;
}

/**
 * The row of a title's version in force, of the title kept where it was merged into another; none where there is none.
 *
 * @param id an expression.
 */
export function titleInForce(id: Sql): Sql {
  return sql`
    select v.title_id, v.body
    from (select coalesce(h.merged_into, k.id) as id
          from (select ${id}::text as id) k left join title_heads h on h.title_id = k.id) t
    cross join lateral (
      select title_id, body from title_versions
      where title_id = t.id and effective_from <= clock_timestamp()
      order by effective_from desc, version desc limit 1
    ) v`;
}
