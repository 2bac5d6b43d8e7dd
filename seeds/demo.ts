import { type Role } from "../datasources/core/vocabulary.js";
import { type EventLine, type TitleLine } from "../importer/lines.js";

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
  roles: Role[];
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
