import {
  type CreditRole,
  type MaturityRating,
  type TitleKind,
  type TitleState,
} from "../datasources/catalog/title.document.js";
import { DEVICE_KINDS, type DeviceKind } from "../datasources/viewing/viewing.js";

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

/** A profile that a seed creates ahead of its events. */
export interface ProfileLine {
  /** External id, unique in the tenant: what events name. */
  id: string;
  name: string;
  kind: "ADULT" | "KIDS";
  /** Age in years; 18 is no limit. */
  maturityLimit: number;
  country: string;
}

/** A demo account with its profiles (the first is the one a sign-in selects). */
export interface AccountLine {
  email: string;
  password: string;
  roles: ("VIEWER" | "EDITOR" | "OPERATOR")[];
  country: string;
  plan: string;
  profiles: ProfileLine[];
  /** External profile id → title ids on its watchlist, oldest first. */
  watchlist: Record<string, string[]>;
}

/** Everything a seed says about one tenant, in the order in which it is written. Iterables are lazy so that scale costs no memory. */
export interface DemoTenant {
  slug: string;
  name: string;
  tier: "SHARED" | "ISOLATED";
  defaultCountry: string;
  accounts: AccountLine[];
  profiles(): Iterable<ProfileLine>;
  titles(): Iterable<TitleLine>;
  events(): Iterable<EventLine>;
  counts: { titles: number; profiles: number; events: number };
}
