import { createHash } from "node:crypto";

import { sql, type Query } from "../engines/postgres/store.postgres.js";
import { Refusal } from "../core/refusal.js";

const MAX_KEY = 255;

/** One use of a client's key. */
export interface KeyedRequest {
  accountId: string;
  /** The mutation: the same key for another one is another key. */
  operation: string;
  key: string;
  /** What the client asked for, without the key: JSON. */
  input: unknown;
}

/**
 * Does `work` once for a key, in the caller's transaction, and answers every further request with the same key what the
 * first one was answered. Whoever comes while the first is at work waits for it. Work that is refused or fails leaves no
 * trace of its key: nothing happened, and it may be tried again.
 *
 * @param work answers JSON, which is kept.
 * @throws Refusal IDEMPOTENCY_KEY_INVALID, or IDEMPOTENCY_KEY_REUSED when the key was used with another input.
 */
export async function once<T>(query: Query, request: KeyedRequest, work: () => Promise<T>): Promise<T> {
  const { accountId, operation, key, input } = request;
  checkKey(key);
  const hash = createHash("sha256").update(canonical(input)).digest("base64url");
  const known = await find<T>(query, request, hash);
  if (known) return known.answer;
  // Waits for a transaction that is at work with the same key.
  const [mine] = await query(
    sql`insert into idempotency_keys (tenant_id, account_id, operation, key, input_hash)
        values (current_setting('marquee.tenant')::int, ${accountId}, ${operation}, ${key}, ${hash})
        on conflict do nothing returning 1`,
  );
  if (!mine) {
    const first = await find<T>(query, request, hash);
    if (!first) throw new Error("An idempotency key was taken and is not there");
    return first.answer;
  }
  const answer = await work();
  await query(
    sql`update idempotency_keys set answer = ${JSON.stringify(answer)}::jsonb
        where account_id = ${accountId} and operation = ${operation} and key = ${key}`,
  );
  return answer;
}

async function find<T>(query: Query, request: KeyedRequest, hash: string): Promise<{ answer: T } | null> {
  const { accountId, operation, key } = request;
  const [row] = await query<{ input_hash: string; answer: T }>(
    sql`select input_hash, answer from idempotency_keys
        where account_id = ${accountId} and operation = ${operation} and key = ${key}`,
  );
  if (!row) return null;
  if (row.input_hash === hash) return row;
  throw new Refusal(
    "idempotencyKey",
    "IDEMPOTENCY_KEY_REUSED",
    `This key was used for ${operation} with another input. Send the first input again, or choose a new key.`,
  );
}

function checkKey(key: string): void {
  if (key.length > 0 && key.length <= MAX_KEY && !key.includes("\0")) return;
  throw new Refusal(
    "idempotencyKey",
    "IDEMPOTENCY_KEY_INVALID",
    `An idempotency key has 1 to ${MAX_KEY} characters.`,
  );
}

/** JSON with the members of each object in one order: inputs that are the same are written the same. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === "object" && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
