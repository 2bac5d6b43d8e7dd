import { randomUUID } from "node:crypto";

import { beforeEach, describe, expect, it } from "vitest";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { LocalKeys, type KeyService } from "../../packages/envelope/index.js";
import { TEST_ACCOUNT_KEY, testAccountKeys } from "../../scripts/test-keys.js";
import { viewerAccount } from "../support/accounts.js";
import { adultProfile } from "../support/catalogue.js";
import { useDatabase } from "../support/fixtures.js";
import { createTestTenant, openTestStores, signedIn, testRequest } from "../support/stores.js";

const NAME = "Somebody with a name";
const database = useDatabase();

const open = (accountKeys: KeyService) => openTestStores(database.url, accountKeys);

/** Runs with stores of its own, as another process would. */
async function opened<T>(accountKeys: KeyService, work: (stores: Stores) => Promise<T>): Promise<T> {
  const stores = await open(accountKeys);
  return work(stores).finally(() => stores.close());
}

/** A key service elsewhere: it counts what it is asked, and may be away. */
function remote(keys: KeyService) {
  const state = { unwrapped: 0, away: false };
  const service: KeyService = {
    keyId: keys.keyId,
    has: (id) => keys.has(id),
    wrap: (key) => keys.wrap(key),
    unwrap: async (key) => {
      state.unwrapped += 1;
      await new Promise((resolve) => setImmediate(resolve));
      if (state.away) throw new Error("The key service is away");
      return keys.unwrap(key);
    },
  };
  return { service, state };
}

/** Two accounts with a named profile each, and a profile without one. */
async function people(stores: Stores): Promise<{ tenant: Tenant; ids: string[] }> {
  const tenant = await createTestTenant(stores);
  const ids = [randomUUID(), randomUUID()];
  const named = (id: string) => ({ ...adultProfile(id), name: NAME });
  await stores.accounts.putAccounts(
    tenant,
    ids.map((id) => viewerAccount(id, { profiles: [named(id)] })),
  );
  const lone = randomUUID();
  await stores.accounts.putProfiles(tenant, [named(lone), adultProfile("imported")]);
  return { tenant, ids: [...ids, lone] };
}

let tenant: Tenant;
let ids: string[];
const viewerOf = async (stores: Stores, id: string) =>
  stores.accounts.viewer(testRequest(tenant), await signedIn(stores, tenant, id, id));

beforeEach(() => opened(testAccountKeys, async (stores) => void ({ tenant, ids } = await people(stores))));

describe("what identifies people", () => {
  it("is in no row in the clear, by a key for each account and each profile that somebody has named", async () => {
    const tables = ["accounts", "profiles", "account_mails", "person_keys"].map((table) =>
      database.query<{ row: string }>(`select t::text as row from shared.${table} t where tenant_id = $1`, [
        tenant.id,
      ]),
    );
    const rows = (await Promise.all(tables)).flat().map(({ row }) => row);
    expect(rows.filter((row) => row.includes(ids[0]!)).length).toBeGreaterThan(2);
    for (const plain of [NAME, "@example.com", Buffer.from(NAME).toString("hex")])
      expect(rows.filter((row) => row.includes(plain))).toEqual([]);
    const keys = await database.query<{ owner: string }>(
      "select owner from shared.person_keys where tenant_id = $1 order by 1",
      [tenant.id],
    );
    expect(keys.map(({ owner }) => owner)).toEqual(["", ...ids].sort());
  });

  it("is refused by the database in the clear", async () => {
    const named = database.query(
      "update shared.profiles set name = 'Kim', name_sealed = null where id = $1",
      [ids[0]],
    );
    await expect(named).rejects.toThrow("profiles_name");
  });

  it("takes one unwrapping for each account that was not asked for lately, and no store call more", async () => {
    const { service, state } = remote(testAccountKeys);
    await opened(service, async (stores) => {
      const request = testRequest(tenant);
      const found = await stores.accounts.profilesByIds(request, [...ids, "imported"]);
      expect([...found.values()].map(({ name }) => name).sort()).toEqual([NAME, NAME, NAME, "imported"]);
      expect(request.calls.calls).toHaveLength(1);
      expect(state.unwrapped).toBe(3);
      for (const id of ids.slice(0, 2)) {
        const viewer = await viewerOf(stores, id);
        expect(viewer).toMatchObject({ account: { email: `${id}@example.com` }, profiles: [{ name: NAME }] });
      }
      expect(state.unwrapped).toBe(3);
    });
  });

  it("cannot be read while the key service is away, except where it was read before", async () => {
    const { service, state } = remote(testAccountKeys);
    await opened(service, async (stores) => {
      await viewerOf(stores, ids[0]!);
      state.away = true;
      expect(await viewerOf(stores, ids[0]!)).toMatchObject({ profile: { name: NAME } });
      await expect(viewerOf(stores, ids[1]!)).rejects.toThrow(StoreUnavailableError);
      state.away = false;
      expect(await viewerOf(stores, ids[1]!)).toMatchObject({ profile: { name: NAME } });
    });
  });

  it("does not open in another's row", async () => {
    await database.query(
      `update shared.accounts a set email_sealed = b.email_sealed from shared.accounts b
       where a.tenant_id = $1 and a.id = $2 and b.tenant_id = $1 and b.id = $3`,
      [tenant.id, ids[0], ids[1]],
    );
    await opened(testAccountKeys, (stores) =>
      expect(viewerOf(stores, ids[0]!)).rejects.toThrow("does not open"),
    );
  });

  it("is gone with its key, wherever a copy of it is", async () => {
    await database.query("delete from shared.person_keys where tenant_id = $1 and owner = $2", [
      tenant.id,
      ids[0],
    ]);
    await opened(testAccountKeys, async (stores) => {
      const [gone, left] = ids as [string, string];
      expect(await viewerOf(stores, gone)).toBeNull();
      expect(await stores.accounts.credentials(testRequest(tenant), `${gone}@example.com`)).toBeNull();
      expect([...(await stores.accounts.profilesByIds(testRequest(tenant), [gone, left])).keys()]).toEqual([
        left,
      ]);
      const mail = { kind: "RESET" as const, accountId: null, language: null };
      const token = { id: randomUUID(), hash: randomUUID() };
      await stores.mails.put(tenant, { ...mail, email: `${gone}@example.com`, token });
      expect(await stores.mails.claim(tenant, token.id)).toBeNull();
      expect(await viewerOf(stores, left)).toMatchObject({ account: { email: `${left}@example.com` } });
    });
  });
});

describe("the key that keys are wrapped by", () => {
  const secret = (text: string) => new TextEncoder().encode(text);
  const old = secret(TEST_ACCOUNT_KEY);
  const fresh = secret("another account key, for the time after the first");

  it("is changed by naming another before it, and needed no more then; others are refused at the start", async () => {
    await expect(open(new LocalKeys([fresh]))).rejects.toThrow(
      /sealed with the account key .*MARQUEE_ACCOUNT_KEY/,
    );
    await opened(new LocalKeys([fresh, old]), async (stores) => {
      expect(await viewerOf(stores, ids[0]!)).toMatchObject({ profile: { name: NAME } });
    });
    const wrapping = await database.query<{ id: string }>(
      "select distinct key_id as id from shared.person_keys",
    );
    expect(wrapping).toEqual([{ id: new LocalKeys([fresh]).keyId }]);
    await opened(new LocalKeys([fresh]), async (stores) => {
      expect(await viewerOf(stores, ids[1]!)).toMatchObject({ profile: { name: NAME } });
    });
    await expect(open(testAccountKeys)).rejects.toThrow(/sealed with the account key .*MARQUEE_ACCOUNT_KEY/);
    await (await open(new LocalKeys([old, fresh]))).close();
  });
});
