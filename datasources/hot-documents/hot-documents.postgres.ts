import sql, { type Sql } from "sql-template-tag";

import { type OutboxPool } from "../projection/outbox/outbox-pool.postgres.js";
import { type HotDocument, type HotDocuments } from "./hot-documents.js";

/** Documents that are kept. */
const MOST = 200;
/** What was used a day ago counts half. Seconds. */
const HALF_LIFE = sql`86400`;

/** Documents in the control schema: what is sent is the deployment's clients', and no tenant's own. */
export class PostgresHotDocuments implements HotDocuments {
  constructor(private readonly pool: Pick<OutboxPool, "query">) {}

  async add(used: readonly HotDocument[]): Promise<void> {
    // In one order everywhere, so that gateways which tell of the same documents do not wait for each other in a circle.
    const sorted = [...used].sort((a, b) => (a.hash < b.hash ? -1 : 1));
    await this.pool.query(sql`
      with told as (
        insert into marquee.hot_documents as known (hash, text, uses, at)
        select hash, text, uses, clock_timestamp() from unnest(
          ${sorted.map(({ hash }) => hash)}::text[],
          ${sorted.map(({ text }) => text)}::text[],
          ${sorted.map(({ uses }) => uses)}::float8[]
        ) as sent (hash, text, uses)
        on conflict (hash) do update set uses = ${faded(sql`known`)} + excluded.uses, at = excluded.at
      )
      delete from marquee.hot_documents where hash in (
        select hash from marquee.hot_documents where hash in (
          select hash from marquee.hot_documents d order by ${faded(sql`d`)} desc, hash offset ${MOST}::int
        ) order by hash for update skip locked
      )`);
  }

  list(): Promise<HotDocument[]> {
    return this.pool.query<HotDocument>(sql`
      select hash, text, ${faded(sql`d`)} as uses from marquee.hot_documents d order by uses desc, hash limit ${MOST}::int`);
  }
}

/** The uses of a row as they count now. */
function faded(row: Sql): Sql {
  return sql`${row}.uses * 0.5 ^ least(extract(epoch from clock_timestamp() - ${row}.at) / ${HALF_LIFE}, 1000)::float8`;
}
