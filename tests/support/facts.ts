import pg from "pg";
import { inject } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";

/** The rows of a PostgreSQL as they are, past every rule that the product has. Close it in `afterAll`. */
export interface Facts {
  /** Runs a statement in the tenant's schema; `$1` is the tenant's id. Instants are `Date`. */
  rows<R>(tenant: Tenant, statement: string): Promise<R[]>;
  /** Runs a statement without looking at rows, in the tenant's schema. */
  run(tenant: Tenant, statement: string): Promise<void>;
  close(): Promise<void>;
}

/** An outbox row as projections meet it. */
export interface OutboxRow {
  xid: number;
  topic: string;
  entity: string;
  related: string;
  revision: number;
  state: { at: string; completed: boolean; rating: number | null };
}

/** @param url of a superuser; otherwise this run's PostgreSQL. */
export async function openFacts(url = inject("postgresUrl")): Promise<Facts> {
  const client = new pg.Client(url);
  await client.connect();
  const place = (tenant: Tenant) => client.query(`set search_path = ${tenant.schema}, public`);
  return {
    rows: async <R>(tenant: Tenant, statement: string) => {
      await place(tenant);
      return (await client.query(statement, [tenant.id])).rows as R[];
    },
    run: async (tenant, statement) => {
      await place(tenant);
      await client.query(statement);
    },
    close: () => client.end(),
  };
}

/** The tenant's outbox in the order in which it is read. */
export function outboxOf(facts: Facts, tenant: Tenant): Promise<OutboxRow[]> {
  return facts.rows<OutboxRow>(
    tenant,
    "select xid::float8, topic, entity, related, revision::float8, state from outbox where tenant_id = $1 order by outbox.xid, id",
  );
}
