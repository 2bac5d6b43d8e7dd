import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { type Subject } from "./personal-tables.postgres.js";

/** Everything that names an account; null where it is gone. */
export async function subjectOf(query: Query, accountId: string): Promise<Subject | null> {
  const [subject] = await query<Subject>(
    sql`select a.id as account, a.email as address, coalesce(array_agg(p.id order by p.id) filter (where p.id is not null), '{}')
               as profiles, coalesce(array_agg(p.name order by p.id) filter (where p.id is not null), '{}') as names
        from accounts a left join profiles p on p.account_id = a.id
        where a.id = ${accountId} group by a.id, a.email`,
  );
  return subject ?? null;
}
