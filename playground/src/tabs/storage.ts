import { type Storage as GraphiqlStorage } from "@graphiql/toolkit";
import { examples } from "./examples";

const prefix = "marquee.";

/** The name that GraphiQL keeps its tabs under. */
const tabState = "graphiql:tabState";

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

/** Puts the examples where GraphiQL finds its tabs, unless there are some: it opens a document of the address beside these. */
export function keepExamplesAsTabs(): void {
  if (playgroundStorage.getItem(tabState) !== null) return;
  const tabs = examples.map(({ query, variables, name }, index) => ({
    id: `example-${index}`,
    title: name,
    query,
    variables,
    headers: null,
    operationName: name,
    response: null,
  }));
  playgroundStorage.setItem(tabState, JSON.stringify({ tabs, activeTabIndex: 0 }));
}

function ownKeys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
}
