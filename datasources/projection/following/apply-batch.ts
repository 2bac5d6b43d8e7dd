import { wordsOf } from "../../../packages/told-errors/index.js";
import { latestByKey, keyOf } from "../outbox/coalesce.js";
import { type OutboxRecord, type RefusedRecord } from "../outbox/outbox-consumer.js";
import { type ProjectionTarget } from "../targets/projection-target.js";
import { RefusedEntriesError, StoreUnavailableError } from "../../core/store-error.js";
import { type Tenant } from "../../core/tenant.js";

/** The tenant of an id; null where it is gone, and its events with it. */
export type TenantOf = (id: number) => Promise<Tenant | null>;

/** The part of a target that is needed to apply events. */
export type Applying = Pick<ProjectionTarget, "store" | "apply" | "ping">;

/**
 * Applies records to a target, of several states of a key the last. What the target cannot keep is found and left out;
 * the others are applied.
 *
 * @returns what was refused; of a key with several states all of them are meant.
 * @throws StoreUnavailableError when the target does not answer; nothing is known then of what has been applied.
 */
export async function applyBatch(
  target: Applying,
  records: readonly OutboxRecord[],
  tenantOf: TenantOf,
): Promise<RefusedRecord[]> {
  const refused: RefusedRecord[] = [];
  const latest = latestByKey(records, (record) => `${record.tenantId} ${keyOf(record)}`);
  for (const [id, own] of byTenant(latest)) {
    const tenant = await tenantOf(id);
    if (tenant) refused.push(...(await applyPart(target, tenant, own)));
  }
  return refused;
}

/** Halves what is refused as a whole until what is at fault stands alone. */
async function applyPart(
  target: Applying,
  tenant: Tenant,
  records: readonly OutboxRecord[],
): Promise<RefusedRecord[]> {
  try {
    await target.apply(tenant, records);
    return [];
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    // The loser of a deadlock or a race has done nothing wrong: the same again, later.
    if (isConflict(error)) throw new StoreUnavailableError(target.store, { cause: error });
    if (error instanceof RefusedEntriesError) return namedIn(error, records);
    if (records.length === 1) {
      // An engine that goes down has more ways to say so than anybody knows.
      await answering(target);
      return records.map((record) => ({ record, reason: wordsOf(error) }));
    }
    const middle = records.length >> 1;
    return [
      ...(await applyPart(target, tenant, records.slice(0, middle))),
      ...(await applyPart(target, tenant, records.slice(middle))),
    ];
  }
}

async function answering(target: Applying): Promise<void> {
  try {
    await target.ping();
  } catch (cause) {
    throw new StoreUnavailableError(target.store, { cause });
  }
}

function namedIn({ reasons }: RefusedEntriesError, records: readonly OutboxRecord[]): RefusedRecord[] {
  return records.flatMap((record) => {
    const reason = reasons.get(record.entity);
    return reason === undefined ? [] : [{ record, reason }];
  });
}

function byTenant(records: readonly OutboxRecord[]): Map<number, OutboxRecord[]> {
  const groups = new Map<number, OutboxRecord[]>();
  for (const record of records) {
    const group = groups.get(record.tenantId);
    if (group) group.push(record);
    else groups.set(record.tenantId, [record]);
  }
  return groups;
}

function isConflict(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^40/.test(String(error.code));
}
