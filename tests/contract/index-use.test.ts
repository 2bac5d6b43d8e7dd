import { beforeAll, describe, expect, it } from "vitest";

import { PROFILE_KEY } from "../../datasources/accounts/account-columns.postgres.js";
import { VIEWERS } from "../../datasources/accounts/accounts.postgres.js";
import { asOf } from "../../datasources/catalog/postgres/title-versions.postgres.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { sql, type Sql } from "../../datasources/engines/postgres/store.postgres.js";
import { use, useDatabase, useSuperuser } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";

/*
 * Under row-level security PostgreSQL looks into an index by those conditions alone that cannot tell of rows which are
 * hidden. What goes by any other reads every row of the tenant, or of all who share the table, for each key.
 */

const database = useDatabase();
const stores = use(() => database.open());
const superuser = useSuperuser("shared", database);
let tenant: Tenant;

beforeAll(async () => {
  tenant = await createTestTenant(stores);
  await superuser.query(
    `insert into person_keys (tenant_id, owner, key_id, wrapped)
     select $1, 'owner-' || n, 'key', '' from generate_series(1, 3000) n`,
    [tenant.id],
  );
  await superuser.query("analyze person_keys");
});

/** How a statement is planned for the application. */
async function planOf({ text, values }: Sql): Promise<string> {
  await superuser.query("begin");
  try {
    await superuser.query("set local role marquee_app");
    await superuser.query("set local enable_seqscan = off");
    await superuser.query("select set_config('marquee.tenant', $1, true)", [String(tenant.id)]);
    const { rows } = await superuser.query<{ "QUERY PLAN": string }>(`explain ${text}`, values);
    return rows.map((row) => row["QUERY PLAN"]).join("\n");
  } finally {
    await superuser.query("rollback");
  }
}

describe("an index is looked into", () => {
  const BY_OWNER = /Index Cond: .*owner = CASE/;

  it("for the key of a profile's owner", async () => {
    expect(await planOf(sql`select ${PROFILE_KEY} from profiles p where p.id = ${"a"}`)).toMatch(BY_OWNER);
  });

  it("for that of viewers", async () => {
    const key = { profile: "a", account: "a", session: "a" };
    expect(await planOf(VIEWERS.statement([key, key]))).toMatch(BY_OWNER);
  });

  it("for the versions of a title at an instant", async () => {
    const plan = await planOf(asOf([{ id: "a", at: "2026-01-01T00:00:00Z" }]));
    expect(plan).toMatch(/Index Cond: .*title_id = CASE .*effective_from <= /);
  });
});
