import { type Page, type PageOf } from "../core/page.js";
import {
  countInDirection,
  directionsOf,
  ownedPages,
  toOwnedPages,
} from "../engines/postgres/keyset.postgres.js";
import { sql, type PostgresStore, type Sql } from "../engines/postgres/store.postgres.js";
import { type StoreRequest } from "../core/store-request.js";
import {
  MAX_TOUCHED,
  type RecentWatch,
  type Shelf,
  type ShelfRow,
  type TitleStateOfProfile,
  type Viewing,
} from "./viewing.js";
import { type WatchRules } from "./watch-rules.js";
import { WATCHED } from "./watched.postgres.js";

/** What a profile has done with a title, as a row. */
export interface StateRow {
  profile_id: string;
  title_id: string;
  position_seconds: number | null;
  duration_seconds: number | null;
  completed: boolean | null;
  rating: number | null;
  in_watchlist: boolean;
  not_for_me: boolean;
}

interface ShelfSqlRow {
  n: number;
  id: string;
  value: string;
  watched_seconds: number | null;
  completed: boolean | null;
  rating: number | null;
}

/** Viewing facts in PostgreSQL. */
export class PostgresViewing implements Viewing {
  readonly #shelves: Record<Shelf, Sql>;

  constructor(
    private readonly postgres: PostgresStore,
    rules: WatchRules,
  ) {
    this.#shelves = { ...SHELVES, CONTINUE_WATCHING: sql`${SHELVES.HISTORY} and ${isUnderWay(rules)}` };
  }

  async titleStates(
    request: StoreRequest,
    keys: readonly { profile: string; title: string }[],
  ): Promise<Map<string, TitleStateOfProfile>> {
    const rows = await this.postgres.read<StateRow>(
      request,
      "viewing.titleStates",
      sql`select k.profile_id, k.title_id, p.position_seconds, p.duration_seconds, p.completed, r.rating,
                 w.title_id is not null as in_watchlist, n.title_id is not null as not_for_me
          from unnest(${keys.map((key) => key.profile)}::text[], ${keys.map((key) => key.title)}::text[])
            as k (profile_id, title_id)
          left join title_progress p on p.profile_id = k.profile_id and p.title_id = k.title_id
          left join ratings r on r.profile_id = k.profile_id and r.title_id = k.title_id
          left join watchlist w on w.profile_id = k.profile_id and w.title_id = k.title_id
          left join not_for_me n on n.profile_id = k.profile_id and n.title_id = k.title_id
          where p.title_id is not null or r.title_id is not null or w.title_id is not null or n.title_id is not null`,
      keys.length,
    );
    return new Map(rows.map((row) => [`${row.profile_id} ${row.title_id}`, toState(row)]));
  }

  async shelves(
    request: StoreRequest,
    shelf: Shelf,
    keys: readonly { profile: string; page: Page }[],
  ): Promise<PageOf<ShelfRow>[]> {
    const owned = keys.map(({ profile, page }) => ({ owner: profile, page }));
    const bounds = { type: sql`timestamptz`, lowest: "-infinity", highest: "infinity" };
    const rows = await Promise.all(
      directionsOf(owned).map((fromEnd) =>
        this.postgres.read<ShelfSqlRow>(
          request,
          `viewing.shelves.${shelf}`,
          ownedPages(owned, fromEnd, this.#shelves[shelf], bounds),
          countInDirection(owned, fromEnd),
        ),
      ),
    );
    return toOwnedPages(owned, rows.flat(), toShelfRow);
  }

  async shelved(
    request: StoreRequest,
    shelf: Shelf,
    { profile, title }: { profile: string; title: string },
  ): Promise<ShelfRow | null> {
    const [row] = await this.postgres.read<ShelfSqlRow>(
      request,
      `viewing.shelved.${shelf}`,
      sql`select 0 as n, l.* from (select ${profile}::text as owner) k
          cross join lateral (${this.#shelves[shelf]}) l where l.id = ${title}`,
    );
    return row ? toShelfRow(row) : null;
  }

  async recentWatches(request: StoreRequest, profile: string, limit: number): Promise<RecentWatch[]> {
    return this.postgres.read<RecentWatch>(
      request,
      "viewing.recentWatches",
      sql`select p.title_id as "titleId", p.completed, r.rating, p.last_watched_at as "lastWatchedAt"
          from title_progress p
          left join ratings r on r.profile_id = p.profile_id and r.title_id = p.title_id
          where p.profile_id = ${profile} and ${WATCHED}
          order by p.last_watched_at desc, p.title_id desc
          limit ${limit}`,
    );
  }

  async touchedTitles(request: StoreRequest, profile: string): Promise<string[]> {
    const rows = await this.postgres.read<{ id: string }>(
      request,
      "viewing.touchedTitles",
      sql`(select title_id as id from title_progress where profile_id = ${profile}
           order by last_watched_at desc limit ${MAX_TOUCHED})
          union
          (select title_id from ratings where profile_id = ${profile} order by rated_at desc limit ${MAX_TOUCHED})`,
    );
    return rows.map(({ id }) => id);
  }

  async notForMe(request: StoreRequest, profile: string): Promise<string[]> {
    const rows = await this.postgres.read<{ id: string }>(
      request,
      "viewing.notForMe",
      sql`select title_id as id from not_for_me where profile_id = ${profile}`,
    );
    return rows.map(({ id }) => id);
  }
}

/** One owner's rows of each shelf; `value` and `id` order them. */
const SHELVES: Record<Exclude<Shelf, "CONTINUE_WATCHING">, Sql> = {
  HISTORY: sql`
    select p.title_id as id, p.last_watched_at as value, p.watched_seconds, p.completed, null::smallint as rating
    from title_progress p where p.profile_id = k.owner`,
  RATINGS: sql`
    select r.title_id as id, r.rated_at as value, null::int as watched_seconds, null::boolean as completed, r.rating
    from ratings r where r.profile_id = k.owner`,
  WATCHLIST: sql`
    select w.title_id as id, w.added_at as value, null::int as watched_seconds, null::boolean as completed,
           null::smallint as rating
    from watchlist w where w.profile_id = k.owner`,
};

/**
 * Whether progress `p` stands between the beginning and the end, and was not taken off since; who has finished may be
 * watching again. The position of
 * a series is one within an episode, so that whatever it is, the series goes on.
 */
function isUnderWay({ begunSeconds, finishedPercent }: WatchRules): Sql {
  return sql`p.position_seconds >= ${begunSeconds}::int
    and (p.dismissed_at is null or p.last_watched_at > p.dismissed_at)
    and (p.duration_seconds is null
      or p.position_seconds::bigint * 100 < p.duration_seconds::bigint * ${finishedPercent}::int
      or exists (select from catalog_titles t where t.id = p.title_id and t.kind = 'SERIES'))`;
}

export function toState(row: Omit<StateRow, "profile_id" | "title_id">): TitleStateOfProfile {
  return {
    progress:
      row.position_seconds === null
        ? null
        : {
            positionSeconds: row.position_seconds,
            durationSeconds: row.duration_seconds,
            completed: row.completed ?? false,
          },
    rating: row.rating,
    inWatchlist: row.in_watchlist,
    notForMe: row.not_for_me,
  };
}

function toShelfRow(row: ShelfSqlRow): ShelfRow {
  return {
    position: { value: row.value, id: row.id },
    titleId: row.id,
    at: row.value,
    watchedSeconds: row.watched_seconds,
    completed: row.completed,
    rating: row.rating,
  };
}
