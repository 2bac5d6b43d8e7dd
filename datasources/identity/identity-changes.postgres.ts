import sql from "sql-template-tag";

import { PostgresListener } from "../engines/postgres/listener.postgres.js";
import { type OutboxPool } from "../projection/outbox/outbox-pool.postgres.js";
import { type IdentityChanges } from "./identity-changes.js";

/** On which processes are told. What has changed they read for themselves. */
export const IDENTITY_CHANNEL = "marquee_identity";

/** Changes as PostgreSQL notifies of them. */
export class PostgresIdentityChanges implements IdentityChanges {
  constructor(private readonly pool: OutboxPool) {}

  watch(onNotice: () => void): { stop(): Promise<void> } {
    return new PostgresListener(this.pool.url, IDENTITY_CHANNEL, onNotice);
  }

  async endedSessions(seconds: number | null): Promise<string[]> {
    const rows = await this.pool.query<{ session_id: string }>(sql`
      select session_id from marquee.ended_sessions
      where until > clock_timestamp()
        and (${seconds}::float8 is null or ended_at > clock_timestamp() - ${seconds}::float8 * interval '1 second')`);
    return rows.map(({ session_id }) => session_id);
  }

  async forget(): Promise<void> {
    await this.pool.query(sql`delete from marquee.ended_sessions where until <= clock_timestamp()`);
  }
}
