import { type OutboxEvent } from "../projection/outbox/outbox-event.js";

/** Tells projections that a profile is there, new or changed. */
export function profileEvent(id: string): OutboxEvent {
  return { topic: "PROFILE", entity: id, related: "", revision: 1, state: { deleted: false } };
}
