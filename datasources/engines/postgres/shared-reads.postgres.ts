import { type Sql } from "sql-template-tag";

import { type StoreRequest } from "../../core/store-request.js";

/**
 * What many requests ask at once, each with a key of its own: one statement for all keys that wait at the same time.
 *
 * @typeParam K a key.
 */
export interface SharedRead<K> {
  /** `<domain>.<method>`. */
  operation: string;
  /** @returns a query for the rows of keys, each with the place of its key among them as `n`, from 1 on. */
  statement: (keys: readonly K[]) => Sql;
}

/** A row of the answer to a shared read. */
export interface SharedRow {
  n: number;
}

/** Where a statement stands among those that leave with it: before all others, or behind them. */
export type ReadPlace = "first" | "last";

/** A read that waits to be sent. */
export interface PendingRead {
  request: StoreRequest;
  operation: string;
  /** Null where it may be asked together with others: it is made once it is known with whom. */
  statement: Sql | null;
  uniqueKeys: number;
  place?: ReadPlace | undefined;
  /** Where it may be asked together with those of other requests. */
  shared?: { read: SharedRead<unknown>; key: unknown } | undefined;
  resolve(rows: Record<string, unknown>[]): void;
  reject(error: unknown): void;
}

/** Reads that one statement answers. */
export interface MergedRead {
  statement: Sql;
  /** By the places of their keys. */
  reads: PendingRead[];
}

/** A read as it is asked by itself. */
export function apart({ statement, shared }: PendingRead): { statement: Sql } {
  return { statement: statement ?? shared!.read.statement([shared!.key]) };
}

/** Reads that are all shared ones, with one statement for those of a kind. */
export function merged(reads: readonly PendingRead[]): MergedRead[] {
  const kinds = new Map<SharedRead<unknown>, PendingRead[]>();
  for (const read of reads) {
    const { read: kind } = read.shared!;
    const same = kinds.get(kind);
    if (same) same.push(read);
    else kinds.set(kind, [read]);
  }
  return [...kinds].map(([kind, same]) => ({
    statement: kind.statement(same.map(({ shared }) => shared?.key)),
    reads: same,
  }));
}

/** The rows of each read; null where a statement has failed. */
export function deal(
  all: readonly MergedRead[],
  answers: readonly PromiseSettledResult<Record<string, unknown>[]>[],
): Map<PendingRead, Record<string, unknown>[]> | null {
  const dealt = new Map<PendingRead, Record<string, unknown>[]>();
  for (const [index, answer] of answers.entries()) {
    if (answer.status === "rejected") return null;
    const reads = all[index]?.reads ?? [];
    for (const read of reads) dealt.set(read, []);
    for (const row of answer.value) dealt.get(reads[Number(row.n) - 1]!)?.push(row);
  }
  return dealt;
}
