import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";

import { StoreAbortedError, StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type StoreRequest } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import {
  PostgresStore,
  sql,
  type SharedRead,
  type SharedRow,
} from "../../datasources/engines/postgres/store.postgres.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { adultProfile } from "../support/catalogue.js";
import { useStores } from "../support/fixtures.js";
import { PATIENT_DEADLINE_MS } from "../support/patience.js";
import { createTestTenant, testRequest } from "../support/stores.js";
import { layWire, type Wire } from "../support/wire.js";

const stores = useStores();
const ids = Array.from({ length: 40 }, (_, n) => `p${n}`);
let here: Tenant;
let there: Tenant;
let wire: Wire;
let store: PostgresStore;

beforeAll(async () => {
  [here, there] = await Promise.all([createTestTenant(stores), createTestTenant(stores)]);
  await stores.accounts.putProfiles(here, ids.map(adultProfile));
  await stores.accounts.putProfiles(there, ids.slice(0, 3).map(adultProfile));
});
beforeEach(async () => {
  wire = await layWire(await applicationUrl(inject("postgresUrl")));
  store = new PostgresStore(wire.url, () => undefined, PATIENT_DEADLINE_MS);
});
afterEach(async () => {
  await store.close();
  await wire.close();
});

/** Profiles by their ids; one that is no word cannot be asked for. */
const PROFILES: SharedRead<string> = {
  operation: "test.profiles",
  statement: (keys) =>
    sql`select k.n, p.id, p.tenant_id as tenant from unnest(${keys}::text[]) with ordinality as k (id, n)
        join profiles p on p.id = case when k.id ~ '^\\w+$' then k.id else (1 / length(left(k.id, 0)))::text end`,
};
const ask = (request: StoreRequest, id: string) =>
  store.readShared<string, SharedRow & { id: string; tenant: number }>(request, PROFILES, id);

describe("what many requests ask at once", () => {
  it("is one statement and one round trip for all of them, and a call of each", async () => {
    await ask(testRequest(here), "p0");
    for (const count of [1, 2, 40]) {
      const requests = ids.slice(0, count).map(() => testRequest(here));
      const before = wire.roundTrips();
      const answers = await Promise.all(requests.map((request, n) => ask(request, ids[n]!)));
      expect(wire.roundTrips() - before).toBe(1);
      expect(answers.map((rows) => rows.map(({ id }) => id))).toEqual(ids.slice(0, count).map((id) => [id]));
      for (const { calls } of requests)
        expect(calls.calls).toMatchObject([
          { store: "POSTGRES", operation: "test.profiles", keys: 1, uniqueKeys: 1, rows: 1 },
        ]);
    }
    expect(wire.connections()).toBe(1);
  });

  it("travels with what else its request asks in that turn", async () => {
    const request = testRequest(here);
    const more = store.read(request, "test.one", sql`select 1 as one`);
    const others = ids.slice(0, 5).map((id) => ask(testRequest(here), id));
    expect(await ask(request, "p7")).toMatchObject([{ id: "p7" }]);
    await Promise.all([more, ...others]);
    expect(request.calls.calls.map(({ operation }) => operation)).toEqual(["test.one + test.profiles"]);
  });

  it("is answered by the tenant of each, whatever others have", async () => {
    const asked = ids.slice(0, 6).flatMap((id) => [here, there].map((tenant) => ({ id, tenant })));
    const answers = await Promise.all(asked.map(({ id, tenant }) => ask(testRequest(tenant), id)));
    for (const [n, { id, tenant }] of asked.entries()) {
      const known = tenant === here || ids.indexOf(id) < 3;
      expect(answers[n], `${id} of ${tenant.slug}`).toMatchObject(known ? [{ id, tenant: tenant.id }] : []);
      expect(answers[n]).toHaveLength(known ? 1 : 0);
    }
  });

  it("costs none of the others anything where one of them breaks the statement, or is over", async () => {
    const gone = new AbortController();
    const aborted = ask({ ...testRequest(here), signal: gone.signal }, "p1");
    const broken = ask(testRequest(here), "no word");
    const others = ids.map((id) => ask(testRequest(here), id));
    gone.abort(new Error("gone"));
    const [first, second, ...rest] = await Promise.allSettled([aborted, broken, ...others]);
    expect(first).toMatchObject({ reason: new StoreAbortedError("POSTGRES", new Error("gone")) });
    expect(second).toMatchObject({ reason: { code: "22012" } });
    expect(rest.map((answer) => answer.status === "fulfilled" && answer.value[0]?.id)).toEqual(ids);
  });

  it("is answered to nobody while PostgreSQL is down", async () => {
    await ask(testRequest(here), "p0");
    await wire.cut();
    const answers = await Promise.allSettled(ids.map((id) => ask(testRequest(here), id)));
    for (const answer of answers)
      expect(answer).toMatchObject({ reason: expect.any(StoreUnavailableError) as unknown });
    await wire.mend();
  });
});
