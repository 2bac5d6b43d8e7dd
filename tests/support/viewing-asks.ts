import { named } from "./titles.js";
import {
  campaignOf,
  collectionOf,
  companionOf,
  dayOf,
  searchRuleOf,
  type ViewingRule,
} from "./viewing-ground.js";

/*
 * The rules of viewing as they are tried, and how every root field is asked about titles that a rule hides. A root field
 * that is in none of these tables, or a text or number that none accounts for, fails tests/e2e/viewing-paths.test.ts.
 */

/** Stands nowhere. */
export const NO_WORD = "qqjxxvvqqj";
const soon = (minutes: number) => new Date(Math.floor(Date.now() / 1_000) * 1_000 + minutes * 60_000);
const SECOND = 1_000;
const [BEGINS, ENDS] = [soon(5), soon(4)];
const before = (instant: Date) => new Date(instant.getTime() - SECOND);
const licence = (from: string, until: string | null, ...countries: string[]) => [{ countries, from, until }];
const LONG_AGO = "2010-01-01T00:00:00.000Z";
const editor = { editor: true };

/** Each rule of viewing, with who may not meet its titles and who may. */
export const RULES: Record<string, ViewingRule> = {
  territory: {
    word: "terrazume",
    hides: { licences: licence(LONG_AGO, null, "FR") },
    denied: {},
    allowed: { profile: { country: "FR" } },
    country: "FR",
  },
  "the second in which a licence begins": {
    word: "morgenrotz",
    hides: { licences: licence(BEGINS.toISOString(), null, "*") },
    denied: { at: before(BEGINS) },
    allowed: { at: BEGINS },
  },
  "the second in which a licence ends": {
    word: "abendlichd",
    hides: { licences: licence(LONG_AGO, ENDS.toISOString(), "*") },
    denied: { at: ENDS },
    allowed: { at: before(ENDS) },
  },
  "maturity, for a child": {
    word: "furchtbarn",
    hides: { maturityRating: "R" },
    denied: { profile: { kind: "KIDS", maturityLimit: 8 } },
    allowed: {},
  },
  "maturity, for an editor": {
    word: "redaktionyx",
    hides: { maturityRating: "R" },
    denied: { ...editor, profile: { maturityLimit: 13 } },
    allowed: editor,
  },
  "a draft": { word: "entwurfling", hides: { state: "DRAFT" }, denied: {}, allowed: editor },
  "what was archived": { word: "kellerlagen", hides: { state: "ARCHIVED" }, denied: {}, allowed: editor },
  "what was merged, which it was not before": { word: "zwillingor", hides: {}, denied: editor, allowed: {} },
  "what is still to come, which it is no more": { word: "sperrfristen", hides: {}, denied: {}, allowed: {} },
};
export const NAMES = Object.keys(RULES);
export const MERGED = RULES[NAMES.at(-2)!]!;
export const TO_COME = RULES[NAMES.at(-1)!]!;

/** What the root fields are asked about a rule, or why one is not asked: it answers nothing of a title by itself. */
export type Ask = (rule: ViewingRule, place: number) => string[];
const QUERIES: Record<string, Ask | string> = {
  title: ({ word }, place) => [
    `(id: "Title:${word}-seen")`,
    `(id: "Title:${word}-unseen")`,
    `(id: "Title:${companionOf(place)}")`,
    `(id: "Title:${word}-seen", asOf: "${new Date().toISOString()}")`,
  ],
  viewer: () => [""],
  home: () => ["(first: 100)"],
  editorial: () => [""],
  titles: ({ word }) => [
    "(first: 100)",
    `(first: 100, filter: { genres: ["${word} stories"] })`,
    `(first: 100, filter: { tags: ["${word}"], studio: "Studio:${named(`${word} pictures`).id}" })`,
    `(first: 100, filter: { person: "Person:${named(`${word} person`).id}" })`,
    "(first: 100, orderBy: { field: POPULARITY, direction: DESC })",
  ],
  search: ({ word }) => [
    `(query: "", first: 100)`,
    `(query: "${misspelt(word)}", first: 100)`,
    `(query: "${word.slice(0, 6)}", first: 100)`,
    `(query: "common ${misspelt(word)}", first: 100)`,
    `(query: "common", first: 100)`,
  ],
  person: ({ word }) => [`(id: "Person:${named(`${word} person`).id}")`],
  genres: () => [""],
  top10: ({ country = "US" }, place) => [
    "",
    `(country: "${country}", date: "${dayOf(place)}")`,
    `(country: "${country}", date: "${dayOf(place)}", period: WEEK)`,
  ],
  suggest: ({ word }) => [
    `(prefix: "${word.slice(0, 5)}", first: 100)`,
    `(prefix: "${misspelt(word)}", first: 100)`,
  ],
  node: ({ word }, place) => idsOf(word, place).map((id) => `(id: "${id}")`),
  nodes: ({ word }, place) => [`(ids: ${JSON.stringify(idsOf(word, place))})`],
  operations:
    "operators look after projections, whose records name titles by their ids to whoever runs the tenant",
  platform:
    "whoever runs the platform is told of titles in any state, of every tenant, and is nobody's viewer by that",
  plans: "plans have no titles",
};
const sameAs = (field: string) => `answers by the same function as ${field}`;
const MUTATIONS: Record<string, Ask | string> = {
  addToWatchlist: ({ word }) => [`(input: { title: "Title:${word}-seen" })`],
  dismissFromContinueWatching: ({ word }) => [`(input: { title: "Title:${word}-seen" })`],
  rateTitle: ({ word }) => [`(input: { title: "Title:${word}-seen", rating: 5 })`],
  recordProgress: ({ word }) => [`(input: { title: "Title:${word}-begun", positionSeconds: 60 })`],
  removeFromWatchlist: ({ word }) => [`(input: { title: "Title:${word}-seen" })`],
  setNotForMe: ({ word }) => [`(input: { title: "Title:${word}-seen", notForMe: false })`],
  startPlayback: ({ word }) => [
    `(input: { title: "Title:${word}-seen", device: { kind: TV, width: 1920, height: 1080, codecs: [H264] } })`,
  ],
  putCollection: ({ word }, place) => [
    `(input: { collection: "EditorialCollection:${collectionOf(place)}", titles: ["Title:${word}-seen"] })`,
  ],
  putCampaign: ({ word }, place) => [
    `(input: { campaign: "Campaign:${campaignOf(place)}", title: "Title:${word}-unseen" })`,
  ],
  noteSearchOpened: ({ word }) => [`(input: { query: "common", title: "Title:${word}-seen" })`],
  setSearchRule: ({ word }, place) => [
    `(input: { query: "common", title: "Title:${word}-seen", place: ${1 + place} })`,
  ],
  putTitle: ({ word }) => [`(input: { id: "Title:${word}-seen", kind: SERIES, expectedVersion: 1 })`],
  publishTitle: sameAs("putTitle"),
  archiveTitle: sameAs("putTitle"),
  setLicence: sameAs("putTitle"),
  mergeTitles: sameAs("putTitle"),
  signIn: sameAs("viewer"),
  signUp: sameAs("viewer"),
  refreshSession: sameAs("viewer"),
  selectProfile: sameAs("viewer"),
  createProfile: sameAs("viewer { profile }"),
  updateProfile: sameAs("viewer { profile }"),
  setProfilePin: sameAs("viewer { profile }"),
  ...Object.fromEntries(
    [
      ...[
        "cancelSubscription",
        "changeCountry",
        "changeEmail",
        "changePassword",
        "changePlan",
        "changeRoles",
        "checkProjection",
        "createApiKey",
      ],
      ...["createTenant", "promoteTenant", "resumeTenant", "suspendTenant"],
      ...["deleteProfile", "eraseMyAccount", "exportMyData", "heartbeatPlayback", "rebuildProjection"],
      ...[
        "requestEmailVerification",
        "requestPasswordReset",
        "resetPassword",
        "retryDeadLetters",
        "setSearchLearning",
        "startExperiment",
        "stopExperiment",
        "removeCampaign",
        "removeCollection",
        "addSearchSynonym",
        "removeSearchRule",
        "removeSearchSynonym",
        "revokeApiKey",
        "setConsents",
        "signOut",
      ],
      ...["endSession", "signOutEverywhere", "stopPlayback", "subscribe", "verifyEmail"],
    ].map((field) => [field, "answers nothing of a title"]),
  ),
};

function misspelt(word: string): string {
  return `${word.slice(0, 3)}${word[4]}${word[3]}${word.slice(5)}`;
}

function idsOf(word: string, place: number): string[] {
  const name = (type: string, what: string) => `${type}:${named(`${word} ${what}`).id}`;
  return [
    `Title:${word}-seen`,
    `Title:${word}-unseen`,
    `Title:${companionOf(place)}`,
    `Season:${word}-seen/1`,
    `Episode:${word}-seen/1/1`,
    name("Person", "person"),
    name("Genre", "stories"),
    name("Studio", "pictures"),
    `HomeRow:BECAUSE_YOU_WATCHED ${word}-seen`,
    `EditorialCollection:${collectionOf(place)}`,
    `Campaign:${campaignOf(place)}`,
    `SearchRule:${searchRuleOf(place)}`,
  ];
}

export const ROOTS = ["query", "mutation"] as const;
export type Root = (typeof ROOTS)[number];

/** Types at which the walk ends: none of them tells of a title. */
export const NOT_ABOUT_TITLES = [
  "Account",
  "AccountExport",
  "ApiKey",
  "Checkout",
  "Consents",
  "Experiment",
  "Job",
  "Membership",
  "Operations",
  "Plan",
  "Platform",
  "PlatformTenant",
  "PlaybackSession",
  "Session",
  "TenantInfo",
];
/** Texts and numbers that tell of no title; each by its field. */
export const SILENT = new Set(
  Object.entries({
    AddToWatchlistPayload: ["consistencyToken"],
    RemoveFromWatchlistPayload: ["consistencyToken"],
    TitlePayload: ["consistencyToken", "version"],
    ViewingPayload: ["consistencyToken"],
    // Its codes are what may be told.
    UserError: ["field", "message"],
    Profile: ["name", "externalId", "favouriteGenres"],
    // Where and how often a profile has watched, beside the title.
    HistoryEdge: ["seconds"],
    RatingEdge: ["rating"],
    Top10Entry: ["rank", "previousRank", "daysOnList", "weeksOnList", "viewers", "trend"],
    WeeklyMove: ["rank", "previousRank"],
    WeeklyCountry: ["originals"],
    EditorialTitleEdge: ["version"],
    TitleInsight: ["viewers", "stayed", "completions"],
    // Follow from the budget alone.
    InsightRelease: ["leastViewers"],
    InsightBudget: ["days"],
    TitleVersion: ["version"],
    // What editors say of a row themselves, beside its titles.
    EditorialCollection: ["name", "position", "version"],
    CollectionPayload: ["version"],
    // What others have searched for, five of them at least.
    ReportedSearch: ["query", "language", "accounts"],
    ReportedSearchEdge: ["cursor"],
    // What editors say of searches themselves, beside the title.
    SearchRule: ["query", "place", "factor"],
    Campaign: ["countries", "strength"],
    CampaignEdge: ["cursor"],
    SearchSynonym: ["language", "words", "genre"],
    // Numbers that are compared with what is shown, below.
    TitleConnection: ["totalCount"],
    SearchConnection: ["totalCount"],
    FacetBucket: ["count"],
    YearSpan: ["from", "to"],
    // Hold a position that differs by list: what they tell is looked for wherever they are.
    PageInfo: ["startCursor", "endCursor"],
    TitleEdge: ["cursor"],
    TitleVersionEdge: ["cursor"],
    EditorialCollectionEdge: ["cursor"],
    SearchRuleEdge: ["cursor"],
    SearchSynonymEdge: ["cursor"],
  }).flatMap(([type, fields]) => fields.map((field) => `${type}.${field}`)),
);

const isEditors = (name: string) => RULES[name]!.allowed.editor === true;
export const RECORDS = /^editorial\.titleVersion/;
/** Places that a rule's titles do not come to, whoever asks, and why. */
const APART: [place: RegExp, why: string, rules: (name: string) => boolean][] = [
  [
    /^suggest\.node\.(Studio|Episode|Season|HomeRow|EditorialCollection|Campaign|SearchRule)__/,
    "titles, people and genres are completed",
    () => true,
  ],
  [
    /^((editorial|putTitle|putCollection|putCampaign|setSearchRule)\.|nodes?\.(EditorialCollection|Campaign|SearchRule)__)/,
    "whoever may meet them is no editor",
    (name) => !isEditors(name),
  ],
  [
    /^top10\.title/,
    "charts list what was on offer on their day",
    (name) => ["the second in which a licence begins", "a draft", "what was archived"].includes(name),
  ],
];
export const isApart = (place: string, name: string) =>
  APART.some(([where, , rules]) => where.test(place) && rules(name));

export const ASKED: Record<Root, Record<string, Ask | string>> = { query: QUERIES, mutation: MUTATIONS };
