import { type Lacking } from "../../core/freshness.js";
import { type Tenant } from "../../core/tenant.js";
import { type OutboxConsumer, type OutboxSignals } from "./outbox-consumer.js";
import { type OutboxTopic, type OutboxEvent } from "./outbox-event.js";

/** A target by its name, `<domain>.<store>`, and the topics that it follows. */
export interface OutboxTarget {
  /** `catalog.mongodb`, `search.postgres`, … */
  name: string;
  topics: readonly OutboxTopic[];
}

/** How far one target is behind what has been committed. */
export interface TargetLag {
  target: string;
  /** Events that it has not passed yet. */
  lagEvents: number;
  /** Age of the oldest of them; 0 when there is none. */
  lagSeconds: number;
  /** Events that it refused and that are tried again. */
  parked: number;
  /** Events that it refused so often that only `retry` tries them again. */
  deadLetters: number;
  /** Time since the oldest of those that it refused was refused first; 0 when there is none. */
  refusedSeconds: number;
}

/** Whether one target has followed what a tenant has written, and what keeps it where it has not. */
export interface TargetFollowing {
  target: string;
  /** Whether there are events of the tenant that it has not passed yet. */
  behind: boolean;
  /** Where its cursors stand: another text once it has passed anything, of whichever tenant. */
  place: string;
  /** Whether all that it has not passed waits for transactions to end that are older. */
  held: boolean;
}

/** The oldest transaction there is: events that were committed since may not be read before it has ended. */
export interface OldestTransaction {
  /** Process of the server; null where it is prepared and no process has it. */
  pid: number | null;
  /** What the client says that it is, or what the prepared transaction is called. */
  name: string;
}

/** The outbox as seen from the side of those who wait for it, look at it and mend it. Asks PostgreSQL; throws StoreUnavailableError. */
export interface Outbox {
  /** The targets of this process's configuration. */
  readonly targets: readonly OutboxTarget[];
  /** One entry a target, in the order of `targets`; of one tenant, or of all. */
  lag(tenant?: Tenant): Promise<TargetLag[]>;
  /** The same for waiting: says whether and not how much, which costs as much as the first event and not as all. */
  following(tenant: Tenant): Promise<TargetFollowing[]>;
  /** What holds events of the tenant back where any are held; null where nothing does just now. */
  oldestTransaction(tenant: Tenant): Promise<OldestTransaction | null>;
  /**
   * The names of those targets that hold everything the tenant has written up to a transaction: they have passed all its
   * events with that transaction id or a lower one, and none of these waits to be tried again. A dead letter counts only
   * against the transaction that wrote it.
   */
  reached(tenant: Tenant, xid: number): Promise<ReadonlySet<string>>;
  /** The transaction id that the next writer gets where the tenant is: everything that is committed has a lower one. */
  edge(tenant: Tenant): Promise<number>;
  /** What keeps targets from having reached a transaction, at most `limit` of it. */
  lacking(tenant: Tenant, xid: number, targets: readonly string[], limit: number): Promise<Lacking[]>;
  /** Makes the targets known, where they are not: from now on events are kept until each of them has passed them. */
  register(): Promise<void>;
  /** Whether a target may lack events that were gone before it was registered; until `rebuilt`, after which it does not. */
  needsRebuild(target: string): Promise<boolean>;
  rebuilt(target: string): Promise<void>;
  /** Opens nothing yet: see `OutboxConsumer.hold`. */
  consume(signals: OutboxSignals): OutboxConsumer;
  /** Puts dead letters back among the events to be tried, at once; of one target or tenant, or of all. Answers how many. */
  retry(which?: { target?: string | undefined; tenant?: Tenant | undefined }): Promise<number>;
}

/** Events that are kept beyond their time, because something under way has to follow them in the end. */
export interface OutboxHolds {
  /**
   * Does some work; then tells everything of a tenant that was committed meanwhile, once more, in batches of at most one
   * event a key. Nothing of it is removed before.
   */
  during<T>(
    work: () => Promise<T>,
    after: {
      tenant: Tenant;
      topics: readonly OutboxTopic[];
      replay: (events: readonly OutboxEvent[]) => Promise<void>;
    },
  ): Promise<T>;
}
