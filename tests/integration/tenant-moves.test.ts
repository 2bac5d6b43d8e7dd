import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";

import { Freshness } from "../../datasources/core/freshness.js";
import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { projecting } from "../../datasources/projection/following/drain.js";
import { type ProjectionTarget } from "../../datasources/projection/targets/projection-target.js";
import { DedicatedStores } from "../../datasources/stores/dedicated-stores.js";
import { type OwnDeployment } from "../../datasources/stores/deployment.js";
import { notedMoves } from "../../datasources/stores/noted-moves.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { tenantMoves, type Destination } from "../../datasources/stores/tenant-moves.js";
import { inTransaction, TooLongError } from "../../datasources/tenancy/move-fence.postgres.js";
import { place } from "../../datasources/tenancy/move-notes.postgres.js";
import { TenantMover } from "../../datasources/tenancy/tenant-mover.postgres.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { createRandom } from "../../scripts/random.js";
import { use } from "../support/fixtures.js";
import { startLoad, type MoveLoad } from "../support/move-load.js";
import { eventsAt, openMovingAt, rowsAt } from "../support/moving.js";
import { openPlacements } from "../support/placements.js";
import { testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

/*
 * Tenants are moved while two gateways write and read. `npm run test:promote` kills as many moves as it is told; here are
 * a few.
 */

const kills = Number(process.env.MARQUEE_TEST_PROMOTE_KILLS ?? 2);
const seed = Number(process.env.MARQUEE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const random = createRandom(seed);
const PER_SECOND = 100;
/** What nobody may be kept from writing for longer than. Milliseconds. */
const PAUSE_MS = 200;

const placements = use(openPlacements);
const gateways = use(async () => {
  const opened = [await placements.open(), await placements.open()];
  for (const stores of opened) await stores.warm();
  return { opened, close: () => Promise.resolve() };
});
const pauses: number[] = [];
const slowest: number[] = [];
afterAll(() => {
  const most = (all: number[]) => Math.max(...all).toFixed(0);
  console.log(
    `seed ${seed}: ${kills} kills; ${pauses.length} switches, for which writes were held at most ${most(pauses)} ms; the slowest write took ${most(slowest)} ms`,
  );
});

const openMoving = () => openMovingAt(placements);

const now = async ({ id }: Tenant) => (await placements.stores.tenants.current(id))!;

const rowsIn = (place: Tenant) => rowsAt(placements, place);

/** Every event that was answered, once; nothing else. */
async function expectAllWritten(tenant: Tenant, load: MoveLoad): Promise<void> {
  expect(await eventsAt(placements, await now(tenant))).toEqual([...load.written].sort());
}

async function under<T>(tenant: Tenant, work: () => Promise<T>): Promise<MoveLoad> {
  const load = startLoad(gateways.opened, tenant.slug, PER_SECOND);
  await work().finally(() => load.end());
  expect(load.failures.slice(0, 5)).toEqual([]);
  expect(load.reads).toBeGreaterThan(10);
  slowest.push(load.slowestMs);
  return load;
}

describe("a tenant that is moved while it is written and read", () => {
  it("is there with everything, goes back with what was written since, and stays when that is confirmed", async () => {
    const { moves } = placements.stores;
    const tenant = await openMoving();
    const load = await under(tenant, async () => {
      const moved = await moves.move(tenant, { tier: "ISOLATED" });
      expect(moved.tenant).toMatchObject({
        tier: "ISOLATED",
        schema: expect.stringMatching(/^tenant_/) as string,
      });
      pauses.push(moved.pauseMs);
      await sleep(300);
      const back = await moves.undo(moved.tenant);
      expect(back.tenant).toMatchObject({ tier: "SHARED", schema: "shared", epoch: tenant.epoch + 2 });
      pauses.push(back.pauseMs);
      expect(await rowsIn(moved.tenant)).toEqual(new Map());
      const again = await moves.move(back.tenant, { tier: "ISOLATED" });
      pauses.push(again.pauseMs);
      const confirmed = moves.confirm(again.tenant);
      await sleep(1_000);
      // Whoever has not heard of the move yet reads where it was.
      const { size } = await placements.stores.catalog.titlesByIds(testRequest(back.tenant), ["title0"]);
      expect(size).toBe(1);
      await confirmed;
      expect(await rowsIn(tenant)).toEqual(new Map());
      await expect(moves.undo(again.tenant)).rejects.toMatchObject({ code: "NOT_MOVED" });
    });
    await expectAllWritten(tenant, load);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(PAUSE_MS);
  });

  it("has every row of every table as it was, and can be written to", async () => {
    const { stores } = placements;
    const tenant = await openMoving();
    const before = await rowsIn(tenant);
    expect(before.size).toBeGreaterThan(15);
    const [other] = gateways.opened;
    const known = async () => (await other!.tenants.bySlug(tenant.slug))?.tier;
    expect(await known()).toBe("SHARED");
    const moved = await stores.moves.move(tenant, { tier: "ISOLATED" });
    // A gateway that has nothing to write for it hears of it before what it was told is old.
    await expect.poll(known, { timeout: 5_000 }).toBe("ISOLATED");
    expect(await rowsIn(moved.tenant)).toEqual(before);
    // What counts by itself goes on where it was.
    const body = titleBody({ id: "more", name: "A word that nobody had" });
    await stores.searchProjection.put(moved.tenant, [
      { ...body, revision: 1, latestVersion: 1, popularity: 0 },
    ]);
    await stores.moves.confirm(moved.tenant);
    const back = await stores.moves.move(moved.tenant, { tier: "SHARED" });
    await stores.moves.confirm(back.tenant);
    expect(await rowsIn(moved.tenant)).toEqual(new Map());
    await stores.searchProjection.put(back.tenant, [
      { ...body, id: "most", revision: 1, latestVersion: 1, popularity: 0 },
    ]);
    expect((await stores.catalog.titlesByIds(testRequest(back.tenant), ["same"])).size).toBe(1);
  });

  it("goes to servers of its own, back with what was written since, and from there to any other place", async () => {
    const { moves } = placements.stores;
    const tenant = await openMoving();
    const own = await placements.destination("DEDICATED");
    const load = await under(tenant, async () => {
      const moved = await moves.move(tenant, own);
      expect(moved.tenant).toMatchObject({ tier: "DEDICATED", schema: "shared", servers: own.servers });
      await sleep(300);
      const back = await moves.undo(moved.tenant);
      expect(back.tenant).toMatchObject({ tier: "SHARED", servers: null, epoch: tenant.epoch + 2 });
      expect(await rowsIn(moved.tenant)).toEqual(new Map());
      const again = await moves.move(back.tenant, own);
      await moves.confirm(again.tenant);
      expect(await rowsIn(tenant)).toEqual(new Map());
      const isolated = await moves.move(again.tenant, { tier: "ISOLATED" });
      await moves.confirm(isolated.tenant);
      expect(await rowsIn(again.tenant)).toEqual(new Map());
      pauses.push(moved.pauseMs, back.pauseMs, again.pauseMs, isolated.pauseMs);
    });
    await expectAllWritten(tenant, load);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(PAUSE_MS);
  });

  it("leaves nobody room at servers that it has left, until it cannot come back", async () => {
    const { moves, tenants } = placements.stores;
    const tenant = await openMoving();
    const own = await placements.destination("DEDICATED");
    const gone = await moves.move(tenant, own);
    await moves.confirm(gone.tenant);
    const back = await moves.move(gone.tenant, { tier: "SHARED" });
    const slug = `${tenant.slug}-next`;
    const create = () =>
      tenants.create({ slug, name: slug, tier: "DEDICATED", defaultCountry: "US", servers: own.servers! });
    await expect(create()).rejects.toMatchObject({ code: "SERVERS_INVALID" });
    await moves.confirm(back.tenant);
    expect(await create()).toMatchObject({ tier: "DEDICATED", servers: own.servers });
  });

  it("has moved, and is noted to have, where its engines cannot be filled", async () => {
    const { stores } = placements;
    const tenant = await openMoving();
    const mover = moverAt(tenant);
    const warnings: string[] = [];
    const home = { ...stores.home, projections: [unfillable(stores.home)] } as unknown as OwnDeployment;
    const dedicated = new DedicatedStores(
      () => Promise.resolve(home),
      { most: 1, idleMs: 60_000 },
      () => {},
    );
    const warn = (line: string) => void warnings.push(line);
    const moves = tenantMoves({ mover, home, dedicated, secrets: new Set(), warn });
    const noted = notedMoves({ ...stores, moves }, "command");
    onTestFinished(() => dedicated.close());
    const moved = await noted.move(tenant, { tier: "ISOLATED" });
    const back = await noted.undo(moved.tenant);
    expect(warnings).toHaveLength(3);
    expect(warnings[2]).toContain('until "marquee tenant confirm" removes it');
    const acts: string[] = [];
    for await (const line of stores.deploymentAudit.lines()) acts.push(JSON.stringify(line));
    const own = acts.filter((line) => line.includes(tenant.slug)).join();
    expect(own).toMatch(/TENANT_MOVED.*TENANT_MOVE_UNDONE/);
    await stores.moves.confirm(back.tenant);
    expect(await rowsIn(moved.tenant)).toEqual(new Map());
  });

  it("has what was committed while the fence was waited for, however much that was, there and back again", async () => {
    const { moves } = placements.stores;
    const tenant = await openMoving();
    const writer = await startWriter(tenant);
    // Behind the barrier, before the fence: each table that is left to copy takes longer than to enter.
    let wrote: Promise<void> | undefined;
    const onProgress = () => void (wrote ??= writer.write());
    const moved = await moves.move(tenant, { tier: "ISOLATED" }, { onProgress });
    await wrote;
    expect(await writer.lastAt(moved.tenant)).toBe(1);
    expect(await rowsIn(moved.tenant)).toEqual(await rowsIn(tenant));
    const back = await moves.undo(moved.tenant);
    expect(await writer.lastAt(back.tenant)).toBe(1);
    pauses.push(moved.pauseMs, back.pauseMs);
  });

  it("stays where it is for another try, where its fence was taken for one that nobody stands behind", async () => {
    const { moves } = placements.stores;
    const tenant = await openMoving();
    const moved = await moves.move(tenant, await placements.destination("DEDICATED"));
    const control = new pg.Client({ connectionString: placements.databaseOf(tenant).url });
    await control.connect();
    const switching = (from: Tenant, attempt: number) =>
      inTransaction(control, () =>
        place(control, from, { tier: "SHARED", schema: "shared", servers: null }, attempt),
      );
    try {
      await expect(switching(moved.tenant, -1)).rejects.toThrow(TooLongError);
      await expect(switching(tenant, -1)).rejects.toThrow("Somebody has moved this tenant meanwhile.");
    } finally {
      await control.end();
    }
    expect(await now(tenant)).toMatchObject({ tier: "DEDICATED", epoch: moved.tenant.epoch });
    expect((await moves.undo(moved.tenant)).tenant).toMatchObject({ tier: "SHARED", servers: null });
  });

  it("has what lies beside its tables on servers of its own as well, and what was not projected yet", async () => {
    const { stores } = placements;
    const tenant = await openMoving();
    const before = await rowsIn(tenant);
    const body = titleBody({ id: "late" });
    await stores.titleVersions.append(tenant, [
      { body, effectiveFrom: null },
      { body: { ...body, name: "Of another day" }, effectiveFrom: "2200-01-01T00:00:00Z" },
    ]);
    const besides = (at: Tenant) =>
      placements
        .databaseOf(at)
        .query<{ title_id: string }>("select title_id from marquee.title_schedule where tenant_id = $1", [
          at.id,
        ]);
    const moved = await stores.moves.move(tenant, await placements.destination("DEDICATED"));
    const there = await rowsIn(moved.tenant);
    const unchanged = ([name]: [string, unknown]) => !/^(titles|title_)/.test(name);
    expect([...there].filter(unchanged)).toEqual([...before].filter(unchanged));
    expect(await besides(moved.tenant)).toEqual([{ title_id: "late" }]);
    const own = await stores.at(moved.tenant);
    // As of a token that was answered before the move, when ids of transactions were those of other servers.
    const wanted = { epoch: tenant.epoch, xid: 1 };
    const asking = (waitMs: number) => new Freshness(stores.outbox, moved.tenant, wanted, waitMs);
    expect(await isBehind(asking(1_000), "catalog.postgres")).toBe(true);
    await projecting({ ...own, tenants: own.residents }, moved.tenant, () => Promise.resolve());
    expect(await isBehind(asking(30_000), "catalog.postgres")).toBe(false);
    expect((await stores.catalog.titlesByIds(testRequest(moved.tenant), ["late", "same"])).size).toBe(2);
    await stores.moves.confirm(moved.tenant);
    expect(await besides(tenant)).toEqual([]);
  });

  it.each(["ISOLATED", "DEDICATED"] as const)(
    "leaves nothing where it was %s, also where the process ends behind the switch back",
    async (tier) => {
      const { stores } = placements;
      const tenant = await openMoving();
      const destination = await placements.destination(tier);
      // What is left of an undo that went no further than its switch is as much as there was.
      const leave = async (at: Tenant) => {
        const moved = await stores.moves.move(at, destination);
        await moverAt(moved.tenant).undo(moved.tenant);
        expect((await rowsIn(moved.tenant)).size).toBeGreaterThan(15);
        expect(await now(tenant)).toMatchObject({ tier: "SHARED", servers: null });
        expect(await movesOf(tenant.id)).toEqual([{ phase: "CONFIRMED" }]);
        return moved.tenant;
      };
      const left = await leave(tenant);
      // Until it has gone an erasure has to know that somebody may be there.
      const home = placements.databases[0]!;
      const capturing = () =>
        home.query("select from marquee.tenants where id = $1 and capturing", [tenant.id]);
      expect(await capturing()).toHaveLength(1);
      await stores.moves.confirm(await now(tenant));
      expect(await rowsIn(left)).toEqual(new Map());
      expect(await movesOf(tenant.id)).toEqual([]);
      expect(await capturing()).toHaveLength(0);
      expect((await rowsIn(await now(tenant))).size).toBeGreaterThan(15);
      const again = await leave(await now(tenant));
      await stores.removeTenant(await now(tenant));
      expect(await rowsIn(again)).toEqual(new Map());
      expect(await rowsIn(tenant)).toEqual(new Map());
    },
  );

  it("is on one side, whenever the process that moves it is killed", async () => {
    const tenant = await openMoving();
    const own = await placements.destination("DEDICATED");
    const outcomes: string[] = [];
    const load = await under(tenant, async () => {
      for (let kill = 0; kill < kills; kill += 1) {
        outcomes.push(await killedMove(await now(tenant), own));
        const placed = await now(tenant);
        expect((await rowsIn(placed)).size).toBeGreaterThan(15);
        // Whoever comes next ends what was left, one way or the other.
        await settle(await now(tenant));
      }
    });
    const counts = [...new Set(outcomes)].map((outcome) => [
      outcomes.filter((each) => each === outcome).length,
      outcome,
    ]);
    console.log(counts.map((line) => line.join(" × ")).join("\n"));
    await expectAllWritten(tenant, load);
  }, 3_600_000);
});

/** A projection on an engine that does not answer. */
function unfillable({ projections: [embedded] }: Pick<Stores, "projections">): ProjectionTarget {
  const down = () => Promise.reject(new Error("It does not answer"));
  return { ...embedded!, embedded: false, rebuild: down, leave: down };
}

/** What moves the rows of a tenant, and does nothing behind the switch. */
function moverAt(tenant: Tenant): TenantMover {
  const home = placements.databases[0]!.url;
  return new TenantMover((servers) => (servers ? placements.databaseOf({ ...tenant, servers }).url : home));
}

/** Whether a projection of the tenant lacks what a request wants to be answered with. */
async function isBehind(freshness: Freshness, target: string): Promise<boolean> {
  await freshness.before(target, testRequest(freshness.tenant));
  freshness.answered(target);
  return freshness.behind.has(target);
}

/**
 * A transaction that notes more than is brought at once, a row of its own last, and commits when the fence is waited for.
 * The notes before are of what stays within one database, so that what is left behind is not for want of time.
 */
async function startWriter({ id, schema, epoch }: Tenant) {
  const [home] = placements.databases;
  const connection = await home!.connect();
  const fenceWaits = async () => {
    const { rows } = await connection.query("select from pg_locks where objid = $1 and not granted", [id]);
    return rows.length > 0;
  };
  return {
    async write(): Promise<void> {
      await connection.query("begin");
      await connection.query("select marquee.enter_tenant($1, $2, $3)", [id, schema, epoch]);
      await connection.query(
        `insert into marquee.moved_rows (tenant_id, table_name, key)
         select $1, 'operation_jobs', '{}' from generate_series(1, 6000)`,
        [id],
      );
      await connection.query("insert into not_for_me values ($1, 'profile0', 'last', now(), 1)", [id]);
      while (!(await fenceWaits())) await sleep(2);
      await connection.query("commit");
    },
    /** How often its last row is there. */
    async lastAt(place: Tenant): Promise<number> {
      const { rows } = await connection.query(
        `select from ${place.schema}.not_for_me where tenant_id = $1 and title_id = 'last'`,
        [id],
      );
      return rows.length;
    },
  };
}

const MOVES: Record<TenantTier, string> = { SHARED: "demote", ISOLATED: "promote", DEDICATED: "promote" };
/** Until when a move is killed at the latest, from when it is noted; what two cores take to begin with. Milliseconds. */
const spanMs: Record<TenantTier, number> = { SHARED: 1_200, ISOLATED: 1_200, DEDICATED: 3_500 };
/** What a kill says of that, however busy the machine is: so that about three of ten moves have switched. */
const TOO_EARLY = 1.15;
const TOO_LATE = 0.7;

function optionsFor(to: TenantTier, { servers }: Destination): string[] {
  if (to !== "DEDICATED") return ["--tier", to];
  const named = Object.entries(servers ?? {}) as [string, string | null][];
  return named.flatMap(([name, url]) => (url === null ? [] : [`--${name}`, url]));
}

/** Starts to move a tenant to where it is not, as the command does, and kills that at some time while it moves. */
async function killedMove({ id, slug, tier }: Tenant, own: Destination): Promise<string> {
  const others = Object.keys(MOVES).filter((to) => to !== tier) as TenantTier[];
  const to = others[random.below(others.length)]!;
  // A shared tenant is promoted to a schema, one on servers of its own is demoted to it.
  const command = to === "ISOLATED" && tier === "DEDICATED" ? "demote" : MOVES[to];
  const args = ["bin/marquee.js", "tenant", command, "--slug", slug, ...optionsFor(to, own)];
  const env = { ...process.env, ...placements.env, MARQUEE_DATA: "/nonexistent" };
  const child = spawn(process.execPath, args, {
    cwd: packageRoot(),
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await Promise.race([ended, untilNoted(id).then(() => sleep(random.below(Math.round(spanMs[to]))))]);
  const by = child.exitCode === null ? "killed" : `exit ${child.exitCode} ${said}`;
  child.kill("SIGKILL");
  await ended;
  const [move] = await movesOf(id);
  spanMs[to] *= move?.phase === "COPYING" ? TOO_EARLY : TOO_LATE;
  return `${tier} to ${to}: ${by}, ${move?.phase ?? "no move"}`;
}

function movesOf(id: number): Promise<{ phase: string }[]> {
  const [home] = placements.databases;
  return home!.query<{ phase: string }>("select phase from marquee.tenant_moves where tenant = $1", [id]);
}

/** Not for ever: the command may have ended without. */
async function untilNoted(id: number): Promise<void> {
  for (let left = 1_500; left > 0 && (await movesOf(id)).length === 0; left -= 1) await sleep(20);
}

/** Confirms a move that has switched, or undoes it; one that has not is cleared away by the next. */
async function settle(tenant: Tenant): Promise<void> {
  const { moves } = placements.stores;
  // The server may not have noticed yet that the connection of who was killed is gone.
  const act = () => (random.chance(0.5) ? moves.undo(tenant) : moves.confirm(tenant));
  for (;;) {
    const code = await act().then(
      () => "NOT_MOVED",
      (error: { code?: string }) => error.code,
    );
    if (code === "NOT_MOVED") return;
    if (code !== "TENANT_MOVING") throw new Error(`The move could not be settled: ${code}`);
    await sleep(100);
  }
}
