import { createHmac, randomBytes } from "node:crypto";

import { LRUCache } from "lru-cache";

import { Sealing, type KeyService } from "../../packages/envelope/index.js";
import { StoreUnavailableError } from "../core/store-error.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type Ask, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { OpenKey, PersonSeal } from "./person-seal.js";

/** Keys of people that are remembered: some 20 MB; and for how long. Milliseconds. */
const REMEMBERED = 20_000;
const REMEMBERED_MS = 600_000;
/** Tenants whose key of addresses is remembered. */
const TENANTS = 10_000;
/** Owner of the key that a tenant's addresses are hashed with. */
const TENANT_ITSELF = "";
const KEY_BYTES = 32;

/** A key as statements answer it. */
export interface KeptKey {
  keyId: string;
  /** In hexadecimal. */
  wrapped: string;
}

/** Makes the hash that a text is found by among a tenant's. */
export type KeyedHash = (text: string) => string;

const KEPT = sql`jsonb_build_object('keyId', k.key_id, 'wrapped', encode(k.wrapped, 'hex'))`;

/** The key of an owner as a {@link KeptKey}, as an expression; null where there is none any more. */
export function keyOf(owner: Sql): Sql {
  return sql`(select ${KEPT} from person_keys k where k.owner = ${owner})`;
}

/**
 * The keys that what identifies people is sealed with: one for each account, and for each profile without one. They lie in
 * a table of their own, wrapped by a {@link KeyService}, so that what was sealed by one is of no use once its row is gone.
 */
export class PersonKeys {
  readonly #open = new LRUCache<string, Promise<OpenKey>>({ max: REMEMBERED, ttl: REMEMBERED_MS });
  readonly #hashes = new LRUCache<number, Promise<KeyedHash>>({ max: TENANTS });

  constructor(
    private readonly postgres: Pick<PostgresStore, "conclude">,
    private readonly service: KeyService,
  ) {}

  /** What opens an owner's, by the key that was read with it; null where that is gone. No store call. */
  async of(tenant: Tenant, owner: string, key: KeptKey | null): Promise<PersonSeal | null> {
    return key && new PersonSeal(await this.#opened(key), tenant.id, owner);
  }

  /** What seals for owners, in a transaction of the tenant; keys are made where there are none. Two statements at most. */
  async forWriting(ask: Ask, tenant: Tenant, owners: readonly string[]): Promise<Map<string, PersonSeal>> {
    const kept = await this.#kept(ask, tenant, [...new Set(owners)]);
    const seals = kept.map(async ({ owner, key }) => {
      return [owner, new PersonSeal(await this.#opened(key), tenant.id, owner)] as const;
    });
    return new Map(await Promise.all(seals));
  }

  /** The same for one. */
  async forWritingOf(ask: Ask, tenant: Tenant, owner: string): Promise<PersonSeal> {
    return sealOf(await this.forWriting(ask, tenant, [owner]), owner);
  }

  /**
   * What a tenant's addresses are hashed with. The first time in a process it is read, or made: to be asked for before a
   * transaction begins.
   */
  hashing(tenant: Tenant): Promise<KeyedHash> {
    const known = this.#hashes.get(tenant.id);
    if (known) return known;
    const reading = this.#readHash(tenant);
    this.#hashes.set(tenant.id, reading);
    reading.catch(() => this.#hashes.delete(tenant.id));
    return reading;
  }

  async #readHash(tenant: Tenant): Promise<KeyedHash> {
    let known: { key: KeptKey }[] = [];
    const made = await this.postgres.conclude<{ key: KeptKey }>(tenant, async (ask) => {
      known = await ask(
        sql`select ${KEPT} as key from person_keys k
            where k.tenant_id = ${tenant.id}::int and k.owner = ${TENANT_ITSELF}`,
      );
      return known.length > 0 ? null : this.#insert([TENANT_ITSELF]);
    });
    return this.#hashBy([...known, ...made][0]);
  }

  async #hashBy(row: { key: KeptKey } | undefined): Promise<KeyedHash> {
    if (!row) throw new Error("A key was made and is not there");
    const key = await this.#unwrap(row.key);
    return (text) => createHmac("sha256", key).update(text).digest("base64url");
  }

  async #kept(ask: Ask, tenant: Tenant, owners: readonly string[]) {
    const known = await ask<{ owner: string; key: KeptKey }>(
      sql`select k.owner, ${KEPT} as key from person_keys k
          where k.tenant_id = ${tenant.id}::int and k.owner = any(${owners}::text[])`,
    );
    const there = new Set(known.map(({ owner }) => owner));
    const missing = owners.filter((owner) => !there.has(owner));
    if (missing.length === 0) return known;
    return [...known, ...(await ask<{ owner: string; key: KeptKey }>(await this.#insert(missing)))];
  }

  /** Keeps new keys, and answers them; where somebody else made one meanwhile, theirs. */
  async #insert(owners: readonly string[]): Promise<Sql> {
    const made = await Promise.all(owners.map(() => this.service.wrap(randomBytes(KEY_BYTES))));
    return sql`insert into person_keys as k (tenant_id, owner, key_id, wrapped)
      select current_setting('marquee.tenant')::int, v.*
      from unnest(${owners}::text[], ${made.map(({ keyId }) => keyId)}::text[],
                  ${made.map(({ wrapped }) => wrapped)}::bytea[]) as v
      order by 1 on conflict (tenant_id, owner) do update set key_id = k.key_id
      returning k.owner, ${KEPT} as key`;
  }

  #opened(key: KeptKey): Promise<OpenKey> {
    const known = this.#open.get(key.wrapped);
    if (known) return known;
    const opening = this.#unwrap(key).then((bytes) => new OpenKey(new Sealing(bytes)));
    this.#open.set(key.wrapped, opening);
    opening.catch(() => this.#open.delete(key.wrapped));
    return opening;
  }

  async #unwrap({ keyId, wrapped }: KeptKey): Promise<Buffer> {
    try {
      return await this.service.unwrap({ keyId, wrapped: Buffer.from(wrapped, "hex") });
    } catch (cause) {
      // Whoever holds the keys does not answer: to whoever asks that is what it is when the store does not.
      throw new StoreUnavailableError("POSTGRES", { cause });
    }
  }
}

/** One of those that were asked for. */
export function sealOf(seals: ReadonlyMap<string, PersonSeal>, owner: string): PersonSeal {
  const seal = seals.get(owner);
  if (!seal) throw new Error("A key was asked for and is not there");
  return seal;
}
