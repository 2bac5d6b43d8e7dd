import { randomBytes } from "node:crypto";

import { inject } from "vitest";

import { sql } from "../../datasources/engines/postgres/store.postgres.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type GenerationLedger } from "../../datasources/projection/generations/generation-ledger.js";
import { PostgresGenerationLedger } from "../../datasources/projection/generations/generation-ledger.postgres.js";
import { OutboxPool } from "../../datasources/projection/outbox/outbox-pool.postgres.js";

/** The ledger of a target that nothing else uses. */
export interface LedgerUnderTest extends GenerationLedger {
  /** How often anybody has asked where the generations stand. */
  asked(): number;
  /** As if whoever fills a generation of the tenant had given no sign of life for an hour. */
  expire(tenant: Tenant): Promise<void>;
  /** The same ledger for a program that stores another form. */
  inForm(form: string): GenerationLedger;
  close(): Promise<void>;
}

export function openLedger(form = "1"): LedgerUnderTest {
  const pool = new OutboxPool(inject("ledgerUrl"), () => undefined);
  const target = `test.${randomBytes(6).toString("hex")}`;
  const ledger = new PostgresGenerationLedger(pool, target, form);
  let asked = 0;
  return {
    asked: () => asked,
    standing: (tenant) => {
      asked += 1;
      return ledger.standing(tenant);
    },
    begin: (tenant, builder) => ledger.begin(tenant, builder),
    renew: (tenant, builder) => ledger.renew(tenant, builder),
    publish: (tenant, builder, madeUp) => ledger.publish(tenant, builder, madeUp),
    end: (tenant, builder) => ledger.end(tenant, builder),
    forget: (tenant) => ledger.forget(tenant),
    owe: (tenant, write) => ledger.owe(tenant, write),
    stillOwed: (tenant, write) => ledger.stillOwed(tenant, write),
    settle: (tenant, write) => ledger.settle(tenant, write),
    miss: (tenant, write) => ledger.miss(tenant, write),
    expire: async (tenant) => {
      await pool.query(sql`
        update marquee.projection_generations set lease_until = now() - interval '1 hour'
        where target = ${target} and tenant_id = ${tenant.id}::int`);
    },
    inForm: (other) => new PostgresGenerationLedger(pool, target, other),
    close: () => pool.close(),
  };
}

/** No facts at all: what is filled with them is there, and empty. */
export async function* noFacts(): AsyncGenerator<never> {}
