import { describe, expect, it } from "vitest";

import { type KeyService } from "../../packages/envelope/index.js";
import { testAccountKeys } from "../../scripts/test-keys.js";
import { useDatabase } from "../support/fixtures.js";
import { openTestStores, testRequest } from "../support/stores.js";
import { asBefore, meetOutside, people } from "../support/unsealed.js";

const ACCOUNTS = 1_100;
const database = useDatabase();

const open = (accountKeys: KeyService) => openTestStores(database.url, accountKeys);

/** Files of tables, as they lie on the disk, in which a text is. */
async function filesWith(schema: string, text: string): Promise<string[]> {
  await database.query("checkpoint");
  const found = await database.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = $1::regnamespace and relkind in ('r', 'i') and pg_relation_filepath(oid) is not null
       and position($2::bytea in pg_read_binary_file(pg_relation_filepath(oid))) > 0`,
    [schema, Buffer.from(text)],
  );
  return found.map(({ name }) => name);
}

/** Keys that fail after so many were wrapped: the process ends in the middle. */
function ending(after: number): KeyService {
  let left = after;
  const wrap: KeyService["wrap"] = (key) =>
    (left -= 1) < 0 ? Promise.reject(new Error("The process ended")) : testAccountKeys.wrap(key);
  const { keyId } = testAccountKeys;
  return { keyId, has: (id) => id === keyId, wrap, unwrap: (key) => testAccountKeys.unwrap(key) };
}

describe("a database of before what identifies people was sealed", () => {
  it("has it sealed at the start, goes on where that was interrupted, and leaves no byte of it in tables", async () => {
    const before = await open(testAccountKeys);
    const make = (slug: string, tier: "SHARED" | "ISOLATED") =>
      before.tenants.create({ slug, name: slug, tier, defaultCountry: "US" });
    const tenants = [await make("beside", "SHARED"), await make("apart", "ISOLATED")];
    await before.close();
    for (const tenant of tenants) {
      await database.query(asBefore(tenant.schema));
      await database.query(people(tenant, ACCOUNTS, "Plain"));
    }
    expect(await filesWith("shared", "Plainly 77")).toEqual(["profiles"]);

    await expect(open(ending(ACCOUNTS - 50))).rejects.toThrow("The process ended");
    await expect(open(ending(ACCOUNTS + 60))).rejects.toThrow("The process ended");
    const stores = await open(testAccountKeys);
    for (const tenant of tenants) {
      const credentials = (email: string) => stores.accounts.credentials(testRequest(tenant), email);
      for (const n of [1, 77, ACCOUNTS])
        expect(await credentials(`pLAIN${n}@example.com`)).toMatchObject({ accountId: `a${n}` });
      const ids = ["imported", "lone", ...Array.from({ length: ACCOUNTS }, (_, n) => `p${n + 1}`)];
      const found = await stores.accounts.profilesByIds(testRequest(tenant), ids);
      expect(ids.map((id) => found.get(id)?.name)).toEqual(
        ids.map((id) => (id === "imported" ? id : `Plainly ${id.replace(/^p/, "")}`)),
      );
      const address = await stores.accountCredentials.addressOfToken(testRequest(tenant), "VERIFY", "token");
      expect(address).toBe("plain1@example.com");
      expect(await stores.mails.claim(tenant, "n")).toMatchObject({ email: "Plain2@Example.com" });
      expect((await stores.privacy.openErasure(tenant, "e"))?.marks).toMatchObject({
        address: "Plain4@Example.com",
        names: ["Plainly 4"],
      });
      expect((await meetOutside(stores, tenant))?.account).toBe("a3");
      const request = testRequest(tenant);
      expect((await stores.privacy.exportsByIds(request, ["x"])).get("x")).toMatchObject({
        state: "PENDING",
      });
      await stores.privacy.runExport(tenant, "x");
      expect((await stores.privacy.exportsByIds(request, ["x"])).get("x")).toMatchObject({ state: "READY" });
      for (const text of ["Plain", "plain1@", "PLAIN2", "plain-subject"])
        expect(await filesWith(tenant.schema, text), `${tenant.schema}: ${text}`).toEqual([]);
    }
    await stores.close();
  });
});
