import {
  type CreditRole,
  type MaturityRating,
  type TitleKind,
  type TitleState,
} from "../datasources/core/title.document.js";
import { DEVICE_KINDS, type DeviceKind } from "../datasources/core/vocabulary.js";

export { DEVICE_KINDS as DEVICES, type DeviceKind };

/** One line of `titles.ndjson`: only `id`, `kind` and `name` are required. */
export interface TitleLine {
  id: string;
  kind: TitleKind;
  name: string;
  alternativeNames?: string[];
  synopsis?: string | null;
  releaseYear?: number | null;
  runtimeMinutes?: number | null;
  maturityRating?: MaturityRating | null;
  genres?: string[];
  tags?: string[];
  studio?: string | null;
  credits?: { person: string; role: CreditRole; character?: string | null }[];
  /** Without licences the title is available everywhere, always. */
  licences?: { countries: string[]; from: string; until?: string | null }[];
  state?: TitleState;
  /** ISO 8601 instant at which the title joined the catalogue. */
  addedAt?: string;
  /** ISO 8601 instant from which this version is in force; several lines with one id are versions of one title. */
  effectiveFrom?: string;
  seasons?: {
    number: number;
    name?: string;
    episodes: { number: number; name: string; runtimeMinutes?: number | null }[];
  }[];
}

/** One line of `events.ndjson`: `id`, `profile`, `title` and `at` are required; profiles are made as needed. */
export interface EventLine {
  id: string;
  profile: string;
  title: string;
  /** ISO 8601 instant. */
  at: string;
  /** Time watched. Seconds. */
  seconds?: number;
  completed?: boolean;
  /** ISO 3166-1 alpha-2. */
  country?: string;
  device?: DeviceKind;
  /** 1 to 5. */
  rating?: number;
}
