import { type OutboxTopic } from "../../core/vocabulary.js";

export { type OutboxTopic };

/**
 * One thing that projections have to follow. It carries the new state with the revision that orders it, never a change
 * to be added up, so that applying it twice or late changes nothing.
 */
export interface OutboxEvent {
  topic: OutboxTopic;
  /** Local id of the title (TITLE) or profile (WATCH, PROFILE). Events of one entity are carried in order. */
  entity: string;
  /** WATCH: local id of the title; empty otherwise. */
  related: string;
  /** Counts the states of this entity (TITLE: `title_heads.revision`; WATCH: `title_progress.revision`). */
  revision: number;
  /**
   * WATCH: `WatchState`, null where the profile has not watched the title, or not any more; PROFILE: `ProfileState`;
   * TITLE: null, because its versions are rows that never change.
   */
  state: WatchState | ProfileState | null;
}

/** That what is in force of a title has changed. */
export function titleEvent({ entity, revision }: Pick<OutboxEvent, "entity" | "revision">): OutboxEvent {
  return { topic: "TITLE", entity, related: "", revision, state: null };
}

/** What a profile has done with a title. */
export interface WatchState {
  /** When it was watched last. ISO 8601. */
  at: string;
  completed: boolean;
  /** 1 to 5. */
  rating: number | null;
}

export interface ProfileState {
  deleted: boolean;
}

/** Partitions of the outbox: what one projector works through at a time. Part of the stored rows: changing it needs an empty outbox. */
export const OUTBOX_PARTITIONS = 4;

/** Told to everybody who listens when a transaction with events commits; the payload names their topics, joined by commas. */
export const OUTBOX_CHANNEL = "marquee_outbox";
