import { Calendar } from "./calendar.js";
import { type Catalogue } from "./catalogue.js";
import { COUNTRY_CODES } from "./countries.js";
import { type DemoAccounts, demoAccounts } from "./demo-accounts.js";
import { type DemoTenant, type ProfileLine } from "./demo.js";
import { type EventLine, type TitleLine } from "../importer/lines.js";
import { Random } from "./random.js";
import { formTastes } from "./tastes.js";
import { atelierCatalogue } from "./tenants/atelier.js";
import { lumenCatalogue } from "./tenants/lumen.js";
import { meridianCatalogue } from "./tenants/meridian.js";
import { collectFacts } from "./title-facts.js";
import { generatedProfile, splitEvents, viewerOf } from "./viewers.js";
import { Viewing } from "./viewing.js";

/** How much to generate, and from what. Equal options give equal rows. */
export interface DemoOptions {
  /** Any whole number. Default 1. */
  seed?: number;
  /**
   * Multiplies the number of titles; profiles and events grow by its power of 0.7, since a catalogue grows faster than
   * its public. At 32 the largest tenant has 102,432 titles and 1.13 million events. Under 1, the real films most voted
   * for are kept. Default 1.
   */
  scale?: number;
  /** End of the viewing, exclusive. Default: the UTC midnight that began today. */
  until?: Date;
  /** Generated profiles of each tenant, whatever the scale. */
  profiles?: number;
  /** Events of generated profiles of each tenant, whatever the scale; those of the demo accounts are added. */
  events?: number;
}

const PROFILES = 2_400;
const EVENTS = 100_000;
const VIEWING_GROWTH = 0.7;
/** Fewer would not fill the rows of a home page. */
const FEWEST_TITLES = 80;
const DAY = 86_400_000;

interface TenantPlan {
  slug: string;
  name: string;
  tier: DemoTenant["tier"];
  defaultCountry: string;
  /** Titles at scale 1. */
  titles: number;
  favourites: readonly string[];
  catalogue(seed: number, size: number, until: number): Catalogue;
}

const PLANS: readonly TenantPlan[] = [
  {
    slug: "meridian",
    name: "Meridian",
    tier: "SHARED",
    defaultCountry: "US",
    titles: 3201,
    favourites: [
      "film-the-godfather-1972",
      "film-the-godfather-part-ii-1974",
      "film-pulp-fiction-1994",
      "film-the-departed-2006",
      "film-the-usual-suspects-1995",
      "film-the-silence-of-the-lambs-1991",
      "film-goodfellas-1990",
      "film-taxi-driver-1976",
    ],
    catalogue: meridianCatalogue,
  },
  {
    slug: "lumen",
    name: "Lumen",
    tier: "SHARED",
    defaultCountry: "GB",
    titles: 600,
    favourites: [],
    catalogue: lumenCatalogue,
  },
  {
    slug: "atelier",
    name: "Atelier",
    tier: "ISOLATED",
    defaultCountry: "FR",
    titles: 400,
    favourites: [],
    catalogue: atelierCatalogue,
  },
];

/**
 * The demo tenants: everything that a seed writes about them. Nothing is generated before it is asked for, and titles
 * and events are made one after the other, so that memory grows with the number of titles (some hundred bytes each) and
 * not with that of events.
 */
export function demoTenants(options: DemoOptions = {}): DemoTenant[] {
  const until = (options.until ?? new Date(Math.floor(Date.now() / DAY) * DAY)).getTime();
  return PLANS.map((plan) => demoTenant(plan, options, until));
}

function demoTenant(plan: TenantPlan, options: DemoOptions, until: number): DemoTenant {
  const { seed = 1, scale = 1 } = options;
  const growth = scale ** VIEWING_GROWTH;
  const profiles = options.profiles ?? Math.max(1, Math.round(PROFILES * growth));
  const events = options.events ?? Math.round(EVENTS * growth);
  const titles = Math.max(FEWEST_TITLES, Math.round(plan.titles * scale));
  const catalogue = once(() => plan.catalogue(seed, titles, until));
  const viewing = once(() => {
    const calendar = new Calendar(until);
    const facts = collectFacts(catalogue(), calendar.from, until);
    return new Viewing(facts, formTastes(facts, seed), calendar);
  });
  const { slug, defaultCountry: country, favourites } = plan;
  const accounts = once((): DemoAccounts => demoAccounts({ slug, seed, country, favourites }, viewing()));
  const home = COUNTRY_CODES.indexOf(country);
  const profileAt = (index: number): ProfileLine => generatedProfile(seed, slug, home, index);
  return {
    slug,
    name: plan.name,
    tier: plan.tier,
    defaultCountry: country,
    get accounts() {
      return accounts().accounts;
    },
    *profiles() {
      for (let index = 0; index < profiles; index += 1) yield profileAt(index);
    },
    *titles() {
      yield* titlesOf(catalogue());
    },
    *events() {
      yield* accounts().events();
      const quotas = splitEvents(seed, slug, events, profiles);
      for (let index = 0; index < profiles; index += 1) {
        yield* profileEvents(viewing(), profileAt(index), quotas[index] ?? 0, `${seed}-${slug}`);
      }
    },
    get counts() {
      return { titles, profiles, events: events + accounts().count };
    },
  };
}

function* titlesOf(catalogue: Catalogue): Iterable<TitleLine> {
  for (let index = 0; index < catalogue.size; index += 1) yield* catalogue.versionsAt(index);
}

function profileEvents(viewing: Viewing, profile: ProfileLine, quota: number, stream: string): EventLine[] {
  const random = new Random("viewing", stream, profile.id);
  return viewing.events(viewerOf(profile, viewing.tables, random), quota, random);
}

/** Makes a value at the first call and keeps it. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}
