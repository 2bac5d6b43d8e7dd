import { type Collection } from "mongodb";

import { type MongoStore } from "../../engines/mongodb/store.mongodb.js";
import { type Tenant } from "../../core/tenant.js";
import { RECORD_VERSION, type Scope } from "./catalog-record.mongodb.js";

/** Which filling of a tenant's catalog is read, and which are under way. One document a tenant. */
export interface GenerationsRecord {
  /** `titles:<tenant id>`. */
  _id: string;
  tenant: number;
  live: number;
  /** The highest number given out. */
  last: number;
  /**
   * The RECORD_VERSION of the filling from all facts that was finished last, 0 where none was: until then the live one
   * holds what was put.
   */
  built: number;
  /** Fillings under way, each with the time of its last sign of life. */
  building: { generation: number; at: Date }[];
}

const COLLECTION = "projections";
/** How long a process may go by what it knows about what is live. Milliseconds. */
const KNOWN_MS = 1_000;
/** A filling that gave no sign of life for so long was given up. Milliseconds. */
const ABANDONED_MS = 10 * 60_000;
/** For clocks and queues, on top of what is known exactly. Milliseconds. */
const SLACK_MS = 250;

/**
 * The generations of tenants' catalogs. All generations of all tenants of a database share its collections; each
 * document carries tenant and generation, and a pointer names the one that is read. So a rebuild disturbs neither
 * readers nor other tenants, and thousands of tenants need no collections of their own.
 */
export class CatalogGenerations {
  readonly #known = new Map<string, { scope: Scope; at: number }>();
  readonly #asking = new Map<string, Promise<Scope | null>>();

  constructor(private readonly mongo: MongoStore) {}

  /** Time after a switch from which no process reads the generation before. Milliseconds. */
  get graceMs(): number {
    return KNOWN_MS + this.mongo.deadlineMs + SLACK_MS;
  }

  /** What to read for a tenant; null where there is nothing. Known for a second, renewed in the background while in use. */
  live(tenant: Tenant): Promise<Scope | null> {
    const known = this.#known.get(this.#key(tenant));
    const age = known ? performance.now() - known.at : Infinity;
    if (!known || age >= KNOWN_MS) return this.#ask(tenant);
    // A failure shows when the answer is needed.
    if (age >= KNOWN_MS / 2) this.#ask(tenant).catch(() => undefined);
    return Promise.resolve(known.scope);
  }

  /** The pointer as it is now. */
  read(tenant: Tenant): Promise<GenerationsRecord | null> {
    return this.#collection(tenant).findOne(
      { _id: pointerKey(tenant) },
      { maxTimeMS: this.mongo.deadlineMs, signal: AbortSignal.timeout(this.mongo.deadlineMs) },
    );
  }

  /** The pointer as it is now, made where it is missing. */
  async ensure(tenant: Tenant): Promise<GenerationsRecord> {
    const there = await this.read(tenant);
    if (there) return there;
    const first = { tenant: tenant.id, live: 1, last: 1, built: 0, building: [] };
    await this.#collection(tenant).updateOne(
      { _id: pointerKey(tenant) },
      { $setOnInsert: first },
      { upsert: true },
    );
    const made = await this.read(tenant);
    if (!made) throw new Error(`The pointer of ${tenant.slug}'s catalog went away while it was made`);
    return made;
  }

  /** Begins a generation: from now on, what is put reaches it too. Takes those that were given up off the list. */
  async begin(tenant: Tenant): Promise<Scope> {
    await this.ensure(tenant);
    const pointers = this.#collection(tenant);
    const one = { _id: pointerKey(tenant) };
    const abandoned = new Date(Date.now() - ABANDONED_MS);
    await pointers.updateOne(one, { $pull: { building: { at: { $lt: abandoned } } } });
    const reserved = await pointers.findOneAndUpdate(one, { $inc: { last: 1 } }, { returnDocument: "after" });
    if (!reserved) throw new Error(`The pointer of ${tenant.slug}'s catalog went away`);
    const generation = reserved.last;
    await pointers.updateOne(one, { $push: { building: { generation, at: new Date() } } });
    return { tenant: tenant.id, generation };
  }

  /** Gives a sign of life of a generation under way. */
  async touch(tenant: Tenant, { generation }: Scope): Promise<void> {
    const { matchedCount } = await this.#collection(tenant).updateOne(
      { _id: pointerKey(tenant), "building.generation": generation },
      { $set: { "building.$.at": new Date() } },
    );
    if (matchedCount === 0) throw new Error(`The rebuild of ${tenant.slug}'s catalog was taken for dead`);
  }

  /** Makes a generation live unless a newer one is. Answers whether it is. */
  async finish(tenant: Tenant, { generation }: Scope): Promise<boolean> {
    const { matchedCount } = await this.#collection(tenant).updateOne(
      { _id: pointerKey(tenant), "building.generation": generation, live: { $lt: generation } },
      { $set: { live: generation, built: RECORD_VERSION }, $pull: { building: { generation } } },
    );
    return matchedCount === 1;
  }

  /** Takes a generation that will not be live off the list. */
  async giveUp(tenant: Tenant, { generation }: Scope): Promise<void> {
    await this.#collection(tenant).updateOne(
      { _id: pointerKey(tenant) },
      { $pull: { building: { generation } } },
    );
  }

  #ask(tenant: Tenant): Promise<Scope | null> {
    const key = this.#key(tenant);
    const asking = this.#asking.get(key) ?? this.#renew(tenant, key).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  async #renew(tenant: Tenant, key: string): Promise<Scope | null> {
    const at = performance.now();
    const pointer = await this.read(tenant);
    if (!pointer) return null;
    const scope = { tenant: tenant.id, generation: pointer.live };
    this.#known.set(key, { scope, at });
    return scope;
  }

  #key(tenant: Tenant): string {
    return `${this.mongo.databaseNameOf(tenant)}/${tenant.id}`;
  }

  #collection(tenant: Tenant): Collection<GenerationsRecord> {
    return this.mongo.databaseOf(tenant).collection<GenerationsRecord>(COLLECTION);
  }
}

/** Whether a pointer's live generation holds everything, as this process reads it. */
export function isBuilt({ built }: GenerationsRecord): boolean {
  return built === RECORD_VERSION;
}

/** What a target is called where people see it: `titles_0003`. */
export function targetName(generation: number): string {
  return `titles_${String(generation).padStart(4, "0")}`;
}

function pointerKey(tenant: Tenant): string {
  return `titles:${tenant.id}`;
}
