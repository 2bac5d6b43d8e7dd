import { PROFILE_FIELDS } from "../../datasources/core/profile-fields.js";
import { heldOf } from "../../datasources/core/title-field.js";
import { withDefaults } from "../../datasources/core/title-fields.js";
import { type NewAccount, type ViewerRecord } from "../../datasources/accounts/accounts.js";
import { type CreditRole, type NamedRef, type TitleDocument } from "../../datasources/core/title.document.js";
import { entityId } from "../../datasources/catalog/entity-id.js";

/** The tenant whose titles all servers answer. */
export const TENANT = { slug: "bench", name: "Bench", tier: "SHARED", defaultCountry: "US" } as const;

/** Who is signed in at Marquee. */
export const ACCOUNT: NewAccount = {
  id: "bench-account",
  email: "viewer@bench.example",
  passwordHash: "none",
  roles: ["VIEWER"],
  country: "US",
  planId: null,
  profiles: [{ id: "bench-profile", name: "Viewer", kind: "ADULT", maturityLimit: 18, country: "US" }],
};

/** The same account as the accounts domain answers it. */
export function viewerRecord(): ViewerRecord {
  const profiles = ACCOUNT.profiles.map((profile) => ({
    ...profile,
    ...heldOf(PROFILE_FIELDS, profile),
    accountId: ACCOUNT.id,
    hasPin: false,
  }));
  const { id, email, roles, country } = ACCOUNT;
  return {
    account: { id, email, emailVerified: true, roles, country },
    profile: profiles[0]!,
    profiles,
    membership: null,
    consents: null,
  };
}

/** The list of titles that every server is asked for. */
export const QUERY = `query Popular($first: Int!) {
  titles(first: $first, orderBy: { field: POPULARITY, direction: DESC }) {
    edges {
      node {
        id
        name
        kind
        releaseYear
        maturityRating
        studio { id name }
        credits { role character person { id name } }
      }
    }
  }
}`;
export const FIRST = 50;

const TITLES = 200;
const CREDITS = 4;
const PEOPLE = 300;
const GIVEN = [
  "Ada",
  "Bruno",
  "Clara",
  "Dario",
  "Elif",
  "Farah",
  "Goran",
  "Hana",
  "Ivo",
  "Jana",
  "Kofi",
  "Lena",
  "Mateo",
  "Nadia",
  "Oskar",
  "Priya",
  "Quentin",
];
const FAMILY = [
  "Almeida",
  "Bergman",
  "Castellano",
  "Dupont",
  "Eriksen",
  "Fontaine",
  "Grigoriou",
  "Hashimoto",
  "Ivanova",
  "Jansen",
  "Kowalski",
  "Lindqvist",
  "Marchetti",
];
const ADJECTIVES = ["Silent", "Crimson", "Distant", "Paper", "Hollow", "Northern", "Gilded"];
const NOUNS = ["Harbour", "Winter", "Witness", "Orchard", "Frontier", "Lantern", "Archive", "Tide"];
const STUDIOS = [
  "Lighthouse Pictures",
  "Cinéma du Nord",
  "Tidewater Studios",
  "Red Door Films",
  "Atlas & Sons",
  "Meadow Lane",
];
const ROLES: CreditRole[] = ["DIRECTOR", "ACTOR", "ACTOR", "ACTOR"];
const RATINGS = ["PG", "PG-13", "R"] as const;

/** The catalogue, the most popular title first. The same in every run. */
export function titleDocuments(): TitleDocument[] {
  return Array.from({ length: TITLES }, (_, index) => titleDocument(index));
}

function titleDocument(index: number): TitleDocument {
  return withDefaults({
    id: `tt${String(index + 1).padStart(7, "0")}`,
    revision: 1,
    latestVersion: 1,
    kind: "MOVIE",
    state: "PUBLISHED",
    name: `The ${pick(ADJECTIVES, index)} ${pick(NOUNS, index)} ${index + 1}`,
    synopsis: `What happened at the ${pick(NOUNS, index)} the winter before, told by those who stayed.`,
    releaseYear: 1960 + (index % 65),
    runtimeMinutes: 80 + (index % 70),
    maturityRating: pick(RATINGS, index),
    genres: [named("Drama")],
    studio: named(pick(STUDIOS, index)),
    credits: Array.from({ length: CREDITS }, (_, place) => credit(index, place)),
    licences: [{ countries: ["*"], from: "2020-01-01T00:00:00Z", until: null }],
    addedAt: "2020-01-01T00:00:00Z",
    popularity: (TITLES - index) / TITLES,
  });
}

function credit(title: number, place: number) {
  const role = pick(ROLES, place);
  const character =
    role === "ACTOR" ? `${pick(GIVEN, title + place * 5)} ${pick(FAMILY, title * 3 + place)}` : null;
  return { role, character, person: person((title * 37 + place * 101) % PEOPLE) };
}

function person(index: number): NamedRef {
  return named(`${pick(GIVEN, index)} ${pick(FAMILY, index)} ${index >= 221 ? "Jr" : ""}`.trim());
}

function named(name: string): NamedRef {
  return { id: entityId(name), name };
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}
