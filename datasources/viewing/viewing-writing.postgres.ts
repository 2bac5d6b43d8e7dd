import { randomUUID } from "node:crypto";

import { PlacesFullError, Together, type Turn } from "../../packages/pressure/index.js";
import { type PresumedViewer } from "../accounts/presumed-viewer.js";
import { profileGone } from "../accounts/profile-rules.js";
import { keptTitle } from "../catalog/postgres/title-merges.postgres.js";
import { OUTBOX_CHANNEL } from "../projection/outbox/outbox-event.js";
import { type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { Refusal } from "../core/refusal.js";
import { StoreUnavailableError } from "../core/store-error.js";
import { type Tenant } from "../core/tenant.js";
import { EventDays } from "./event-days.postgres.js";
import { MOST_NOT_FOR_ME, notForMeWrite } from "./not-for-me.postgres.js";
import {
  hold,
  recordEvents,
  toWritten,
  type Recorded,
  type WrittenRow,
} from "./viewing-recording.postgres.js";
import {
  dismissalWrite,
  ownerOf,
  ratingWrite,
  watchlistWrite,
  type StoredEvent,
} from "./viewing-statements.postgres.js";
import {
  type Pair,
  type ProgressEvent,
  type ViewingWriting,
  type ViewingWritten,
} from "./viewing-writing.js";
import { checkProgress, checkRating, isFinished, type WatchRules } from "./watch-rules.js";

/** Events that are stored in one transaction at most. */
const TOGETHER = 200;
/** Transactions of one tenant at once: with two, each would be half as large, and what one takes is mostly its own. */
const AT_ONCE = 1;
/** Time between the beginnings of two, where several wait: half of what one of ten takes is the same for one of a hundred. Milliseconds. */
const APART_MS = 15;
/** Events of one tenant that may wait. */
const WAITING = 1_000;

/** SQLSTATEs. */
const UNIQUE_VIOLATION = "23505";
const LOCK_NOT_AVAILABLE = "55P03";

/** An event that waits to be stored. */
interface Job {
  tenant: Tenant;
  event: StoredEvent;
}

type RecordTurn = Turn<Job, ViewingWritten>;

/** What viewers write, in PostgreSQL. */
export class PostgresViewingWriting implements ViewingWriting {
  readonly #days: EventDays;
  readonly #recording: Together<Job, ViewingWritten>;

  constructor(
    private readonly postgres: PostgresStore,
    private readonly rules: WatchRules,
  ) {
    this.#days = new EventDays(postgres);
    this.#recording = new Together({
      most: TOGETHER,
      atOnce: AT_ONCE,
      apartMs: APART_MS,
      waiting: WAITING,
      waitMs: postgres.deadlineMs,
      keyOf: ({ event }) => event.profileId,
      work: (turns) => this.#record(turns),
    });
  }

  async recordProgress(
    tenant: Tenant,
    event: ProgressEvent,
    turn?: AbortSignal,
    presumed: PresumedViewer | null = null,
  ): Promise<ViewingWritten> {
    const now = Date.now();
    checkProgress(event, now);
    const stored = { ...toStored(event, now, this.rules), presumed };
    const at = new Date(stored.at);
    await this.#days.ready(tenant, at);
    // Of one placement, as one transaction is; of one day, so that few partitions are looked into.
    const lane = `${tenant.id} ${tenant.epoch} ${at.toISOString().slice(0, 10)}`;
    return this.#recording.do(lane, { tenant, event: stored }, turn).catch(crowded);
  }

  /** Resolves when nothing waits to be stored any more. */
  settled(): Promise<void> {
    return this.#recording.settled();
  }

  async rate(tenant: Tenant, pair: Pair, rating: number | null): Promise<ViewingWritten> {
    checkRating(rating);
    const written = await this.#write(tenant, pair, (kept) => ratingWrite(kept, rating));
    this.postgres.notify(OUTBOX_CHANNEL, "WATCH");
    return written;
  }

  addToWatchlist(tenant: Tenant, pair: Pair): Promise<ViewingWritten> {
    return this.#write(tenant, pair, (kept) => watchlistWrite(kept, true));
  }

  removeFromWatchlist(tenant: Tenant, pair: Pair): Promise<ViewingWritten> {
    return this.#write(tenant, pair, (kept) => watchlistWrite(kept, false));
  }

  async setNotForMe(tenant: Tenant, pair: Pair, notForMe: boolean): Promise<ViewingWritten> {
    const write = (kept: Pair) => notForMeWrite(kept, ownerOf(kept), notForMe);
    const written = await this.#write(tenant, pair, write);
    if (notForMe && !written.state.notForMe) throw notForMeFull();
    this.postgres.notify(OUTBOX_CHANNEL, "NOT_FOR_ME");
    return written;
  }

  dismiss(tenant: Tenant, pair: Pair): Promise<ViewingWritten> {
    return this.#write(tenant, pair, dismissalWrite);
  }

  /** Stores what waits together. Where one of several breaks the transaction, it is found by halves. */
  async #record(turns: readonly RecordTurn[]): Promise<void> {
    try {
      const recorded = await this.#recorded(
        turns.map(({ job }) => job),
        false,
      );
      turns.forEach((turn, n) => this.#end(turn, recorded[n]!));
    } catch (error) {
      // What PostgreSQL has not answered may have been committed, and is not to be stored twice.
      if (error instanceof StoreUnavailableError) throw error;
      if (turns.length === 1 || codeOf(error) === LOCK_NOT_AVAILABLE) return this.#recordEach(turns);
      const half = Math.ceil(turns.length / 2);
      await this.#record(turns.slice(0, half));
      await this.#record(turns.slice(half));
    }
  }

  /** Nobody waits for them here: each is its own transaction, which may wait for somebody. */
  #recordEach(turns: readonly RecordTurn[]): void {
    for (const turn of turns) void this.#recordAlone(turn, turn.job.event);
  }

  async #recordAlone(turn: RecordTurn, event: StoredEvent): Promise<void> {
    const record = () => this.#recorded([{ ...turn.job, event }], true);
    try {
      const [recorded] = await record().catch((error: unknown) => {
        // The same id, sent for another title at the same time: the one that came first is there now.
        if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
        return record();
      });
      this.#end(turn, recorded!);
    } catch (error) {
      turn.failed(error);
    }
  }

  async #recorded(jobs: readonly Job[], waits: boolean): Promise<Recorded[]> {
    const [{ tenant }] = jobs as [Job];
    const events = jobs.map(({ event }) => event);
    const recorded = await recordEvents(this.postgres, tenant, events, waits);
    // Those who carry watches to the projections are told of them.
    if (recorded.some((each) => "written" in each)) this.postgres.notify(OUTBOX_CHANNEL, "WATCH");
    return recorded;
  }

  #end(turn: RecordTurn, recorded: Recorded): void {
    if ("written" in recorded) turn.done(recorded.written);
    else if ("refused" in recorded) turn.failed(recorded.refused);
    else void this.#recordAlone(turn, recorded.again);
  }

  /** One write of a pair, behind every other. Where it wrote nothing, the profile is gone or the title was merged. */
  async #write(tenant: Tenant, pair: Pair, statement: (pair: Pair) => Sql): Promise<ViewingWritten> {
    const [written] = await this.postgres.conclude<WrittenRow>(tenant, (query) => {
      hold(query, tenant, pair);
      return Promise.resolve(statement(pair));
    });
    if (written) return toWritten(written);
    const titleId = await this.postgres.transaction(tenant, (query) => keptTitle(query, pair.titleId));
    if (titleId === pair.titleId) throw profileGone();
    return this.#write(tenant, { ...pair, titleId }, statement);
  }
}

/** An instant to come counts as now. */
function toStored(event: ProgressEvent, now: number, rules: WatchRules): Omit<StoredEvent, "presumed"> {
  const { profileId, titleId, durationSeconds, positionSeconds, completed, device, eventId } = event;
  const toldAt = event.at?.getTime() ?? now;
  return {
    profileId,
    titleId,
    // Ids are the client's own: those of two profiles have nothing to do with each other.
    id: eventId === null ? randomUUID() : `${profileId}:${eventId}`,
    eventId,
    request: {
      title: titleId,
      positionSeconds,
      completed,
      device,
      at: event.at?.toISOString() ?? null,
    },
    at: Math.min(toldAt, now),
    toldAt: toldAt > now ? toldAt : null,
    position: positionSeconds,
    durationSeconds,
    completed: completed ?? isFinished(positionSeconds, durationSeconds, rules),
    country: event.country,
    device: device ?? "UNKNOWN",
  };
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}

/** More wait already than may, or it has waited for too long: nothing was done. */
function crowded(error: unknown): never {
  throw error instanceof PlacesFullError ? new StoreUnavailableError("POSTGRES") : error;
}

function notForMeFull(): Refusal {
  return new Refusal(
    "notForMe",
    "NOT_FOR_ME_FULL",
    `${MOST_NOT_FOR_ME} titles are not for this profile already. Accepted: one more when another was taken back.`,
  );
}
