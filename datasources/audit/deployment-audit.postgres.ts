import { type OutboxPool } from "../projection/outbox/outbox-pool.postgres.js";
import { sql } from "../engines/postgres/store.postgres.js";
import { auditInsert, DEPLOYMENT_LOG } from "./audit-append.postgres.js";
import { logLines, type NumberedLine } from "./audit-lines.postgres.js";
import { type AuditedAct, type AuditLine, type DeploymentAudit } from "./audit.js";

/** Entries of one statement. */
const BATCH = 5_000;

/** The deployment's log in the control schema. Its connections are of no tenant, and see no tenant's log. */
export class PostgresDeploymentAudit implements DeploymentAudit {
  constructor(private readonly pool: OutboxPool) {}

  async record(act: AuditedAct): Promise<void> {
    await this.pool.query(auditInsert(act, undefined, DEPLOYMENT_LOG));
  }

  lines(): AsyncGenerator<readonly AuditLine[]> {
    return logLines(DEPLOYMENT_LOG, (statement) => this.pool.query<NumberedLine>(statement));
  }

  async cut(days: number): Promise<number> {
    let all = 0;
    for (let gone = BATCH; gone === BATCH; all += gone) {
      const [row] = await this.pool.query<{ gone: number }>(
        sql`select marquee.cut_audit(now() - make_interval(days => ${days}::int), ${BATCH}::int) as gone`,
      );
      gone = row?.gone ?? 0;
    }
    return all;
  }
}
