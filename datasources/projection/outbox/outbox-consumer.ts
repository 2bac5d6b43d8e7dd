import { type OutboxEvent, type OutboxTopic } from "./outbox-event.js";

/** An event as it stands in the outbox. */
export interface OutboxRecord extends OutboxEvent {
  tenantId: number;
  xid: number;
  id: number;
}

/** A record that was parked, and how often it has been refused. */
export interface ParkedRecord extends OutboxRecord {
  attempts: number;
}

/** A record that a target refused, and why. */
export interface RefusedRecord {
  record: OutboxRecord;
  reason: string;
}

/** Up to where a partition has been followed: everything at or before this place. */
export interface OutboxPlace {
  partition: number;
  xid: number;
  id: number;
}

/** What one reading found for a target, of all the partitions that are held for it. */
export interface OutboxBatch {
  target: string;
  /** In the order of the outbox within each partition; of several states of a key all. */
  records: OutboxRecord[];
  /** Where the partitions that had something stand before and after the batch. */
  moves: { from: OutboxPlace; to: OutboxPlace }[];
  /** Whether there may be more that can be read at once. */
  more: boolean;
  /** Whether something committed waits for older transactions to end before it may be read. */
  blocked: boolean;
}

/** What a target has to do, as one look at everything found. */
export interface TargetWork {
  target: string;
  /** Events to be read. */
  ready: boolean;
  /** Parked events whose time has come. */
  due: boolean;
  /** Events of other topics that its cursors can pass. */
  skippable: boolean;
}

/** Told while the outbox is consumed. */
export interface OutboxSignals {
  /** Events of these topics have been committed; of any, where none is named. */
  onEvents: (topics: readonly OutboxTopic[]) => void;
  /** The connection went, and with it every partition that was held. */
  onLost: (reason: string) => void;
}

/** The connection that consumed the outbox is gone, or a partition has come to be held by another process. */
export class PartitionLostError extends Error {
  constructor(reason: string) {
    super(`The partitions of the outbox are no longer held here: ${reason}`);
    this.name = "PartitionLostError";
  }
}

/**
 * Reads the outbox for targets. What is read is held: one process at a time has a partition of a target, for as long as
 * its connection lives, and cursors are moved on that same connection. Every method throws PartitionLostError when the
 * connection is gone; the next `hold` makes a new one.
 */
export interface OutboxConsumer {
  /**
   * Takes the partitions that nobody holds, connecting where that is needed. Answers the targets that have gained one.
   *
   * @throws StoreUnavailableError when PostgreSQL does not answer.
   */
  hold(): Promise<string[]>;
  /** What there is to do for the targets of which something is held. One query. */
  survey(): Promise<TargetWork[]>;
  /** The next events of a target. */
  read(target: string): Promise<OutboxBatch>;
  /** Moves the cursors behind a batch, parks what was refused, and forgets what was parked of keys that were taken. */
  commit(batch: OutboxBatch, refused: readonly RefusedRecord[]): Promise<void>;
  /** Passes events of topics that the target does not follow. */
  skip(target: string): Promise<void>;
  /** Parked events of a target whose time has come. */
  due(target: string): Promise<ParkedRecord[]>;
  /** Ends the waiting of parked events: those refused again wait longer, or are dead letters. */
  settle(target: string, parked: readonly ParkedRecord[], refused: readonly RefusedRecord[]): Promise<void>;
  /** Says that the targets are being served, removes events that all have passed, and targets that nobody serves any more. */
  clean(): Promise<void>;
  /** Tenants with title versions whose time has come. */
  dueTenants(): Promise<number[]>;
  /** Gives everything back. */
  close(): Promise<void>;
}
