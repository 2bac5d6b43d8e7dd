import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { PostgresStore } from "../../datasources/engines/postgres/store.postgres.js";
import { type EngineProjection } from "../../datasources/projection/generations/engine-projection.js";
import { PostgresGenerationLedger } from "../../datasources/projection/generations/generation-ledger.postgres.js";
import { Generations } from "../../datasources/projection/generations/generations.js";
import { OutboxPool } from "../../datasources/projection/outbox/outbox-pool.postgres.js";
import { PostgresOutboxHolds } from "../../datasources/projection/outbox/outbox.postgres.js";
import { keepProjections } from "../../datasources/projection/targets/keeper.js";
import { projectionTarget } from "../../datasources/projection/targets/projection-target.js";
import { writtenToBoth } from "../../datasources/projection/targets/standby.js";
import { PostgresTasteInspectionSource } from "../../datasources/recommendations/postgres/taste-inspection-source.postgres.js";
import { tasteFacts, type TasteFact } from "../../datasources/recommendations/taste-graph-source.js";
import { type TasteModels } from "../../datasources/recommendations/taste-models.js";
import { applicationUrl, type Stores } from "../../datasources/stores/stores.js";
import { graph, MODEL } from "../contract/recommendations-support.js";
import { useDatabase } from "../support/fixtures.js";
import { PATIENCE, PATIENT_DEADLINE_MS } from "../support/patience.js";
import { createTestTenant } from "../support/stores.js";

/** A server that holds taste graphs, and outlives the processes that fill it. */
class Engine implements EngineProjection<TasteFact> {
  readonly label = "taste";
  readonly form = "1";
  readonly readMs = 0;
  isDown = false;
  /** Told before anything is put; what it waits for is waited for. */
  putting: () => Promise<void> = () => Promise.resolve();
  readonly #held = new Map<number, TasteFact[]>();

  async prepare(): Promise<void> {
    await this.#answers();
  }

  async open(_: Tenant, generation: number): Promise<void> {
    await this.#answers();
    this.#held.set(generation, []);
  }

  async has(_: Tenant, generation: number): Promise<boolean> {
    await this.#answers();
    return this.#held.has(generation);
  }

  async count(_: Tenant, generation: number): Promise<number> {
    await this.#answers();
    return this.#held.get(generation)?.length ?? 0;
  }

  async put(_: Tenant, generation: number, facts: readonly TasteFact[]): Promise<void> {
    await this.putting();
    await this.#answers();
    this.#held.get(generation)?.push(...facts);
  }

  async drop(_: Tenant, kept: readonly number[]): Promise<void> {
    await this.#answers();
    for (const generation of this.#held.keys()) if (!kept.includes(generation)) this.#held.delete(generation);
  }

  held(): Promise<number> {
    return Promise.resolve(this.#held.size);
  }

  /** The weights of the edges in a generation: what tells one model from another. */
  weights(generation: number): number[] {
    return (this.#held.get(generation) ?? []).flatMap((fact) =>
      fact.kind === "SIMILAR" ? [fact.weight] : [],
    );
  }

  #answers(): Promise<void> {
    return this.isDown ? Promise.reject(new StoreUnavailableError("NEO4J")) : Promise.resolve();
  }
}

const NAME = "recommendations.engine";
const database = useDatabase();
let stores: Stores;
let tenant: Tenant;
let engine: Engine;
const processes: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  stores = await database.open();
  tenant = await createTestTenant(stores);
  engine = new Engine();
  for (const weight of [1, 2])
    await stores.tasteGraph.replace(tenant, graph(`a b ${weight} 0.25`), { ...MODEL, titles: 2, edges: 1 });
});
afterEach(async () => {
  await Promise.all(processes.splice(0).map((each) => each.close()));
  await database.query("delete from marquee.projection_generations where target = $1", [NAME]);
  await stores.removeTenant(tenant);
  await stores.close();
});

/** What one process has of the engine: what is learned is switched to in PostgreSQL and in the engine. */
async function openProcess() {
  const url = await applicationUrl(database.url);
  const pool = new OutboxPool(url, () => undefined);
  const postgres = new PostgresStore(url, () => undefined, PATIENT_DEADLINE_MS);
  const source = new PostgresTasteInspectionSource(postgres);
  const generations = new Generations<TasteFact>(
    engine,
    new PostgresGenerationLedger(pool, NAME, engine.form),
  );
  const warned: string[] = [];
  const facts = (of: Tenant) => tasteFacts(source, of);
  const target = projectionTarget<TasteFact>({
    name: NAME,
    topics: [],
    store: "NEO4J",
    domain: "recommendations",
    projection: generations,
    source: { batches: facts, count: (of) => source.count(of) },
    sections: [],
    follower: { apply: () => Promise.resolve(), current: (_, events) => Promise.resolve([...events]) },
    holds: new PostgresOutboxHolds(pool),
    ping: () => Promise.resolve(),
    onMissed: (line) => warned.push(line),
  });
  const inEngine = { promote: (of: Tenant) => generations.rebuild(of, facts(of)) };
  const { promote } = writtenToBoth<Pick<TasteModels, "promote">, "promote">(
    stores.tasteModels,
    inEngine,
    target,
    ["promote"],
  );
  let keeper: { stop(): void } | undefined;
  const opened = {
    target,
    generations,
    warned,
    promote: (number: number) => promote(tenant, number),
    /** Looks after projections, as a gateway does. */
    async keep() {
      const tenants = { ...stores.tenants, list: () => Promise.resolve([tenant]) };
      keeper = await keepProjections({ tenants, projections: [target], outbox: stores.outbox }, (line) =>
        warned.push(line),
      );
    },
    /** The weights that its requests read. */
    async read() {
      return engine.weights((await generations.live(tenant)) ?? 0);
    },
    close: async () => {
      keeper?.stop();
      keeper = undefined;
      await Promise.allSettled([pool.close(), postgres.close()]);
    },
  };
  processes.push(opened);
  return opened;
}

const owed = () =>
  database.query<{ due: boolean }>(
    "select missed_at <= now() as due from marquee.owed_writes where target = $1",
    [NAME],
  );

describe("a write that an engine missed", () => {
  it("is made up for by another process than the one that wrote", async () => {
    const first = await openProcess();
    await first.target.rebuild(tenant);
    const gateway = await openProcess();
    expect(await gateway.read()).toEqual([2]);

    engine.isDown = true;
    const command = await openProcess();
    await command.promote(1);
    expect(command.warned).toEqual([
      `NEO4J did not take a write of ${tenant.slug}. It is rebuilt when it is back.`,
    ]);
    await Promise.all([command.close(), first.close()]);
    expect(await owed()).toEqual([{ due: true }]);
    await gateway.keep();
    expect(gateway.warned).toEqual(["NEO4J does not answer. PostgreSQL answers for it meanwhile."]);
    // Nobody asks the engine for what it is known to lack, when it is back and has not been filled anew.
    expect(gateway.target.isFilled(tenant)).toBe(false);

    engine.isDown = false;
    await expect.poll(() => gateway.read(), PATIENCE).toEqual([1]);
    expect(await owed()).toEqual([]);
    await expect.poll(() => gateway.target.isFilled(tenant), PATIENCE).toBe(true);
    expect(gateway.target.needsRebuild(tenant)).toBe(false);
  });

  it("is known to every process that asks where generations stand, and stays so while nobody can be asked", async () => {
    const gateway = await openProcess();
    await gateway.target.rebuild(tenant);
    await gateway.target.status(tenant);
    expect(gateway.target.isFilled(tenant)).toBe(true);
    engine.isDown = true;
    await (await openProcess()).promote(1);
    engine.isDown = false;
    await expect
      .poll(async () => (await gateway.read()) && gateway.target.isFilled(tenant), PATIENCE)
      .toBe(false);
    await gateway.close();
    await expect(gateway.target.status(tenant)).rejects.toThrow();
    expect(gateway.target.isFilled(tenant)).toBe(false);
  });

  it("counts as missed where whoever wrote has died, and not while it is writing", async () => {
    const command = await openProcess();
    await command.target.rebuild(tenant);
    await command.target.owe(tenant);
    await stores.tasteModels.promote(tenant, 1);
    await command.close();

    const gateway = await openProcess();
    await gateway.target.status(tenant);
    expect(gateway.target.needsRebuild(tenant)).toBe(false);
    await database.query("update marquee.owed_writes set missed_at = now() where target = $1", [NAME]);
    await gateway.keep();
    expect(await gateway.read()).toEqual([1]);
    expect(await owed()).toEqual([]);
  });

  it("is missed still where that was after the rebuild had begun", async () => {
    const gateway = await openProcess();
    await gateway.target.rebuild(tenant);
    const first = await gateway.target.owe(tenant);
    await first.missed();
    engine.putting = async () => {
      engine.putting = () => Promise.resolve();
      const second = await gateway.target.owe(tenant);
      await second.missed();
    };
    await gateway.target.rebuild(tenant);
    expect(await owed()).toHaveLength(1);
    expect(gateway.target.needsRebuild(tenant)).toBe(true);
    await gateway.target.rebuild(tenant);
    expect(await owed()).toEqual([]);
    expect(gateway.target.needsRebuild(tenant)).toBe(false);
  });

  it("is made up for by one process, while the others look on", async () => {
    const [one, other] = [await openProcess(), await openProcess()];
    await one.target.rebuild(tenant);
    await (await one.target.owe(tenant)).missed();
    let open = () => undefined as void;
    const begun = new Promise<void>((filling) => {
      engine.putting = () => {
        filling();
        return new Promise((resolve) => (open = resolve));
      };
    });
    const rebuilding = one.target.rebuild(tenant);
    await begun;
    await other.keep();
    expect(other.target.isFilled(tenant)).toBe(false);
    engine.putting = () => Promise.resolve();
    open();
    await rebuilding;
    const [row] = await database.query<{ last: number }>(
      "select last from marquee.projection_generations where target = $1",
      [NAME],
    );
    expect(row).toEqual({ last: 2 });
  });
});

describe("a write that an engine did not miss", () => {
  it("is forgotten once it has it", async () => {
    const gateway = await openProcess();
    await gateway.target.rebuild(tenant);
    await gateway.promote(1);
    expect(await gateway.read()).toEqual([1]);
    expect(await owed()).toEqual([]);
    expect(gateway.target.needsRebuild(tenant)).toBe(false);
  });

  it("was refused by PostgreSQL", async () => {
    const gateway = await openProcess();
    await gateway.target.rebuild(tenant);
    await expect(gateway.promote(9)).rejects.toThrow(RangeError);
    expect(await owed()).toEqual([]);
  });

  it("is in what is filled for the first time", async () => {
    const gateway = await openProcess();
    await gateway.promote(1);
    expect(await owed()).toEqual([]);
    await gateway.keep();
    expect(await gateway.read()).toEqual([1]);
  });
});

it("a write that fails at the engine for another reason is missed too, and told", async () => {
  const gateway = await openProcess();
  await gateway.target.rebuild(tenant);
  engine.putting = () => Promise.reject(new Error("disk on fire"));
  await expect(gateway.promote(1)).rejects.toThrow("disk on fire");
  engine.putting = () => Promise.resolve();
  expect(await owed()).toEqual([{ due: true }]);
  await gateway.keep();
  expect(await gateway.read()).toEqual([1]);
});
