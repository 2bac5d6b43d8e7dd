import { type AccountLine, type ProfileLine } from "./demo.js";
import { type EventLine } from "../importer/lines.js";
import { Random } from "./random.js";
import { blend } from "./traits.js";
import { type Viewer, viewerOf, viewerWithTaste } from "./viewers.js";
import { type PinnedWatch, type Viewing } from "./viewing.js";

/** What the demo accounts of a tenant like, so that their pages have something to show. */
export interface Persona {
  slug: string;
  seed: number;
  country: string;
  /** Titles that tell the taste of `viewer@`, by id; those that the catalogue lacks are passed over. */
  favourites: readonly string[];
}

/** The demo accounts and the viewing of their profiles. */
export interface DemoAccounts {
  accounts: AccountLine[];
  events(): Iterable<EventLine>;
  /** How many events there are. */
  count: number;
}

const PASSWORD = "marquee";
const FAVOURITES = 8;
const UNFINISHED = 9;
/** Different titles that `viewer@` has watched at least. */
const WATCHED = 68;
const WATCHLIST = 12;

interface Member {
  viewer: Viewer;
  quota: number;
  pinned: PinnedWatch[];
}

interface AccountPlan extends Pick<AccountLine, "roles" | "plan"> {
  name: string;
  profiles: readonly string[];
}

/** Who a demo account is for; its profiles are named by the part of their ids after the tenant's slug. */
const ACCOUNTS: readonly AccountPlan[] = [
  { name: "viewer", roles: ["VIEWER"], plan: "PREMIUM", profiles: ["viewer"] },
  { name: "family", roles: ["VIEWER"], plan: "STANDARD", profiles: ["family", "kids"] },
  { name: "editor", roles: ["VIEWER", "EDITOR"], plan: "STANDARD", profiles: ["editor"] },
  { name: "operator", roles: ["VIEWER", "OPERATOR"], plan: "BASIC", profiles: ["operator"] },
];

/** Makes `viewer@`, `family@`, `editor@` and `operator@` of a tenant. */
export function demoAccounts(persona: Persona, viewing: Viewing): DemoAccounts {
  const { slug, seed, country } = persona;
  const members = membersOf(persona, viewing);
  const streamOf = (id: string): Random => new Random("account", seed, slug, id);
  const watch = ({ viewer, quota, pinned }: Member): EventLine[] =>
    viewing.events(viewer, quota, streamOf(viewer.profile.id), pinned);
  const accountOf = ({ name, roles, plan, profiles }: AccountPlan): AccountLine => {
    const mine = profiles.flatMap((id) => members.get(id) ?? []);
    const watchlist: AccountLine["watchlist"] = {};
    // Staff accounts have nothing set aside.
    if (roles.length === 1) {
      for (const one of mine) {
        watchlist[one.viewer.profile.id] = watchlistOf(
          one,
          watch(one),
          viewing,
          streamOf(`${name} watchlist`),
        );
      }
    }
    const email = `${name}@${slug}.example`;
    return {
      email,
      password: PASSWORD,
      roles,
      country,
      plan,
      profiles: mine.map(({ viewer }) => viewer.profile),
      watchlist,
    };
  };
  return {
    accounts: ACCOUNTS.map(accountOf),
    *events() {
      for (const member of members.values()) yield* watch(member);
    },
    count: [...members.values()].reduce((sum, { quota }) => sum + quota, 0),
  };
}

/** The profiles of the demo accounts by the last part of their ids. */
function membersOf(persona: Persona, viewing: Viewing): Map<string, Member> {
  const { slug, seed, country } = persona;
  const profile = (id: string, name: string, limit = 18): ProfileLine =>
    profileOf(slug, id, name, limit, country);
  const streamOf = ({ id }: ProfileLine): Random => new Random("member", seed, slug, id);
  const ordinary = (line: ProfileLine, quota: number): Member => ({
    viewer: viewerOf(line, viewing.tables, streamOf(line)),
    quota,
    pinned: [],
  });
  const viewer = profile("viewer", "Vera");
  return new Map([
    ["viewer", fan(persona, viewer, viewing, streamOf(viewer))],
    ["family", ordinary(profile("family", "Robin"), 90)],
    ["kids", ordinary(profile("kids", "Kids", 8), 50)],
    ["editor", ordinary(profile("editor", "Edith"), 25)],
    ["operator", ordinary(profile("operator", "Otis"), 10)],
  ]);
}

function profileOf(
  slug: string,
  id: string,
  name: string,
  maturityLimit: number,
  country: string,
): ProfileLine {
  return { id: `${slug}-${id}`, name, kind: maturityLimit < 12 ? "KIDS" : "ADULT", maturityLimit, country };
}

/** A viewer with a clear taste: some favourites seen to the end and rated, some titles left half-way of late. */
function fan(persona: Persona, profile: ProfileLine, viewing: Viewing, random: Random): Member {
  const { facts } = viewing;
  const named = persona.favourites.map((id) => facts.ids.indexOf(id)).filter((index) => index >= 0);
  const favourites = named.length > 0 ? named : [mostPopular(viewing)];
  const taste = blend(
    facts.traits,
    favourites.map((index) => ({ index, weight: 1 })),
  );
  const viewer = viewerWithTaste(profile, taste, viewing.tables);
  const from = viewing.calendar.from;
  const chosen = new Set(favourites.filter((index) => viewing.allowed(viewer, index, from)));
  while (chosen.size < WATCHED) {
    const before = chosen.size;
    for (let attempt = 0; attempt < 50 && chosen.size === before; attempt += 1) {
      const title = viewing.choose(viewer, from, chosen, random);
      if (title !== null) chosen.add(title);
    }
    if (chosen.size === before) break;
  }
  const pinned = [...chosen].map(pinnedWatch);
  const quota = facts.series.some((flag) => flag === 0) ? 180 : 260;
  return { viewer, quota, pinned };
}

/** The first titles are favourites, then come those left half-way, then the rest of two months. */
function pinnedWatch(title: number, index: number): PinnedWatch {
  if (index < FAVOURITES) {
    return { title, daysAgo: 1 + index * 1.7, completed: true, rating: index % 3 === 2 ? 4 : 5 };
  }
  const left = index - FAVOURITES;
  if (left < UNFINISHED) return { title, daysAgo: 1.5 + left * 1.3, completed: false };
  return { title, daysAgo: 4 + (left - UNFINISHED) * 1.05, completed: true };
}

function mostPopular({ facts }: Viewing): number {
  return facts.popularity.reduce(
    (best, weight, index) => (weight > (facts.popularity[best] ?? 0) ? index : best),
    0,
  );
}

/** Titles that the viewer may see at the end of the period and has not watched, oldest first. */
function watchlistOf(
  { viewer }: Member,
  events: readonly EventLine[],
  viewing: Viewing,
  random: Random,
): string[] {
  const { ids } = viewing.facts;
  const watched = new Set(events.map(({ title }) => ids.indexOf(title)));
  const listed = new Set<number>();
  for (let attempt = 0; attempt < WATCHLIST * 20 && listed.size < WATCHLIST; attempt += 1) {
    const title = viewing.choose(viewer, viewing.calendar.until, watched, random);
    if (title !== null && !watched.has(title)) listed.add(title);
  }
  return [...listed].map((title) => ids[title] as string);
}
