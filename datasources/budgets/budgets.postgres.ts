import sql from "sql-template-tag";

import { type OutboxPool } from "../projection/outbox/outbox-pool.postgres.js";
import { type BudgetLedger, type Spending, type Spent } from "./budgets.js";

/** Budgets in the control schema: they are no tenant's own. */
export class PostgresBudgetLedger implements BudgetLedger {
  constructor(private readonly pool: OutboxPool) {}

  add(spendings: readonly Spending[]): Promise<Spent[]> {
    // In one order everywhere, so that gateways which tell of the same holders do not wait for each other in a circle.
    const sorted = [...spendings].sort((a, b) => (a.holder < b.holder ? -1 : 1));
    return this.pool.query<Spent>(sql`
      insert into marquee.budgets as told (holder, points, until)
      select holder, points, clock_timestamp() + seconds * interval '1 second'
      from unnest(
        ${sorted.map(({ holder }) => holder)}::text[],
        ${sorted.map(({ points }) => points)}::float8[],
        ${sorted.map(({ windowSeconds }) => windowSeconds)}::float8[]
      ) as spending (holder, points, seconds)
      on conflict (holder) do update set
        points = excluded.points + case when told.until <= clock_timestamp() then 0 else told.points end,
        until = case when told.until <= clock_timestamp() then excluded.until else told.until end
      returning holder, points, greatest(extract(epoch from until - clock_timestamp()), 0)::float8 as "secondsLeft"
    `);
  }

  async forget(): Promise<void> {
    await this.pool.query(
      sql`delete from marquee.budgets where until < clock_timestamp() - interval '1 minute'`,
    );
  }
}
