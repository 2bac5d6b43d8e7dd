import { sql, type Sql } from "../../engines/postgres/store.postgres.js";
import { type TitleDocument } from "../../core/title.document.js";
import { type TitleFacts } from "../../core/title-fields.js";

/** A title as its facts say. */
export interface InForceRow {
  title_id: string;
  version: number;
  body: TitleFacts;
}

/**
 * The row of a title's version in force, of the title kept where it was merged into another; none where there is none.
 *
 * @param id an expression.
 */
export function titleInForce(id: Sql): Sql {
  return sql`
    select v.title_id, v.version, v.body
    from (select coalesce(h.merged_into, k.id) as id
          from (select ${id}::text as id) k left join title_heads h on h.title_id = k.id) t
    cross join lateral (
      select title_id, version, body from title_versions
      where title_id = t.id and effective_from <= clock_timestamp()
      order by effective_from desc, version desc limit 1
    ) v`;
}

/** What the rules of viewing judge of it. */
export function judgedTitle({ body, version }: InForceRow): TitleDocument {
  return { ...body, version, popularity: 0 };
}
