import { DEVICE_KINDS, type DeviceKind } from "../datasources/core/vocabulary.js";

export { DEVICE_KINDS as DEVICES, type DeviceKind };
export { type TitleLine } from "../datasources/catalog/title-rules.js";

/** One line of `events.ndjson`: `id`, `profile`, `title` and `at` are required; profiles are made as needed. */
export interface EventLine {
  id: string;
  profile: string;
  title: string;
  /** ISO 8601 instant, from the year 2000 on. One to come, within a day, counts as now. */
  at: string;
  /** Time watched: a day at most, and of a film what goes beyond its running time is cut off. Seconds. */
  seconds?: number;
  /** Absent: where a film was watched to 90 % in this event, or what the deployment sets. */
  completed?: boolean;
  /** ISO 3166-1 alpha-2. */
  country?: string;
  device?: DeviceKind;
  /** 1 to 5. */
  rating?: number;
}
