import sql, { type Sql } from "sql-template-tag";

import { auditInsert, DEPLOYMENT_LOG } from "../audit/audit-append.postgres.js";
import { type OutboxPool } from "../projection/outbox/outbox-pool.postgres.js";
import { IDENTITY_CHANNEL } from "./identity-changes.postgres.js";
import { type KeptKey, type KeyActor, type NewKey, type SigningKeys } from "./signing-keys.js";

/** Signing keys in the control schema: they are no tenant's own. */
export class PostgresSigningKeys implements SigningKeys {
  constructor(private readonly pool: OutboxPool) {}

  list(): Promise<KeptKey[]> {
    return this.pool.query<KeptKey>(sql`
      select kid, public_key as "publicKey", sealed, ring, generation,
             extract(epoch from clock_timestamp() - created_at)::float8 as "ageSeconds",
             extract(epoch from verify_until - clock_timestamp())::float8 as "secondsLeft"
      from marquee.signing_keys where verify_until > clock_timestamp()
      order by generation desc, created_at desc`);
  }

  async add(key: NewKey, seconds: number, predecessorSeconds: number, by: KeyActor): Promise<boolean> {
    const { kid, publicKey, sealed, ring, generation } = key;
    const kept = await this.#change(sql`
      with kept as (
        insert into marquee.signing_keys as k (kid, public_key, sealed, ring, generation, verify_until)
        values (${kid}, ${JSON.stringify(publicKey)}::jsonb, ${sealed}, ${ring}, ${generation}, ${inSeconds(seconds)})
        on conflict do nothing returning kid
      ), prolonged as (
        update marquee.signing_keys set verify_until = greatest(verify_until, ${inSeconds(seconds)})
        where kid = ${kid} returning kid
      ), replaced as (
        update marquee.signing_keys set verify_until = greatest(needed_until, least(verify_until, ${inSeconds(predecessorSeconds)}))
        where ring = ${ring} and generation < ${generation} and verify_until > clock_timestamp()
          and exists (select from kept)
      ), gone as (
        delete from marquee.signing_keys where verify_until <= clock_timestamp() and kid <> ${kid}
      ), noted as (
        ${noted("KEY_MADE", kid, by, sql`kept`)}
      )
      select kid from kept union all select kid from prolonged`);
    return kept > 0;
  }

  async need(kid: string, until: Date): Promise<void> {
    await this.#change(sql`
      update marquee.signing_keys
      set needed_until = greatest(needed_until, ${until.toISOString()}::timestamptz),
          verify_until = greatest(verify_until, ${until.toISOString()}::timestamptz)
      where kid = ${kid} returning kid`);
  }

  async remove(kid: string, by: KeyActor): Promise<boolean> {
    const removed = await this.#change(sql`
      with gone as (
        delete from marquee.signing_keys where kid = ${kid} returning kid
      ), noted as (
        ${noted("KEY_REMOVED", kid, by, sql`gone`)}
      )
      select kid from gone`);
    return removed > 0;
  }

  /** Makes a change, and tells the other processes of it. @returns how many rows it has answered. */
  async #change(statement: Sql): Promise<number> {
    const rows = await this.pool.query(statement);
    if (rows.length > 0) await this.pool.query(sql`select pg_notify(${IDENTITY_CHANNEL}, '')`);
    return rows.length;
  }
}

/** Notes in the deployment's log what was done to a key, where there are rows of it. */
function noted(act: "KEY_MADE" | "KEY_REMOVED", key: string, by: KeyActor, rows: Sql): Sql {
  return auditInsert({ act, actor: by, subject: { key } }, rows, DEPLOYMENT_LOG);
}

function inSeconds(seconds: number): Sql {
  return sql`clock_timestamp() + ${seconds}::float8 * interval '1 second'`;
}
