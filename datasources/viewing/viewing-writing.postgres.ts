import { randomUUID } from "node:crypto";

import { holdProfile } from "../accounts/profile-locks.postgres.js";
import { profileGone } from "../accounts/profile-rules.js";
import { HOLD_MERGES, keptTitle } from "../catalog/postgres/title-merges.postgres.js";
import { OUTBOX_CHANNEL } from "../projection/outbox/outbox-event.js";
import { sql, type Ask, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { Refusal } from "../core/refusal.js";
import { type Tenant } from "../core/tenant.js";
import { EventDays } from "./event-days.postgres.js";
import { MOST_NOT_FOR_ME, notForMeWrite } from "./not-for-me.postgres.js";
import {
  dismissalWrite,
  ownerOf,
  ratingWrite,
  standingOf,
  progressWrite,
  watchlistWrite,
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
import { checkProgress, checkRating, isFinished, type WatchRules } from "./watch-rules.js";
import { askPlace } from "./watch-window.postgres.js";

/** The answer of a statement that writes: nothing where the profile is gone. */
type WrittenRow = Omit<StateRow, "profile_id" | "title_id"> & { xid: number };

const UNIQUE_VIOLATION = "23505";

/** What viewers write, in PostgreSQL. */
export class PostgresViewingWriting implements ViewingWriting {
  readonly #days: EventDays;

  constructor(
    private readonly postgres: PostgresStore,
    private readonly rules: WatchRules,
  ) {
    this.#days = new EventDays(postgres);
  }

  async recordProgress(tenant: Tenant, event: ProgressEvent): Promise<ViewingWritten> {
    const now = Date.now();
    checkProgress(event, now);
    const stored = toStored(event, now, this.rules);
    await this.#days.ready(tenant, new Date(stored.at));
    try {
      return await this.#told(this.#record(tenant, stored));
    } catch (error) {
      // The same id, sent for another title at the same time: the one that came first is there now.
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
      return this.#told(this.#record(tenant, stored));
    }
  }

  async rate(tenant: Tenant, pair: Pair, rating: number | null): Promise<ViewingWritten> {
    checkRating(rating);
    return this.#told(this.#write(tenant, pair, (kept) => ratingWrite(kept, rating)));
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

  /** What was written, once those who carry watches to the projections are told of it. */
  async #told(writing: Promise<ViewingWritten>): Promise<ViewingWritten> {
    const written = await writing;
    this.postgres.notify(OUTBOX_CHANNEL, "WATCH");
    return written;
  }

  /** A title that was merged into another while the write was on its way is written as that one. */
  async #record(tenant: Tenant, event: StoredEvent): Promise<ViewingWritten> {
    let repeated: ViewingWritten | undefined;
    let kept: string | null = null;
    const [written] = await this.postgres.conclude<WrittenRow>(tenant, async (query) => {
      hold(query, tenant, event);
      const place = askPlace(query, event);
      const [standing] = await query<StandingRow>(standingOf(event));
      if (!standing) throw profileGone();
      kept = standing.merged_into;
      repeated = answerAgain(standing);
      if (repeated || kept !== null) return null;
      const { allowed, last_at: lastAt } = standing;
      const placed = standing.measured ? await place(allowed) : null;
      const latest = (placed?.latest ?? true) && (lastAt === null || event.at >= Date.parse(lastAt));
      return progressWrite(event, placed, allowed, latest);
    });
    if (repeated) return repeated;
    if (kept !== null) return this.#record(tenant, { ...event, titleId: kept });
    if (!written) throw profileGone();
    return toWritten(written);
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

/**
 * Keeps the title from being merged and the profile from being deleted, and lets the writers of a pair in one by one.
 * Before the transaction has an id, which the lock of a row would give it: those behind it then see what the writer
 * before has committed, and the order of the ids is that of the commits. The profile's row comes last, in a statement of
 * its own: an import that holds it may have to commit what the next statement has to see.
 */
function hold(query: Ask, tenant: Tenant, { profileId, titleId }: Pair): void {
  const pair = JSON.stringify(["watch", tenant.id, profileId, titleId]);
  void query(
    sql`select ${HOLD_MERGES}, ${holdProfile(tenant, profileId)}, pg_advisory_xact_lock(hashtextextended(${pair}, 0))`,
  );
  void query(sql`select id from profiles where id = ${profileId} for share`);
}

/** An instant to come counts as now. */
function toStored(event: ProgressEvent, now: number, rules: WatchRules): StoredEvent {
  const { profileId, titleId, durationSeconds, positionSeconds, completed, device, eventId } = event;
  const toldAt = event.at?.getTime() ?? now;
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
    at: Math.min(toldAt, now),
    toldAt: toldAt > now ? toldAt : null,
    position: positionSeconds,
    durationSeconds,
    completed: completed ?? isFinished(positionSeconds, durationSeconds, rules),
    country: event.country,
    device: device ?? "UNKNOWN",
  };
}

/** The first answer to an event that was sent before. */
function answerAgain(standing: StandingRow): ViewingWritten | undefined {
  const { same, answer, xid, rating } = standing;
  if (answer === null || xid === null) return undefined;
  if (same) {
    const { in_watchlist: inWatchlist, not_for_me: notForMe } = standing;
    return { state: { progress: answer, rating, inWatchlist, notForMe }, xid };
  }
  throw new Refusal(
    "eventId",
    "EVENT_ID_REUSED",
    "This id was sent before with another content. Accepted: the same content again, or an id of its own for each event.",
  );
}

function notForMeFull(): Refusal {
  return new Refusal(
    "notForMe",
    "NOT_FOR_ME_FULL",
    `${MOST_NOT_FOR_ME} titles are not for this profile already. Accepted: one more when another was taken back.`,
  );
}

function toWritten(row: WrittenRow): ViewingWritten {
  return { state: toState(row), xid: row.xid };
}
