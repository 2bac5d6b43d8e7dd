import { afterEach, beforeEach, expect, it } from "vitest";

import { PATIENCE } from "../support/patience.js";
import { caughtUp, openProjectorTest, type ProjectorUnderTest } from "./projector-support.js";

let subject: ProjectorUnderTest;

beforeEach(async () => {
  subject = await openProjectorTest();
});
afterEach(() => subject.close());

/** What no projection can keep: it has no age. */
const POISON = { maturityRating: "UNHEARD-OF" as "PG" };

const lags = () => subject.stores.outbox.lag(subject.tenant);
const parkedOf = async () => (await lags()).map(({ parked, deadLetters }) => ({ parked, deadLetters }));
const untilRefused = (attempts: number) =>
  expect
    .poll(async () => {
      await subject.database.query("update marquee.outbox_parked set next_attempt_at = now() where not dead");
      const rows = await subject.database.query<{ attempts: number }>(
        "select attempts from marquee.outbox_parked",
      );
      return Math.min(...rows.map((row) => row.attempts));
    }, PATIENCE)
    .toBeGreaterThanOrEqual(attempts);

it("parks what a target cannot keep, with the reason, and carries the others as if it were not there", async () => {
  await subject.project();
  const titles = Array.from({ length: 300 }, (_, n) => ({ id: `t${n}`, ...(n % 100 === 50 ? POISON : {}) }));
  await subject.write(...titles);
  await caughtUp(subject);
  const found = Object.keys(await subject.catalog(titles.map(({ id }) => id)));
  expect(found).toHaveLength(297);
  expect(await parkedOf()).toEqual([
    { parked: 3, deadLetters: 0 },
    { parked: 3, deadLetters: 0 },
  ]);
  const rows = await subject.database.query<{ entity: string; reason: string }>(
    "select entity, reason from marquee.outbox_parked where target = 'catalog.postgres' order by entity",
  );
  expect(rows.map(({ entity }) => entity)).toEqual(["t150", "t250", "t50"]);
  for (const { reason } of rows) expect(reason).toContain("maturity_age");
  await subject.write({ id: "t0", name: "Behind them" });
  await expect.poll(() => subject.catalog(["t0"]), PATIENCE).toEqual({ t0: "Behind them" });
});

it("forgets what was parked when a later state of it is taken", async () => {
  await subject.project();
  await subject.write({ id: "a", ...POISON });
  await expect.poll(parkedOf, PATIENCE).toMatchObject([{ parked: 1 }, { parked: 1 }]);
  await subject.write({ id: "a", name: "Sound" });
  await expect.poll(parkedOf, PATIENCE).toMatchObject([{ parked: 0 }, { parked: 0 }]);
  expect(await subject.catalog(["a"])).toEqual({ a: "Sound" });
});

it("tries parked events again by themselves, with the state of then", async () => {
  await subject.project();
  await subject.write({ id: "a", ...POISON });
  await expect.poll(parkedOf, PATIENCE).toMatchObject([{ parked: 1 }, { parked: 1 }]);
  await subject.database.query(`update shared.title_versions set body = body || '{"maturityRating": "PG"}'`);
  await expect.poll(parkedOf, PATIENCE).toMatchObject([{ parked: 0 }, { parked: 0 }]);
  expect(Object.keys(await subject.catalog(["a"]))).toEqual(["a"]);
});

it("makes dead letters of what is refused five times, which wait until somebody says to try them again", async () => {
  await subject.project();
  await subject.write({ id: "a", ...POISON });
  await expect.poll(parkedOf, PATIENCE).toMatchObject([{ parked: 1 }, { parked: 1 }]);
  await untilRefused(5);
  expect(await parkedOf()).toEqual([
    { parked: 0, deadLetters: 1 },
    { parked: 0, deadLetters: 1 },
  ]);
  await subject.database.query(`update shared.title_versions set body = body || '{"maturityRating": "PG"}'`);
  // Another is tried again meanwhile, so that there was an occasion.
  await subject.write({ id: "b", ...POISON });
  await expect.poll(parkedOf, PATIENCE).toMatchObject([{ parked: 1 }, { parked: 1 }]);
  await untilRefused(2);
  expect(await subject.catalog(["a"])).toEqual({});
  expect(await subject.stores.outbox.retry({ target: "catalog.postgres", tenant: subject.tenant })).toBe(1);
  await expect.poll(parkedOf, PATIENCE).toMatchObject([{ deadLetters: 0 }, { deadLetters: 1 }]);
  await expect.poll(() => subject.catalog(["a"]), PATIENCE).toEqual({ a: "Film a" });
});

it("tells which targets have reached a transaction", async () => {
  const { stores, tenant } = subject;
  await subject.write({ id: "a" });
  const [row] = await subject.database.query<{ xid: number }>("select xid::int from marquee.outbox");
  const xid = row!.xid;
  expect(await stores.outbox.reached(tenant, xid - 1)).toEqual(
    new Set(["catalog.postgres", "search.postgres"]),
  );
  expect(await stores.outbox.reached(tenant, xid)).toEqual(new Set());
  await subject.project();
  await expect.poll(() => stores.outbox.reached(tenant, xid), PATIENCE).toHaveProperty("size", 2);
  await subject.write({ id: "b", ...POISON });
  await caughtUp(subject);
  expect((await stores.outbox.reached(tenant, xid)).size).toBe(2);
  expect((await stores.outbox.reached(tenant, xid + 1_000)).size).toBe(0);
});
