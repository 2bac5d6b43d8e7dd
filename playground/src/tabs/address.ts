import { keepExamplesAsTabs } from "./storage";

/** A document that the page's address asks for, by `?query=`, `?variables=` and `?operationName=`. */
export interface AskedFor {
  query: string;
  /** JSON text as it was given; empty where none was. */
  variables: string;
  operationName: string | null;
}

/**
 * What the page's address asks for; null where it asks for nothing. It is taken out of the address, so that a reload
 * shows the tab as it was left.
 */
export function takeFromAddress(): AskedFor | null {
  const asked = new URLSearchParams(location.search);
  const query = asked.get("query");
  if (query === null) return null;
  history.replaceState(null, "", location.pathname + location.hash);
  keepExamplesAsTabs();
  return { query, variables: laidOut(asked.get("variables")), operationName: asked.get("operationName") };
}

/** JSON on lines of its own; what is none stays as it is, for the editor to show where. */
function laidOut(json: string | null): string {
  if (json === null) return "";
  try {
    return JSON.stringify(JSON.parse(json), null, 2);
  } catch {
    return json;
  }
}
