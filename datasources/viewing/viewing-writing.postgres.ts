import { randomUUID } from "node:crypto";

import { sql, type PostgresStore, type Sql } from "../postgres/store.postgres.js";
import { Refusal } from "../refusal.js";
import { type Tenant } from "../tenant.js";
import { EventDays } from "./event-days.postgres.js";
import {
  ratingWrite,
  standingOf,
  surroundingsOf,
  progressWrite,
  watchlistWrite,
  type SurroundingsRow,
  type StandingRow,
  type StoredEvent,
} from "./viewing-statements.postgres.js";
import {
  type Pair,
  type ProgressEvent,
  type ViewingWriting,
  type ViewingWritten,
} from "./viewing-writing.js";
import { toState, type StateRow } from "./viewing.postgres.js";
import { checkProgress, checkRating, secondsWatched, withinTitle } from "./watch-rules.js";

/** The answer of a statement that writes: nothing where the profile is gone. */
type WrittenRow = Omit<StateRow, "profile_id" | "title_id"> & { xid: number };

const UNIQUE_VIOLATION = "23505";

/** What viewers write, in PostgreSQL. */
export class PostgresViewingWriting implements ViewingWriting {
  readonly #days: EventDays;

  constructor(private readonly postgres: PostgresStore) {
    this.#days = new EventDays(postgres);
  }

  async recordProgress(tenant: Tenant, event: ProgressEvent): Promise<ViewingWritten> {
    const now = Date.now();
    checkProgress(event, now);
    const stored = toStored(event, now);
    await this.#days.ready(tenant, new Date(stored.at));
    try {
      return await this.#record(tenant, stored);
    } catch (error) {
      // The same id, sent for another title at the same time: the one that came first is there now.
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
      return this.#record(tenant, stored);
    }
  }

  async rate(tenant: Tenant, pair: Pair, rating: number | null): Promise<ViewingWritten> {
    checkRating(rating);
    return this.#write(tenant, pair, ratingWrite(pair, rating));
  }

  addToWatchlist(tenant: Tenant, pair: Pair): Promise<ViewingWritten> {
    return this.#write(tenant, pair, watchlistWrite(pair, true));
  }

  removeFromWatchlist(tenant: Tenant, pair: Pair): Promise<ViewingWritten> {
    return this.#write(tenant, pair, watchlistWrite(pair, false));
  }

  async #record(tenant: Tenant, event: StoredEvent): Promise<ViewingWritten> {
    let repeated: ViewingWritten | undefined;
    const [written] = await this.postgres.conclude<WrittenRow>(tenant, async (query) => {
      void query(lockOf(tenant, event));
      const [standing] = await query<StandingRow>(standingOf(event));
      if (!standing) throw profileGone();
      repeated = answerAgain(standing);
      if (repeated) return null;
      const latest = standing.progress;
      if (!latest || event.at >= Date.parse(latest.lastAt)) {
        const before = latest && { at: Date.parse(latest.lastAt), position: latest.position };
        return progressWrite(event, secondsWatched(event, before, null));
      }
      const [around] = await query<SurroundingsRow>(surroundingsOf(event, latest));
      return progressWrite(event, lateSeconds(event, around));
    });
    if (repeated) return repeated;
    if (!written) throw profileGone();
    return toWritten(written);
  }

  /** One write of a pair, behind every other. */
  async #write(tenant: Tenant, pair: Pair, statement: Sql): Promise<ViewingWritten> {
    const [written] = await this.postgres.conclude<WrittenRow>(tenant, (query) => {
      void query(lockOf(tenant, pair));
      return Promise.resolve(statement);
    });
    if (!written) throw profileGone();
    return toWritten(written);
  }
}

/**
 * Lets the writers of a pair in one by one. In a statement of its own, before the transaction has an id: those behind
 * it then see what the writer before has committed, and the order of the ids is that of the commits.
 */
function lockOf(tenant: Tenant, { profileId, titleId }: Pair): Sql {
  const name = JSON.stringify(["watch", tenant.id, profileId, titleId]);
  return sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`;
}

function toStored(event: ProgressEvent, now: number): StoredEvent {
  const { profileId, titleId, durationSeconds, positionSeconds, completed, device, eventId } = event;
  const position = withinTitle(positionSeconds, durationSeconds);
  return {
    profileId,
    titleId,
    // Ids are the client's own: those of two profiles have nothing to do with each other.
    id: eventId === null ? randomUUID() : `${profileId}:${eventId}`,
    eventId,
    request: JSON.stringify({
      title: titleId,
      positionSeconds,
      completed,
      device,
      at: event.at?.toISOString() ?? null,
    }),
    at: event.at?.getTime() ?? now,
    told: positionSeconds,
    position,
    durationSeconds,
    completed: completed ?? (durationSeconds !== null && position >= durationSeconds),
    country: event.country,
    device: device ?? "UNKNOWN",
  };
}

/** The first answer to an event that was sent before. */
function answerAgain({ same, answer, xid, rating, in_watchlist }: StandingRow): ViewingWritten | undefined {
  if (answer === null || xid === null) return undefined;
  if (same) return { state: { progress: answer, rating, inWatchlist: in_watchlist }, xid };
  throw new Refusal(
    "eventId",
    "EVENT_ID_REUSED",
    "This id was sent before with another content. Accepted: the same content again, or an id of its own for each event.",
  );
}

function lateSeconds(event: StoredEvent, around: SurroundingsRow | undefined): number {
  const { at, position, taken } = around ?? { at: null, position: null, taken: null };
  const before = at === null ? null : { at: Date.parse(at), position: position ?? 0 };
  return secondsWatched(event, before, taken === null ? null : Date.parse(taken));
}

function toWritten(row: WrittenRow): ViewingWritten {
  return { state: toState(row), xid: row.xid };
}

function profileGone(): Refusal {
  return new Refusal(null, "PROFILE_NOT_FOUND", "The profile of this session is gone. Sign in again.");
}
