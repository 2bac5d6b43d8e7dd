import { createHmac } from "node:crypto";

import { LRUCache } from "lru-cache";
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from "rate-limiter-flexible";

import { type OutboxPool } from "../projection/outbox/outbox-pool.postgres.js";
import { type Limit, type LimitRule, type Limits, type Remembered } from "./limits.js";

/** What holders of a limit may fill of which it is known that nothing is left: letters, and what each takes beside these. */
const MOST_USED_UP = 4_000_000;
const EACH = 100;

/** What the limiter asks a pool for. */
interface Question {
  text: string;
  values?: unknown[];
}

/** Limits in the control schema: rate-limiter-flexible in PostgreSQL, and in memory while that does not answer. */
export class PostgresLimits implements Limits {
  readonly #client: { query(question: Question): Promise<{ rows: object[] }> };

  /** @param key holders are hashed with it: nobody reads in the table who they are. */
  constructor(
    pool: OutboxPool,
    private readonly key: Uint8Array,
  ) {
    this.#client = {
      query: async ({ text, values = [] }) => ({ rows: await pool.query({ text, values }) }),
    };
  }

  limit(rule: LimitRule): Limit {
    const limiter = this.#limiter(rule);
    const usedUp = new LRUCache<string, true>({
      maxSize: MOST_USED_UP,
      sizeCalculation: (_, holder) => holder.length + EACH,
    });
    return {
      take: async (holder) => {
        const leftMs = await limiter.consume(this.#hashed(holder)).then(() => null, refusedFor);
        if (leftMs !== null && leftMs > 0) usedUp.set(holder, true, { ttl: leftMs });
        return leftMs === null;
      },
      isUsedUp: (holder) => usedUp.has(holder),
      giveBack: async (holder) => {
        const { consumedPoints } = await limiter.reward(this.#hashed(holder));
        // Given back after the window that it was taken from: nobody gets more than there is by that.
        if (consumedPoints < 0) await limiter.delete(this.#hashed(holder));
      },
    };
  }

  remembered(name: string, windowSeconds: number): Remembered {
    const limiter = this.#limiter({ name, points: 1, windowSeconds });
    return {
      has: async (holder) => (await limiter.get(this.#hashed(holder))) !== null,
      note: async (holder) => {
        await limiter.set(this.#hashed(holder), 1, windowSeconds);
      },
    };
  }

  #limiter({ name: keyPrefix, points, windowSeconds: duration }: LimitRule): RateLimiterPostgres {
    return new RateLimiterPostgres({
      storeClient: this.#client,
      storeType: "pool",
      schemaName: "marquee",
      tableName: "limits",
      tableCreated: true,
      keyPrefix,
      points,
      duration,
      // Who goes on regardless is told so from memory.
      inMemoryBlockOnConsumed: points + 1,
      insuranceLimiter: new RateLimiterMemory({ keyPrefix, points, duration }),
    });
  }

  #hashed(holder: string): string {
    return createHmac("sha256", this.key).update(holder).digest("base64url").slice(0, 27);
  }
}

/**
 * A limiter rejects with how it stands where nothing is left, and with an error where it failed.
 *
 * @returns for how long nothing will be left. Milliseconds.
 */
function refusedFor(reason: unknown): number {
  if (reason instanceof RateLimiterRes) return Math.ceil(reason.msBeforeNext);
  throw reason;
}
