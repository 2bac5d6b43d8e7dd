import { type TitleDocument } from "../core/title.document.js";

/**
 * One document a title: the highest revision, of equal ones the last. Ordered by id, so that concurrent writers lock in
 * one order.
 */
export function latestRevisions(titles: readonly TitleDocument[]): TitleDocument[] {
  const byId = new Map<string, TitleDocument>();
  for (const title of titles) {
    const known = byId.get(title.id);
    if (!known || known.revision <= title.revision) byId.set(title.id, title);
  }
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
