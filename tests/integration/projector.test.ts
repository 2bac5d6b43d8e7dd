import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { type OutboxConsumer } from "../../datasources/projection/outbox/outbox-consumer.js";
import { OutboxPool } from "../../datasources/projection/outbox/outbox-pool.postgres.js";
import { PostgresOutboxHolds } from "../../datasources/projection/outbox/outbox.postgres.js";
import { keepProjections } from "../../datasources/projection/targets/keeper.js";
import { applicationUrl } from "../../datasources/stores/stores.js";
import { named, titleBody } from "../support/titles.js";
import { PATIENCE } from "../support/patience.js";
import { caughtUp, openProjectorTest, type ProjectorUnderTest } from "./projector-support.js";

let subject: ProjectorUnderTest;

beforeEach(async () => {
  subject = await openProjectorTest();
});
afterEach(() => subject.close());

/** The rows of titles in both projections, but for the number that an index gives them. */
const storedTitles = async () => [
  await subject.database.query("select * from shared.catalog_titles order by id"),
  await subject.database.query("select to_jsonb(t) - 'doc' as title from shared.search_titles t order by id"),
];
const ids = (count: number, prefix = "t") => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

describe("following the outbox", () => {
  it("carries what is written to every projection", async () => {
    await subject.project();
    await subject.write({ id: "a", name: "Casino" }, { id: "b", name: "Heat" });
    await caughtUp(subject);
    expect(await subject.catalog(["a", "b"])).toEqual({ a: "Casino", b: "Heat" });
    expect(await subject.indexed(["a", "b"])).toEqual({ a: 1, b: 1 });
  });

  it("skips nothing of a transaction that is under way while later ones are read", async () => {
    const { tenant, database, stores } = subject;
    const consume = vi.spyOn(stores.outbox, "consume");
    await subject.project();
    const looks = vi.spyOn(consume.mock.results[0]!.value as OutboxConsumer, "survey");
    const [early, late] = await samePartition();
    const slow = await database.connect();
    await slow.query("begin");
    await slow.query(
      "select set_config('marquee.tenant', $1, true), set_config('search_path', 'shared', true)",
      [String(tenant.id)],
    );
    await slow.query("insert into title_heads values ($1, $2, 1, 1)", [tenant.id, early]);
    await slow.query(
      "insert into title_versions (tenant_id, title_id, version, effective_from, body) values ($1, $2, 1, now(), $3)",
      [tenant.id, early, titleBody({ id: early, name: "Slow" })],
    );
    await slow.query(
      `insert into outbox (tenant_id, partition, topic, entity, revision)
       values ($1, abs(hashtext($2) % 4), 'TITLE', $2, 1)`,
      [tenant.id, early],
    );
    await subject.write({ id: late, name: "Quick" });
    // Two looks, of which the third tells the end: the later one's row must not tempt them past the earlier one's.
    looks.mockClear();
    await expect.poll(() => looks.mock.calls.length, PATIENCE).toBe(3);
    await slow.query("commit");
    await caughtUp(subject);
    expect(await subject.catalog([early, late])).toEqual({ [early]: "Slow", [late]: "Quick" });
    expect(await subject.indexed([early, late])).toEqual({ [early]: 1, [late]: 1 });
  });

  it("finds what no notification told of", async () => {
    await subject.project();
    await subject.write({ id: "a", name: "Old" });
    await caughtUp(subject);
    await subject.database.query('update shared.title_versions set body = body || \'{"name": "New"}\'');
    await subject.database.query(
      "insert into shared.outbox (tenant_id, partition, topic, entity, revision) values ($1, abs(hashtext('a') % 4), 'TITLE', 'a', 1)",
      [subject.tenant.id],
    );
    await expect.poll(() => subject.catalog(["a"]), PATIENCE).toEqual({ a: "New" });
  });

  it("ends with the newest state of a title that changes all the time, and changes nothing when told again", async () => {
    await subject.project();
    for (let n = 0; n < 30; n += 1) await subject.write({ id: "a", name: `Cut ${n}` });
    await caughtUp(subject);
    expect(await subject.catalog(["a"])).toEqual({ a: "Cut 29" });
    const [before] = await rowsOfA();
    await subject.database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'marquee-projector' and datname = current_database()",
    );
    await subject.database.query("update marquee.outbox_cursors set xid = 0, id = 0");
    await expect.poll(async () => (await subject.stores.outbox.lag())[0]?.lagEvents, PATIENCE).toBe(0);
    expect((await rowsOfA())[0]).toEqual(before);
  });

  it("carries the events of isolated tenants, and of those made meanwhile", async () => {
    await subject.project();
    const { stores } = subject;
    const isolated = await stores.tenants.create({
      slug: "apart",
      name: "Apart",
      tier: "ISOLATED",
      defaultCountry: "US",
    });
    await stores.titleVersions.append(isolated, [{ body: titleBody({ id: "x" }), effectiveFrom: null }]);
    await caughtUp(subject);
    const rows = await subject.database.query("select id from tenant_apart.catalog_titles");
    expect(rows).toEqual([{ id: "x" }]);
    await subject.database.query("drop schema tenant_apart cascade");
  });

  const rowsOfA = () =>
    subject.database.query(
      "select c.*, s.revision as indexed, s.doc from shared.catalog_titles c join shared.search_titles s using (tenant_id, id)",
    );

  /** Two titles that share a partition. */
  async function samePartition(): Promise<[string, string]> {
    const rows = await subject.database.query<{ id: string }>(
      "select 't' || n as id from generate_series(1, 50) n where abs(hashtext('t' || n) % 4) = 0 limit 2",
    );
    return [rows[0]!.id, rows[1]!.id];
  }
});

describe("several processes", () => {
  it("carry each partition in one of them, and take over from one whose connection breaks", async () => {
    const other = await subject.database.open();
    await subject.project();
    await subject.project(other);
    const owners = () =>
      subject.database.query<{ pid: number; locks: number }>(
        `select pid, count(*)::int as locks from pg_locks join pg_stat_activity using (pid)
         where locktype = 'advisory' and application_name = 'marquee-projector' and datname = current_database()
         group by pid`,
      );
    expect(await owners()).toMatchObject([{ locks: 8 }]);
    const [first] = await owners();
    for (let n = 0; n < 10; n += 1) {
      await subject.write(...ids(20, `r${n}-`).map((id) => ({ id })));
      if (n === 5) await subject.database.query("select pg_terminate_backend($1)", [first!.pid]);
    }
    await caughtUp(subject);
    const all = Array.from({ length: 10 }, (_, n) => ids(20, `r${n}-`)).flat();
    expect(Object.keys(await subject.catalog(all))).toHaveLength(200);
    expect(Object.keys(await subject.indexed(all))).toHaveLength(200);
    const after = await owners();
    expect(after.reduce((sum, { locks }) => sum + locks, 0)).toBe(8);
    expect(after.map(({ pid }) => pid)).not.toContain(first!.pid);
  });

  it("leave a process that stops nothing to do, and the others everything", async () => {
    const other = await subject.database.open();
    const first = await subject.project();
    await subject.project(other);
    await first.stop();
    await subject.write({ id: "a" });
    await caughtUp(subject);
    expect(Object.keys(await subject.catalog(["a"]))).toEqual(["a"]);
  });
});

describe("versions of the future", () => {
  it("take effect by themselves in every projection, whatever their number", async () => {
    await subject.project();
    const soon = new Date(Date.now() + 3_600_000);
    await subject.write({ id: "a", name: "Now" });
    await subject.schedule(soon, { id: "a", name: "Announced" });
    await subject.schedule(new Date("2021-01-01"), { id: "a", name: "Back-dated" });
    await subject.schedule(soon, { id: "b", name: "New then" });
    await caughtUp(subject);
    expect(await subject.catalog(["a", "b"])).toEqual({ a: "Back-dated" });
    await subject.letCome(soon);
    await expect.poll(() => subject.catalog(["a", "b"]), PATIENCE).toEqual({ a: "Announced", b: "New then" });
    await caughtUp(subject);
    expect(await subject.indexed(["a", "b"])).toEqual({ a: 4, b: 2 });
    expect(await subject.database.query("select * from marquee.title_schedule")).toEqual([]);
  });

  it("take effect once, however many processes look", async () => {
    const soon = new Date(Date.now() + 3_600_000);
    await subject.schedule(soon, { id: "a" });
    await subject.letCome(soon);
    const other = await subject.database.open();
    const taken = await Promise.all(
      [subject.stores, other, subject.stores, other].map((each) =>
        each.titleSchedule.takeEffect(subject.tenant),
      ),
    );
    expect(taken.reduce((sum, count) => sum + count, 0)).toBe(1);
    const heads = await subject.database.query<{ revision: string }>(
      "select revision from shared.title_heads",
    );
    expect(heads).toEqual([{ revision: "2" }]);
  });
});

describe("cleaning", () => {
  it("removes what every target has passed, and nothing that one has not", async () => {
    const projector = await subject.project();
    await subject.write(...ids(20).map((id) => ({ id })));
    await caughtUp(subject);
    await projector.stop();
    await subject.database.query("update shared.outbox set recorded_at = now() - interval '2 minutes'");
    await subject.database.query(
      "insert into marquee.outbox_cursors (target, partition, xid, id) select 'search.opensearch', p, 0, 0 from generate_series(0, 3) p",
    );
    const left = async () =>
      (await subject.database.query<{ n: number }>("select count(*)::int as n from marquee.outbox"))[0]?.n;
    const second = await subject.project();
    expect(await left()).toBe(20);
    await second.stop();
    await subject.database.query(
      "update marquee.outbox_cursors set seen_at = now() - interval '8 days' where target = 'search.opensearch'",
    );
    await subject.project();
    await expect.poll(left, PATIENCE).toBe(0);
    const targets = await subject.database.query(
      "select distinct target from marquee.outbox_cursors order by 1",
    );
    expect(targets).toEqual([{ target: "catalog.postgres" }, { target: "search.postgres" }]);
  });

  it("waits for work under way, which is told in the end what was committed meanwhile", async () => {
    const { database, tenant } = subject;
    const pool = new OutboxPool(await applicationUrl(database.url), () => undefined);
    const projector = await subject.project();
    await subject.write({ id: "before" });
    // What is still above the oldest transaction of the server when work begins is told too.
    await caughtUp(subject);
    const told: string[] = [];
    const answer = await new PostgresOutboxHolds(pool).during(
      async () => {
        await subject.write({ id: "a" }, { id: "b" });
        await subject.write({ id: "a", name: "Again" });
        await caughtUp(subject);
        await database.query("update shared.outbox set recorded_at = now() - interval '2 minutes'");
        await projector.stop();
        await (await subject.project()).stop();
        return "done";
      },
      {
        tenant,
        topics: ["TITLE"],
        replay: (events) => Promise.resolve(void told.push(...events.map(({ entity }) => entity))),
      },
    );
    await pool.close();
    expect(answer).toBe("done");
    expect(told.sort()).toEqual(["a", "b"]);
    expect(await database.query("select * from marquee.outbox_cursors where target like 'hold %'")).toEqual(
      [],
    );
  });

  it("puts again what lies beside the facts and was put in another form, by itself", async () => {
    await subject.write({ id: "a" }, { id: "b", genres: [named("Drama")] });
    await subject.project();
    await caughtUp(subject);
    const before = await storedTitles();
    // As a program that knew less of titles had put one of them.
    await subject.database.query(
      "update shared.catalog_titles set form = 'other', attributes = '{}', document = document - 'genres' where id = 'b'",
    );
    await subject.database.query(
      "update shared.search_titles set form = 'other', genres = '{}' where id = 'b'",
    );
    const statuses = () =>
      Promise.all(subject.stores.projections.map((target) => target.status(subject.tenant)));
    expect(await statuses()).toEqual([
      { entries: 2, live: null },
      { entries: 2, live: null },
    ]);
    const keeper = await keepProjections(subject.stores, (line) => expect.unreachable(line));
    await expect.poll(statuses, PATIENCE).toEqual([
      { entries: 2, live: "catalog_titles" },
      { entries: 2, live: "search_titles" },
    ]);
    keeper.stop();
    expect(await storedTitles()).toEqual(before);
  });

  it("rebuilds in place what lies beside the facts: what is damaged, and what has no source", async () => {
    await subject.project();
    await subject.write({ id: "a" }, { id: "b" });
    await caughtUp(subject);
    const [catalog] = subject.stores.projections;
    await subject.database.query(
      "update shared.catalog_titles set revision = 99, sort_name = 'damaged' where id = 'a'",
    );
    await subject.database.query("update shared.catalog_titles set id = 'nowhere' where id = 'b'");
    expect(await catalog!.rebuild(subject.tenant)).toBe(2);
    const rows = await subject.database.query(
      "select id, revision, sort_name from shared.catalog_titles order by id",
    );
    expect(rows).toEqual([
      { id: "a", revision: 1, sort_name: "film a" },
      { id: "b", revision: 1, sort_name: "film b" },
    ]);
  });
});
