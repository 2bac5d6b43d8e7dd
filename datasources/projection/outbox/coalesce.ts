import { deletesProfile, type OutboxEvent } from "./outbox-event.js";

/** What events are about, as one string a key. */
export function keyOf({ topic, entity, related }: Pick<OutboxEvent, "topic" | "entity" | "related">): string {
  return JSON.stringify([topic, entity, related]);
}

/**
 * One event a key, the one of the highest revision, in the order in which the last of each key came. A profile's deletion
 * stays where it came, also where the profile is made again behind it: nothing else says that what was there is to go.
 */
export function latestByKey<E extends OutboxEvent>(
  events: readonly E[],
  keyed: (event: E) => string = keyOf,
): E[] {
  const latest = new Map<string, Placed<E>>();
  events.forEach((event, at) => {
    const key = keyed(event);
    const known = latest.get(key);
    if (known && deletesProfile(known.event) && !deletesProfile(event)) return;
    const profile = latest.get(keyed({ ...event, topic: "PROFILE", related: "" }));
    latest.delete(key);
    latest.set(key, known && !counts(event, known, profile) ? known : { event, at });
  });
  return [...latest.values()].map(({ event }) => event);
}

/** An event and its place among all. */
interface Placed<E> {
  event: E;
  at: number;
}

/**
 * Whether an event counts and not the one of its key that was known before it. A profile may be made again, and revisions
 * of what it does then begin anew: of its own events the last counts, and of what it does any that came behind its deletion.
 */
function counts(
  { topic, revision }: OutboxEvent,
  known: Placed<OutboxEvent>,
  profile: Placed<OutboxEvent> | undefined,
): boolean {
  if (topic === "PROFILE" || known.event.revision <= revision) return true;
  const about = topic === "WATCH" || topic === "NOT_FOR_ME";
  return about && profile !== undefined && deletesProfile(profile.event) && known.at < profile.at;
}
