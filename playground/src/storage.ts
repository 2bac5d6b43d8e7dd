import { type Storage as GraphiqlStorage } from "@graphiql/toolkit";

const prefix = "marquee.";

/**
 * GraphiQL's storage under names of our own: a browser that has used another GraphiQL on this
 * host and port would otherwise open with that one's tabs instead of the examples.
 */
export const playgroundStorage: GraphiqlStorage = {
  getItem: (key) => localStorage.getItem(prefix + key),
  setItem: (key, value) => localStorage.setItem(prefix + key, value),
  removeItem: (key) => localStorage.removeItem(prefix + key),
  clear: () => ownKeys().forEach((key) => localStorage.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};

/** Forgets all tabs, so that the next load opens with the examples. Theme and history stay. */
export function forgetTabs(): void {
  for (const name of ["tabState", "query", "variables", "headers"]) {
    playgroundStorage.removeItem(`graphiql:${name}`);
  }
}

function ownKeys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
}
