import { type Role } from "../../datasources/core/vocabulary.js";
import { type TitleFacts } from "../../datasources/core/title-fields.js";
import { STANDARD_DAYS } from "../../datasources/core/insight-rules.js";
import { latestClosed } from "../../datasources/insights/insights.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { learn } from "../../src/jobs/learn.js";
import { adultProfile, project, publish } from "./catalogue.js";
import { refreshSearch } from "./engines.js";
import { type Facts } from "./facts.js";
import { type TestGateway } from "./gateway.js";
import { named, titleBody } from "./titles.js";

/** Whoever asks about the titles of a rule: what profile, with what role, at what instant (now, where it does not say). */
export interface Asker {
  profile?: { kind?: "ADULT" | "KIDS"; maturityLimit?: number; country?: string };
  editor?: boolean;
  at?: Date;
}

/** A rule of viewing: titles that one asker may not meet and another may. */
export interface ViewingRule {
  /** Stands in everything that its titles have, and nowhere else; like no other rule's. */
  word: string;
  hides: Partial<TitleFacts>;
  denied: Asker;
  allowed: Asker;
  /** Where its titles are watched. Default: US. */
  country?: string;
}

export const SIDES = ["denied", "allowed"] as const;
export type Side = (typeof SIDES)[number];

const DAY = 86_400_000;
const days = (count: number) => new Date(Date.now() + count * DAY).toISOString();
/** The UTC day on which the titles of a rule were watched by a crowd: each rule has charts of its own. */
export const dayOf = (place: number) => days(-10 - place).slice(0, 10);

/** The profile of an asker, whose own name says nothing of the rule. */
export const profileOf = ({ word }: ViewingRule, side: Side) => `${[...word].reverse().join("")}-${side}`;

/** Seen to its end, begun, and never watched by who asks; the last is for everybody and takes after the others. */
export const PARTS = ["seen", "begun", "unseen"] as const;
export const companionOf = (place: number) => `companion-${place}`;
/** The collection of editors that a rule's titles are in. */
export const collectionOf = (place: number) => `collection-${place}`;
/** The campaign that a rule's title has. */
export const campaignOf = (place: number) => `campaign-${place}`;
/** What editors say of a rule's title for a text. */
export const searchRuleOf = (place: number) => `search-rule-${place}`;
/** So many that there is something for every row of a home page; the last of all titles by their ids. */
const OPEN = Array.from({ length: 30 }, (_, n) => `zz-open-${n}`);
/** Those that are watched on the days of the rules; more would leave these no place in the charts. */
const CHARTED = 5;

/** The titles of a rule: whatever can be told of one has its word. */
export function titlesOf({ word, hides }: ViewingRule): TitleFacts[] {
  const said = (what: string) => `${word[0]!.toUpperCase()}${word.slice(1)} ${what}`;
  const shared: Partial<TitleFacts> = {
    alternativeNames: [said("otherwise")],
    synopsis: `All there is about ${word}.`,
    genres: [named(said("stories"))],
    tags: [word],
    studio: named(said("pictures")),
    credits: [{ role: "DIRECTOR", character: said("in person"), person: named(said("person")) }],
    maturityRating: "G",
    ...hides,
  };
  const seasons = [
    {
      id: `${word}-seen/1`,
      number: 1,
      name: said("season"),
      episodes: [{ id: `${word}-seen/1/1`, number: 1, name: said("episode"), runtimeMinutes: 30 }],
    },
  ];
  return PARTS.map((part) =>
    titleBody({
      ...shared,
      id: `${word}-${part}`,
      name: said(part),
      ...(part === "seen" && { kind: "SERIES" as const, seasons }),
    }),
  );
}

/** Makes the titles of all rules, but for those that are still to come, and what everybody has watched. */
export async function prepareGround(
  { stores }: TestGateway,
  tenant: Tenant,
  rules: readonly ViewingRule[],
  toCome: ViewingRule,
): Promise<void> {
  const film = (id: string) =>
    titleBody({ id, name: `Common ${id}`, maturityRating: "G", genres: [named("Common")] });
  const open = [...OPEN, ...rules.map((_, place) => companionOf(place))].map(film);
  const now = rules.filter((rule) => rule !== toCome).flatMap(titlesOf);
  await publish(stores, tenant, [...open, ...now]);
  await stores.titleVersions.append(
    tenant,
    titlesOf(toCome).map((body) => ({ body, effectiveFrom: days(30) })),
  );
  await project(
    stores,
    tenant,
    titlesOf(toCome).map(({ id }) => id),
  );
  await stores.accounts.putProfiles(tenant, rules.flatMap(profilesOf));
  for (const [place, rule] of rules.entries()) await watch(stores, tenant, rule, place);
  await learnAnew(stores, tenant);
}

/** Has insights been told of every title of the rules, as if many had watched each. */
export async function plantInsights(
  facts: Facts,
  tenant: Tenant,
  rules: readonly ViewingRule[],
): Promise<void> {
  const figures = { viewers: 900, stayed: 800, completions: 700, watchedSeconds: 36_000 };
  const told = rules.flatMap(({ word }) => PARTS.map((part) => ({ titleId: `${word}-${part}`, ...figures })));
  await facts.run(
    tenant,
    `insert into insight_releases (tenant_id, until, days, country, epsilon, viewers_noise, seconds_noise, least_viewers, titles)
     values (${tenant.id}, '${latestClosed(new Date())}', ${STANDARD_DAYS}, '', 1000, 1, 1, 20, '${JSON.stringify(told)}')`,
  );
}

/** Puts the titles of each rule on the home page, as if editors had. */
export async function plantCollections(
  facts: Facts,
  tenant: Tenant,
  rules: readonly ViewingRule[],
): Promise<void> {
  for (const [place, { word }] of rules.entries()) {
    const titles = [...PARTS.map((part) => `${word}-${part}`), companionOf(place)];
    await facts.run(
      tenant,
      `insert into home_collections (tenant_id, id, name, title_ids, audience, countries, position)
       values (${tenant.id}, '${collectionOf(place)}', 'Some of them', '{${titles.join(",")}}', 'EVERYBODY', '{}', ${10 + place})`,
    );
  }
}

/** Has a title of each rule recommended to whoever may meet it, as if editors had. */
export async function plantCampaigns(
  facts: Facts,
  tenant: Tenant,
  rules: readonly ViewingRule[],
): Promise<void> {
  for (const [place, { word }] of rules.entries())
    await facts.run(
      tenant,
      `insert into campaigns (tenant_id, id, title_id, countries, strength, updated_at)
       values (${tenant.id}, '${campaignOf(place)}', '${word}-unseen', '{}', ${1 + place}, '2026-01-01')`,
    );
}

/** Says of a title of each rule where it stands for its own word, as if editors had. */
export async function plantSearchRules(
  facts: Facts,
  tenant: Tenant,
  rules: readonly ViewingRule[],
): Promise<void> {
  for (const [place, { word }] of rules.entries())
    await facts.run(
      tenant,
      `insert into search_rules (tenant_id, id, query, query_key, title_id, place)
       values (${tenant.id}, '${searchRuleOf(place)}', 'common', 'common', '${word}-seen', ${1 + place})`,
    );
}

/** Where the title of each rule stands on the latest list of a week, wherever it was watched. */
export const LISTED_IN = "IS";

/** Puts a title of each rule on such a list, which learning anew takes away. */
export async function plantWeek(facts: Facts, tenant: Tenant, rules: readonly ViewingRule[]): Promise<void> {
  const places = rules.map(({ word }, place) => `(${place + 1}, '${word}-seen', ${9_000 - place})`);
  await facts.run(
    tenant,
    `insert into top10_weeks (tenant_id, country, day, rank, title_id, viewers, watched_seconds)
     select ${tenant.id}, '${LISTED_IN}', date_trunc('week', now())::date - 14, v.rank, v.title, 9, v.seconds
     from (values ${places.join(",")}) v (rank, title, seconds)`,
  );
}

/** Has charts, popularity and tastes follow what has changed. */
export async function learnAnew(stores: Stores, tenant: Tenant): Promise<void> {
  await learn(stores, tenant);
  if (stores.projections.some(({ store }) => store === "OPENSEARCH")) await refreshSearch();
}

function profilesOf(rule: ViewingRule) {
  return SIDES.map((side) => ({ ...adultProfile(profileOf(rule, side)), ...rule[side].profile }));
}

/** A crowd that has watched a rule's titles and its companion, and its two askers, who have watched some of them. */
async function watch(stores: Stores, tenant: Tenant, rule: ViewingRule, place: number): Promise<void> {
  const ids = PARTS.map((part) => `${rule.word}-${part}`);
  const [seen = "", begun = ""] = ids;
  const event = (profileId: string, titleId: string, completed: boolean, at: string) => ({
    id: `${profileId} ${titleId}`,
    profileId,
    titleId,
    at,
    seconds: 1_800,
    completed,
    country: rule.country ?? "US",
    device: "TV",
    rating: completed ? 5 : null,
  });
  const day = `${dayOf(place)}T12:00:00Z`;
  const crowd = Array.from({ length: 6 }, (_, n) => `crowd ${place} ${n}`).flatMap((profile) => [
    ...[...ids, companionOf(place), ...OPEN.slice(0, CHARTED)].map((title) =>
      event(profile, title, true, day),
    ),
    ...OPEN.slice(CHARTED).map((title) => event(profile, title, true, days(-60))),
  ]);
  const askers = SIDES.map((side) => profileOf(rule, side));
  const own = askers.flatMap((profile) => [
    event(profile, OPEN[0]!, true, days(-4)),
    event(profile, begun, false, days(-3)),
    event(profile, seen, true, days(-2)),
  ]);
  await stores.viewingIngest.ingest(tenant, [...crowd, ...own]);
  await stores.viewingIngest.addToWatchlists(
    tenant,
    askers.flatMap((profileId) =>
      [...ids, OPEN[1]!].map((titleId) => ({ profileId, titleId, addedAt: days(-1) })),
    ),
  );
}

/** A token of one of a rule's askers. */
export function tokenOf(
  gateway: TestGateway,
  tenant: Tenant,
  rule: ViewingRule,
  side: Side,
): Promise<string> {
  const roles: Role[] = rule[side].editor ? ["VIEWER", "EDITOR"] : ["VIEWER"];
  return gateway.tokenFor({ tenant: tenant.slug, account: null, profile: profileOf(rule, side), roles });
}
