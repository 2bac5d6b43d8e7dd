import { appendEvents } from "../../projection/outbox/outbox-append.postgres.js";
import { titleEvent } from "../../projection/outbox/outbox-event.js";
import { sql, type PostgresStore } from "../../engines/postgres/store.postgres.js";
import { type Tenant } from "../../core/tenant.js";
import { type TitleSchedule } from "../title-schedule.js";

/** Versions that take effect in one transaction. */
const BATCH = 500;

/** The schedule of title versions in PostgreSQL. */
export class PostgresTitleSchedule implements TitleSchedule {
  constructor(private readonly postgres: PostgresStore) {}

  async takeEffect(tenant: Tenant): Promise<number> {
    let total = 0;
    for (;;) {
      const taken = await this.#batch(tenant);
      total += taken;
      if (taken < BATCH) return total;
    }
  }

  #batch(tenant: Tenant): Promise<number> {
    return this.postgres.transaction(tenant, async (query) => {
      const due = await query<{ title_id: string }>(
        sql`delete from marquee.title_schedule s
            using (
              select title_id, version from marquee.title_schedule
              where due_at <= now() and tenant_id = ${tenant.id}
              order by title_id, version limit ${BATCH} for update skip locked
            ) d
            where s.tenant_id = ${tenant.id} and s.title_id = d.title_id and s.version = d.version
            returning s.title_id`,
      );
      if (due.length === 0) return 0;
      const ids = [...new Set(due.map(({ title_id }) => title_id))].sort();
      const heads = await query<{ entity: string; revision: number }>(
        sql`update title_heads h set revision = h.revision + 1
            from (select title_id from title_heads where title_id = any(${ids}::text[]) order by title_id for update) l
            where h.title_id = l.title_id
            returning h.title_id as entity, h.revision`,
      );
      await appendEvents(query, heads.map(titleEvent));
      return due.length;
    });
  }
}
