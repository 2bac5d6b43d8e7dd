import { type OutboxEvent } from "./outbox-event.js";

/** What events are about, as one string a key. */
export function keyOf({ topic, entity, related }: Pick<OutboxEvent, "topic" | "entity" | "related">): string {
  return JSON.stringify([topic, entity, related]);
}

/** One event a key, the one of the highest revision, in the order in which the last of each key came. */
export function latestByKey<E extends OutboxEvent>(
  events: readonly E[],
  keyed: (event: E) => string = keyOf,
): E[] {
  const latest = new Map<string, E>();
  for (const event of events) {
    const key = keyed(event);
    const known = latest.get(key);
    // A profile may be made again: of its events the last counts, whatever its revision.
    const newer = !known || event.topic === "PROFILE" || known.revision <= event.revision;
    latest.delete(key);
    latest.set(key, newer ? event : known);
  }
  return [...latest.values()];
}
