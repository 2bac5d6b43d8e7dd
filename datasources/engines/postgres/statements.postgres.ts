import pg from "pg";
import sql, { type Sql } from "sql-template-tag";

import { type Tenant } from "../../core/tenant.js";

/** Texts kept as named prepared statements; a text past that is planned anew each time. */
const MAX_PREPARED = 500;

/** Names statements, so that each connection plans each of them once. */
export class PreparedStatements {
  readonly #names = new Map<string, string>();

  /** A statement as the driver takes it. */
  prepare(tenant: Tenant, statement: Sql): pg.QueryConfig {
    // Plans belong to a schema: one name for two schemas would be planned anew at every change of tenant.
    const key = `${tenant.schema} ${statement.text}`;
    let name = this.#names.get(key);
    if (name === undefined && this.#names.size < MAX_PREPARED) {
      name = `statement_${this.#names.size}`;
      this.#names.set(key, name);
    }
    const values = statement.values.map(askable);
    return name === undefined ? { text: statement.text, values } : { name, text: statement.text, values };
  }
}

/**
 * PostgreSQL's texts cannot hold NUL: a read asks for U+FFFD instead, which is what a lone surrogate becomes on the wire,
 * so that a text nobody can have stored is not found and costs the other keys of its batch nothing.
 */
function askable(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\0", "\uFFFD");
  return Array.isArray(value) ? value.map(askable) : value;
}

/** Where unqualified names of a tenant's statements are looked up. */
export function searchPath(tenant: Pick<Tenant, "schema">): string {
  return `${tenant.schema}, public`;
}

/** Makes a transaction the tenant's; fails with `isMisplaced` where the tenant is not placed there any more. */
export function placeOf(tenant: Tenant): Sql {
  return sql`select marquee.enter_tenant(${tenant.id}::int, ${searchPath(tenant)}, ${tenant.epoch}::int)`;
}

/** Begins a transaction of the tenant's, in one round trip. Fails as `placeOf` does. */
export function beginOf(tenant: Tenant): string {
  const path = pg.escapeLiteral(searchPath(tenant));
  return `begin; select marquee.enter_tenant(${Number(tenant.id)}, ${path}, ${Number(tenant.epoch)})`;
}

/** SQLSTATE of `marquee.enter_tenant`. */
const MISPLACED = "MQ001";

/** Whether a transaction was turned away, with nothing done, since the tenant has been moved or is being deleted. */
export function isMisplaced(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === MISPLACED;
}
