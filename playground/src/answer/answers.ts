import { type StoreCall } from "./levels";
import { type Figures } from "./graphql";

/** `extensions.explain` of an answer. */
export interface Explanation {
  calls: StoreCall[];
  /** Stores that did not answer and whose standby did. */
  missed?: string[];
}

/** What is shown beside an answer: its figures (null where none came) and, where asked for, its store calls. */
export interface Shown {
  figures: Figures | null;
  explanation: Explanation | null;
}

let active: string | undefined;
let shown: ReadonlyMap<string, Shown> = new Map();
const listeners = new Set<() => void>();

/** Says which tab is in front: what is sent from now on is of it. */
export function bringToFront(tab: string | undefined): void {
  active = tab;
}

/** The tab in front. */
export function tabInFront(): string | undefined {
  return active;
}

/** What the latest answer of a tab is shown with. */
export function shownOf(tab: string | undefined): Shown | undefined {
  return tab === undefined ? undefined : shown.get(tab);
}

/** Keeps what the latest answer of a tab is shown with; undefined while there is none. */
export function show(tab: string | undefined, what: Shown | undefined): void {
  if (tab === undefined) return;
  const others = [...shown].filter(([id]) => id !== tab);
  shown = new Map(what ? [...others, [tab, what]] : others);
  for (const listener of listeners) listener();
}

/** Calls `listener` after every change; answers the function that ends it. */
export function subscribeToAnswers(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
