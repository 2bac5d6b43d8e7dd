import { expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { LocalKeys } from "../../packages/envelope/index.js";
import { TEST_ACCOUNT_KEY } from "../../scripts/test-keys.js";
import { createDatabase, type OwnDatabase } from "../support/database.js";
import { survivorsOf } from "../support/mutants/act-out.js";
import { isOfSealing } from "../support/mutants/find-mutants.js";
import { createTestTenant, openTestStores, testRequest } from "../support/stores.js";
import { asBefore, meetOutside, people } from "../support/unsealed.js";

/*
 * Every place in what seals people's rows that keeps tenants apart, taken out in turn: tenants with equal ids are sealed
 * from before, and their keys are wrapped anew; each has to find its own people.
 */

const ACCOUNTS = 5;
const MARKS = ["Plain", "Other"] as const;

const secret = (text: string) => new TextEncoder().encode(text);
const KEYS = new LocalKeys([secret(TEST_ACCOUNT_KEY)]);
const NEWER = new LocalKeys([secret("a-newer-key-that-only-tests-use"), secret(TEST_ACCOUNT_KEY)]);
const NEWEST = new LocalKeys([secret("a-newer-key-that-only-tests-use")]);

/** @throws where a tenant does not find its own people. */
async function checkPeople(stores: Stores, tenant: Tenant, mark: string): Promise<void> {
  const request = testRequest(tenant);
  for (let n = 1; n <= ACCOUNTS; n += 1)
    expect(await stores.accounts.credentials(request, `${mark}${n}@example.com`)).toMatchObject({
      accountId: `a${n}`,
    });
  const ids = ["lone", ...Array.from({ length: ACCOUNTS }, (_, n) => `p${n + 1}`)];
  const found = await stores.accounts.profilesByIds(request, ids);
  expect(ids.map((id) => found.get(id)?.name)).toEqual(ids.map((id) => `${mark}ly ${id.replace(/^p/, "")}`));
  expect(await stores.accountCredentials.addressOfToken(request, "VERIFY", "token")).toBe(
    `${mark.toLowerCase()}1@example.com`,
  );
  expect((await stores.privacy.openErasure(tenant, "e"))?.marks).toMatchObject({
    address: `${mark}4@Example.com`,
    names: [`${mark}ly 4`],
  });
}

/** What a migration has sealed, one after the other: whoever came first must not have the other's. */
async function checkOnce(stores: Stores, tenant: Tenant, mark: string): Promise<void> {
  expect(await stores.mails.claim(tenant, "n")).toMatchObject({ email: `${mark}2@Example.com` });
  expect((await meetOutside(stores, tenant))?.account).toBe("a3");
}

/** @param order in which the rows of the tenants lie: of two that are taken for one, the first or the last is. */
async function sealTwo(database: OwnDatabase, order: readonly [number, number]): Promise<void> {
  const before = await openTestStores(database.url, KEYS);
  const made = [await createTestTenant(before), await createTestTenant(before)];
  const tenants = made.sort((one, other) => one.id - other.id);
  await before.close();
  await database.query(asBefore("shared"));
  for (const at of order) await database.query(people(tenants[at]!, ACCOUNTS, MARKS[at]!));
  for (const keys of [KEYS, NEWER, NEWEST]) {
    const stores = await openTestStores(database.url, keys);
    try {
      for (const [at, tenant] of tenants.entries()) {
        await checkPeople(stores, tenant, MARKS[at]!);
        if (keys === KEYS) await checkOnce(stores, tenant, MARKS[at]!);
        else expect(await keysOf(database, tenant)).toEqual([keys.keyId]);
      }
    } finally {
      await stores.close();
    }
    // They were made in the order of tenants; what is written anew lies behind the others.
    await database.query("update shared.person_keys set key_id = key_id where tenant_id = $1", [
      tenants[order[1]]!.id,
    ]);
  }
}

const keysOf = async (database: OwnDatabase, { id }: Tenant) =>
  (
    await database.query<{ key: string }>(
      "select distinct key_id as key from shared.person_keys where tenant_id = $1",
      [id],
    )
  ).map(({ key }) => key);

it("is missed, wherever what seals people's rows keeps tenants apart", async () => {
  const survivors = await survivorsOf({
    name: "sealing",
    isOf: isOfSealing,
    equivalent: [
      // What an address hashes to is each tenant's own.
      "datasources/accounts/sealing-rows.postgres.ts tenant_id = ${tenant.id}::int and email_hash = any(",
      // Of others' rows nothing is used but what one's own say too.
      "datasources/accounts/sealing-rows.postgres.ts tenant_id = ${tenant.id}::int and not hashed limit",
    ],
    act: async () => {
      for (const order of [
        [0, 1],
        [1, 0],
      ] as const) {
        const database = await createDatabase();
        await sealTwo(database, order).finally(() => database.close());
      }
    },
  });
  expect(survivors).toEqual([]);
}, 3_600_000);
