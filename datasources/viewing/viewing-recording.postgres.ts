import { holdProfile, profileLock, tryHoldProfile } from "../accounts/profile-locks.postgres.js";
import { NotAsPresumedError } from "../accounts/presumed-viewer.js";
import { profileGone } from "../accounts/profile-rules.js";
import { HOLD_MERGES } from "../catalog/postgres/title-merges.postgres.js";
import { Refusal } from "../core/refusal.js";
import { type Tenant } from "../core/tenant.js";
import { sql, type Ask, type PostgresStore } from "../engines/postgres/store.postgres.js";
import {
  progressWrite,
  standingOf,
  type PlacedEvent,
  type StandingRow,
  type StoredEvent,
} from "./viewing-statements.postgres.js";
import { toState, type StateRow } from "./viewing.postgres.js";
import { type Pair, type ViewingWritten } from "./viewing-writing.js";
import { withinTitle } from "./watch-rules.js";
import { askPlaces } from "./watch-window.postgres.js";

/** What a statement that writes about a pair answers: nothing where the profile is gone. */
export type WrittenRow = Omit<StateRow, "profile_id" | "title_id"> & { xid: number };

/** What became of an event: stored, refused, or to be recorded by itself, as which it may have to wait for others. */
export type Recorded =
  { written: ViewingWritten } | { refused: Refusal | NotAsPresumedError } | { again: StoredEvent };

/** How long several wait for a lock together. Milliseconds. */
const LOCK_MS = 250;

/**
 * Stores events of one tenant in one transaction, in as many statements and round trips as one takes. An event of a title
 * that was merged into another is left to be recorded again, as one of that.
 *
 * @param events of different profiles; one, where it waits.
 * @param waits for others that write about the same; else what they write about is left to be recorded again.
 * @returns what became of each, in their order. Rejects where any of them breaks the transaction: none is stored then.
 */
export async function recordEvents(
  postgres: PostgresStore,
  tenant: Tenant,
  events: readonly StoredEvent[],
  waits: boolean,
): Promise<Recorded[]> {
  let judged = new Map<number, Recorded>();
  let placed: PlacedEvent[] = [];
  const rows = await postgres.conclude<ProgressRow>(tenant, async (query) => {
    const held = waits ? holdAll(query, tenant, events) : holdFree(query, tenant, events);
    const places = askPlaces(query, events);
    // Of both at once: where the transaction fails, neither is left to fail unseen.
    const [standing, isHeld] = await Promise.all([query<StandingRow>(standingOf(events)), held]);
    judged = judge(events, standing, isHeld);
    const open = standing.filter(({ n }) => !judged.has(n));
    if (open.length === 0) return null;
    const measured = open.filter(({ measured }) => measured);
    const found = await places(new Map(measured.map(({ n, allowed }) => [n, allowed])));
    placed = open.map((row) => toPlaced(events[row.n]!, row, found.get(row.n) ?? null));
    return progressWrite(placed);
  });
  const before = new Map(placed.map(({ n, standing }) => [n, standing]));
  for (const row of rows) judged.set(row.n, { written: toWritten({ ...before.get(row.n)!, ...row }) });
  return events.map((_, n) => judged.get(n) ?? { refused: profileGone() });
}

/** What a group's write answers of each. */
type ProgressRow = Pick<WrittenRow, "position_seconds" | "duration_seconds" | "completed" | "xid"> & {
  n: number;
};

export function toWritten(row: WrittenRow): ViewingWritten {
  return { state: toState(row), xid: row.xid };
}

/**
 * Keeps the title from being merged and the profile from being deleted, and lets the writers of a pair in one by one.
 * Before the transaction has an id, which the lock of a row would give it: those behind it then see what the writer
 * before has committed, and the order of the ids is that of the commits. The profile's row comes last, in a statement of
 * its own: an import that holds it may have to commit what the next statement has to see.
 */
export function hold(query: Ask, tenant: Tenant, pair: Pair): void {
  void query(
    sql`select ${HOLD_MERGES}, ${holdProfile(tenant, pair.profileId)},
               pg_advisory_xact_lock(hashtextextended(${pairLock(tenant, pair)}, 0))`,
  );
  void query(sql`select id from profiles where id = ${pair.profileId} for share`);
}

/** The same for those that are waited for, one after the other. */
async function holdAll(query: Ask, tenant: Tenant, events: readonly StoredEvent[]): Promise<() => boolean> {
  for (const event of events) hold(query, tenant, event);
  return () => true;
}

/**
 * The same for several, of which those are held that can be without a wait: who waits while holding what others wait for
 * may wait for ever, and those who could go on would wait as well. Nor do they wait long for rows that are locked by
 * whoever does not go by these locks.
 *
 * @returns whether the one at a place is held.
 */
async function holdFree(
  query: Ask,
  tenant: Tenant,
  events: readonly StoredEvent[],
): Promise<(n: number) => boolean> {
  const names = events.map((event, n) => ({
    n,
    profile: profileLock(tenant, event.profileId),
    pair: pairLock(tenant, event),
  }));
  void query(sql`select ${HOLD_MERGES}, set_config('lock_timeout', ${String(LOCK_MS)}, true)`);
  const locks = query<{ n: number; held: boolean }>(
    sql`select v.n, ${tryHoldProfile(sql`v.profile`)} and pg_try_advisory_xact_lock(hashtextextended(v.pair, 0)) as held
        from json_to_recordset(${JSON.stringify(names)}::json) as v (n int, profile text, pair text)`,
  );
  const profiles = events.map(({ profileId }) => profileId);
  const rows = query<{ id: string }>(
    sql`select id from profiles where id = any(${profiles}::text[]) for share skip locked`,
  );
  const held = new Set((await locks).flatMap((row) => (row.held ? [row.n] : [])));
  const free = new Set((await rows).map(({ id }) => id));
  return (n) => held.has(n) && free.has(events[n]?.profileId ?? "");
}

/** What is known of events before any is stored; those that are to be stored are left out. */
function judge(
  events: readonly StoredEvent[],
  standing: readonly StandingRow[],
  isHeld: (n: number) => boolean,
): Map<number, Recorded> {
  const known = new Map(standing.map((row) => [row.n, row]));
  const judged = new Map<number, Recorded>();
  for (const [n, event] of events.entries()) {
    const found = judgeOne(event, known.get(n), isHeld(n));
    if (found) judged.set(n, found);
  }
  return judged;
}

function judgeOne(event: StoredEvent, standing: StandingRow | undefined, held: boolean): Recorded | null {
  if (!standing) return { refused: profileGone() };
  if (event.presumed && !standing.as_presumed) return { refused: new NotAsPresumedError() };
  const repeated = answerAgain(standing);
  if (repeated) return repeated;
  const { merged_into: into } = standing;
  return held && into === null ? null : { again: { ...event, titleId: into ?? event.titleId } };
}

/** The first answer to an event that was sent before. */
function answerAgain(standing: StandingRow): Recorded | null {
  const { same, answer, xid, rating } = standing;
  if (answer === null || xid === null) return null;
  if (same) {
    const { in_watchlist: inWatchlist, not_for_me: notForMe } = standing;
    return { written: { state: { progress: answer, rating, inWatchlist, notForMe }, xid } };
  }
  const message =
    "This id was sent before with another content. Accepted: the same content again, or an id of its own for each event.";
  return { refused: new Refusal("eventId", "EVENT_ID_REUSED", message) };
}

function toPlaced(event: StoredEvent, standing: StandingRow, place: PlacedEvent["place"]): PlacedEvent {
  const { n, last_at: lastAt, position } = standing;
  const latest = (place?.latest ?? true) && (lastAt === null || event.at >= Date.parse(lastAt));
  const own = event.completed ? 0 : withinTitle(event.position, event.durationSeconds);
  return { n, event, place, standing, position: latest ? own : (position ?? own) };
}

function pairLock(tenant: Tenant, { profileId, titleId }: Pair): string {
  return JSON.stringify(["watch", tenant.id, profileId, titleId]);
}
