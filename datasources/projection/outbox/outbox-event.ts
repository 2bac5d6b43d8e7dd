import { type OutboxTopic } from "../../core/vocabulary.js";

export { type OutboxTopic };

/**
 * One thing that projections have to follow. It carries the new state with the revision that orders it, never a change
 * to be added up, so that applying it twice or late changes nothing.
 */
export interface OutboxEvent {
  topic: OutboxTopic;
  /** Local id of the title (TITLE) or profile (WATCH, NOT_FOR_ME, PROFILE). Events of one entity are carried in order. */
  entity: string;
  /** WATCH, NOT_FOR_ME: local id of the title; empty otherwise. */
  related: string;
  /** Counts the states of this entity (TITLE: `title_heads.revision`; WATCH: `title_progress.revision`, NOT_FOR_ME: `not_for_me.revision`). */
  revision: number;
  /**
   * WATCH: `WatchState`, null where the profile has not watched the title, or not any more; NOT_FOR_ME:
   * `NotForMeState`, null where that was taken back; PROFILE: `ProfileState`; TITLE: null, because its versions are rows
   * that never change.
   */
  state: WatchState | NotForMeState | ProfileState | null;
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
  /** Whether it was left early (`LEFT_EARLY`). */
  leftEarly: boolean;
}

/** That a profile does not want to be shown a title. */
export interface NotForMeState {
  /** Since when. ISO 8601. */
  at: string;
}

export interface ProfileState {
  deleted: boolean;
}

/** Whether an event says that a profile is gone, with all that it has watched and said. */
export function deletesProfile({ topic, state }: Pick<OutboxEvent, "topic" | "state">): boolean {
  return topic === "PROFILE" && state !== null && "deleted" in state && state.deleted;
}

/** Partitions of the outbox: what one projector works through at a time. Part of the stored rows: changing it needs an empty outbox. */
export const OUTBOX_PARTITIONS = 4;

/** Told to everybody who listens when a transaction with events commits; the payload names their topics, joined by commas. */
export const OUTBOX_CHANNEL = "marquee_outbox";
