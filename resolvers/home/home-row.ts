import { type NamedRef } from "../../datasources/core/title.document.js";
import { type Position } from "../../datasources/core/page.js";
import { type HomeRowKind } from "../../datasources/core/vocabulary.js";

/** A title of a row; `position` orders the row downwards, `because` names the watched title it is there for. */
export interface HomeEntry {
  titleId: string;
  position: Position;
  because: string | null;
}

/** A row of the home page with all its titles that the audience may meet; pages are cut from them. */
export interface HomeRowPlan {
  /** Local id, stable from request to request: `TOP_10`, `GENRE 3f2a…`. */
  id: string;
  kind: HomeRowKind;
  /** What editors have called it; null: its kind has a heading. */
  name: string | null;
  genre: NamedRef | null;
  because: string | null;
  /** How ids are ordered where values are equal: a cursor whose title has left the row needs to know. */
  ties: "ASC" | "DESC";
  entries: HomeEntry[];
}

/** Most titles in one row. */
export const ROW_SIZE = 100;
/** A row of suggestions with fewer titles looks broken and is left out; what somebody chose is always shown. */
export const SMALLEST_ROW = 4;

/** Rows cut from lists that are read downwards in (value, id); the others are ranked by value and then upwards by id. */
const READ_DOWNWARDS: ReadonlySet<HomeRowKind> = new Set([
  "CONTINUE_WATCHING",
  "WATCHLIST",
  "NEW",
  "POPULAR",
]);

/** What a row is made from. */
export type Placed = Pick<HomeEntry, "titleId" | "position"> & Partial<Pick<HomeEntry, "because">>;

/** A row that is one of its kind. */
export function rowOf(kind: HomeRowKind, entries: readonly Placed[]): HomeRowPlan {
  return {
    id: kind,
    kind,
    name: null,
    genre: null,
    because: null,
    ties: READ_DOWNWARDS.has(kind) ? "DESC" : "ASC",
    entries: entries.map(({ titleId, position, because = null }) => ({ titleId, position, because })),
  };
}

/** Titles as a row ranks them by a score. */
export function ranked<T extends { titleId: string; score: number }>(
  titles: readonly T[],
): (Omit<T, "score"> & Placed)[] {
  return titles.map(({ score, ...title }) => ({ ...title, position: { value: score, id: title.titleId } }));
}
