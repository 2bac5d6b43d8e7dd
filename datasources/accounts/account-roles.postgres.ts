import { auditInsert } from "../audit/audit-append.postgres.js";
import { type Role } from "../core/vocabulary.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type PostgresStore } from "../engines/postgres/store.postgres.js";
import { type AccountRoles, type RoleChange } from "./account-roles.js";

/** Roles of accounts in PostgreSQL. */
export class PostgresAccountRoles implements AccountRoles {
  constructor(private readonly postgres: PostgresStore) {}

  async change(tenant: Tenant, { account, give, take, by }: RoleChange): Promise<Role[] | null> {
    const [given, taken] = [sql`${[...give]}::text[]`, sql`${[...take]}::text[]`];
    const details = { given: give.join(" "), taken: take.join(" ") };
    const act = { act: "ROLES_SET", actor: by, subject: { account }, details } as const;
    const [now] = await this.postgres.conclude<{ roles: Role[] }>(tenant, () =>
      Promise.resolve(
        sql`with before as (
              select roles from accounts where id = ${account}
            ), changed as (
              update accounts
              set roles = array(select role from unnest(roles || ${given}) role where role <> all(${taken}) group by role order by role)
              where id = ${account} returning roles
            ), noted as (
              ${auditInsert(act, sql`before, changed where not (before.roles @> changed.roles and before.roles <@ changed.roles)`)}
            )
            select roles from changed`,
      ),
    );
    return now?.roles ?? null;
  }
}
