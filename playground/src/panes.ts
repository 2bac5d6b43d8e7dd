import { useSyncExternalStore } from "react";

/** What a narrow screen shows of the two halves that a wide one shows side by side. */
export type Pane = "query" | "answer";

let pane: Pane = "query";
const listeners = new Set<() => void>();

/** Brings a half to the front on narrow screens. */
export function showPane(next: Pane): void {
  pane = next;
  for (const listener of listeners) listener();
}

/** The half in front, read anew whenever it changes. */
export function usePane(): Pane {
  return useSyncExternalStore(subscribe, () => pane);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
