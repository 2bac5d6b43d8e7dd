/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { randomUUID } from "node:crypto";

import { type Role } from "../../datasources/core/vocabulary.js";
import { type Answer, type TestGateway } from "./gateway.js";

/** How a row of the table in docs/failures.md is asked for. */
export interface FailureCase {
  query: string;
  /** Who asks; a viewer unless given. */
  token?: string;
  variables?: Record<string, unknown>;
  /** The field's value in an answer's data; undefined where an object above it is null. */
  valueOf: (data: Answer["data"] | null) => unknown;
}

/** Things of the demo tenant that the cases ask for. */
export interface Known {
  /** Begun, rated and with neighbours: global ids. */
  begun: string;
  rated: string;
  similar: string;
  person: string;
  /** A row of the home page that is there without PostgreSQL, and one that is built on a watched title. */
  row: string;
  because: string;
  profile: string;
  /** A collection of editors, which nobody is shown yet. */
  collection: string;
  /** What editors say of a title for a text that nobody searches for. */
  searchRule: string;
  campaign: string;
  /** One that has ended, and has served nobody. */
  experiment: string;
  refreshToken: string;
  /** A token of an editor who is an operator and runs the platform too. */
  staff: string;
}

/** Finds in the demo tenant what the cases ask for, while all stores are up. */
export async function findKnown(gateway: TestGateway, email: string, token: string): Promise<Known> {
  const { data } = await gateway.ask(
    `{
      viewer { profile {
        id
        continueWatching(first: 1) { edges { node { id } } }
        ratings(first: 1) { edges { node { id } } }
      } }
      home(first: 30) { id kind }
      titles(first: 50, orderBy: { field: POPULARITY, direction: DESC }) {
        edges { node { id credits { person { id } } similar(first: 1) { edges { score } } } }
      }
    }`,
    { token },
  );
  const { profile } = data.viewer;
  const titles: { id: string; credits: { person: { id: string } }[]; similar: { edges: object[] } }[] =
    data.titles.edges.map((edge: { node: object }) => edge.node);
  const staff = await staffToken(gateway, email);
  const row = (kind: string) => data.home.find((each: { kind: string }) => each.kind === kind).id as string;
  return {
    begun: profile.continueWatching.edges[0].node.id,
    rated: profile.ratings.edges[0].node.id,
    similar: titles.find(({ similar }) => similar.edges.length > 0)!.id,
    person: titles.find(({ credits }) => credits.length > 0)!.credits[0]!.person.id,
    row: row("NEW"),
    because: row("BECAUSE_YOU_WATCHED"),
    profile: profile.id,
    collection: await collectionOf(gateway, staff, titles[0]!.id),
    campaign: await campaignOf(gateway, staff, titles[0]!.id),
    experiment: await experimentOf(gateway, staff),
    searchRule: await searchRuleOf(gateway, staff, titles[0]!.id),
    refreshToken: await refreshTokenOf(gateway, email),
    staff,
  };
}

async function collectionOf(gateway: TestGateway, token: string, title: string): Promise<string> {
  const input = { name: "One", titles: [title], from: "2100-01-01T00:00:00Z" };
  const { data } = await gateway.ask(
    "mutation ($input: PutCollectionInput!) { putCollection(input: $input) { collection { id } } }",
    { token, variables: { input } },
  );
  return data.putCollection.collection.id as string;
}

/** One that is to come: nobody is recommended it. */
async function campaignOf(gateway: TestGateway, token: string, title: string): Promise<string> {
  const input = { title, from: "2100-01-01T00:00:00Z" };
  const { data } = await gateway.ask(
    "mutation ($input: PutCampaignInput!) { putCampaign(input: $input) { campaign { id } } }",
    { token, variables: { input } },
  );
  return data.putCampaign.campaign.id as string;
}

async function experimentOf(gateway: TestGateway, token: string): Promise<string> {
  const arms = ["one", "two"].map((arm) => ({ arm, percent: 1 }));
  const begun = await gateway.ask(
    "mutation ($input: StartExperimentInput!) { startExperiment(input: $input) { experiment { id } } }",
    { token, variables: { input: { name: `ended ${randomUUID()}`, arms } } },
  );
  const { id } = begun.data.startExperiment.experiment;
  await gateway.ask(
    "mutation ($id: ID!) { stopExperiment(input: { experiment: $id }) { errors { code } } }",
    {
      token,
      variables: { id },
    },
  );
  return id as string;
}

async function searchRuleOf(gateway: TestGateway, token: string, title: string): Promise<string> {
  const input = { query: "nobody searches for this", title, factor: 1 };
  const { data } = await gateway.ask(
    "mutation ($input: SetSearchRuleInput!) { setSearchRule(input: $input) { rule { id } } }",
    { token, variables: { input } },
  );
  return data.setSearchRule.rule.id as string;
}

/** A profile without an account may do what its token says; no demo account is all of it in one. */
function staffToken(gateway: TestGateway, email: string): Promise<string> {
  const [, tenant = ""] = email.split(/[@.]/);
  const roles: Role[] = ["EDITOR", "OPERATOR", "PLATFORM"];
  return gateway.tokenFor({ tenant, account: null, profile: "profile-00001", roles });
}

async function refreshTokenOf(gateway: TestGateway, email: string): Promise<string> {
  const { data } = await gateway.ask(SIGN_IN, { variables: { input: { email, password: "marquee" } } });
  return data.signIn.refreshToken as string;
}

const SIGN_IN = `mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken errors { code } } }`;

/** A case for every row, by its name in the table. */
export function failureCases(known: Known, email: string): Record<string, FailureCase> {
  const root = (query: string, name: string, variables = {}): FailureCase => ({
    query,
    variables,
    valueOf: (data) => data?.[name],
  });
  const ofTitle = (id: string, field: string, name: string): FailureCase => ({
    query: `query ($id: ID!) { title(id: $id) { ${field} } }`,
    variables: { id },
    valueOf: (data) => data?.title?.[name],
  });
  const ofProfile = (field: string, name: string): FailureCase => ({
    query: `{ viewer { profile { ${field} } } }`,
    valueOf: (data) => data?.viewer?.profile?.[name],
  });
  const ofRow = (id: string, field: string, name: string): FailureCase => ({
    query: `query ($id: ID!) { node(id: $id) { ... on HomeRow { ${field} } } }`,
    variables: { id },
    valueOf: (data) => data?.node?.[name],
  });
  const byId = "query ($id: ID!) { node(id: $id) { id } }";
  const asOf = "query ($id: ID!, $at: DateTime!) { title(id: $id, asOf: $at) { name } }";
  const at = new Date().toISOString();
  return {
    "Query.title": root("query ($id: ID!) { title(id: $id) { name } }", "title", { id: known.begun }),
    "Query.title(asOf:)": root(asOf, "title", { id: known.begun, at }),
    "Query.titles": root("{ titles(first: 3) { edges { node { name } } } }", "titles"),
    "TitleConnection.totalCount": {
      query: "{ titles(first: 1) { totalCount } }",
      valueOf: (data) => data?.titles?.totalCount,
    },
    "Query.genres": root("{ genres { name } }", "genres"),
    "Query.person": root("query ($id: ID!) { person(id: $id) { name } }", "person", { id: known.person }),
    "Person.titles": {
      query: "query ($id: ID!) { person(id: $id) { titles(first: 3) { edges { role node { name } } } } }",
      variables: { id: known.person },
      valueOf: (data) => data?.person?.titles,
    },
    "Query.node of the catalogue": root(byId, "node", { id: known.similar }),
    "Query.node of an account": root(byId, "node", { id: known.profile }),
    "Query.nodes": {
      query: "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }",
      variables: { ids: [known.begun, known.person] },
      valueOf: (data) => ((data?.nodes ?? []).includes(null) ? null : data?.nodes),
    },
    "Query.search": root(`{ search(query: "love", first: 3) { edges { node { name } } } }`, "search"),
    "Query.suggest": root(`{ suggest(prefix: "the", first: 3) { text kind } }`, "suggest"),
    "Title.similar": ofTitle(known.similar, "similar(first: 3) { edges { node { name } } }", "similar"),
    "Profile.recommendations": ofProfile(
      "recommendations(first: 3) { model title { name } }",
      "recommendations",
    ),
    "Profile.recommendedTitles": ofProfile(
      "recommendedTitles(first: 3) { edges { model node { name } } }",
      "recommendedTitles",
    ),
    "Query.home": root("{ home(first: 30) { kind } }", "home"),
    "HomeRow.name": ofRow(known.row, "name", "name"),
    "HomeRow.because": ofRow(known.because, "because { name }", "because"),
    "HomeRow.titles": ofRow(known.row, "titles(first: 3) { edges { node { name } } }", "titles"),
    "Query.viewer": root("{ viewer { roles } }", "viewer"),
    "Viewer.sessions": { query: "{ viewer { sessions { id } } }", valueOf: (data) => data?.viewer?.sessions },
    "Query.top10": root("{ top10 { rank title { name } } }", "top10"),
    "Title.myProgress": ofTitle(known.begun, "myProgress { positionSeconds }", "myProgress"),
    "Title.myRating": ofTitle(known.rated, "myRating", "myRating"),
    "Title.inMyWatchlist": ofTitle(known.begun, "inMyWatchlist", "inMyWatchlist"),
    "Title.notForMe": ofTitle(known.begun, "notForMe", "notForMe"),
    "Profile.continueWatching": ofProfile(
      "continueWatching(first: 3) { edges { node { name } } }",
      "continueWatching",
    ),
    "Profile.watchlist": ofProfile("watchlist(first: 3) { edges { node { name } } }", "watchlist"),
    "Profile.history": ofProfile("history(first: 3) { edges { node { name } } }", "history"),
    "Profile.ratings": ofProfile("ratings(first: 3) { edges { rating node { name } } }", "ratings"),
    "Consents.history": {
      query: "{ viewer { consents { history { at } } } }",
      valueOf: (data) => data?.viewer?.consents?.history,
    },
    "Query.plans": root("{ plans { name } }", "plans"),
    ...ofStaff(known.staff, "editorial", {
      titles: "titles(first: 3) { edges { version } }",
      collections: "collections(first: 3) { edges { cursor } }",
      campaigns: "campaigns(first: 3) { edges { cursor } }",
      searchSynonyms: "searchSynonyms(first: 3) { edges { cursor } }",
      searchReport: "searchReport(kind: ABANDONED) { edges { cursor } }",
      searchRules: "searchRules(first: 3) { edges { cursor } }",
      titleVersions: `titleVersions(id: "${known.begun}") { version }`,
      titleVersionList: `titleVersionList(id: "${known.begun}") { edges { cursor } }`,
      weeklyChanges: "weeklyChanges { week }",
      insights: "insights(first: 3) { viewers }",
      insightRelease: "insightRelease { epsilon }",
      insightBudget: "insightBudget { spent }",
    }),
    "EditorialCollection.titles": {
      query:
        "query ($id: ID!) { node(id: $id) { ... on EditorialCollection { titles(first: 3) { edges { node { name } } } } } }",
      variables: { id: known.collection },
      token: known.staff,
      valueOf: (data) => data?.node?.titles,
    },
    "WeeklyChanges.moves": {
      query: "{ editorial { weeklyChanges { moves(first: 3) { rank } } } }",
      token: known.staff,
      valueOf: (data) => data?.editorial?.weeklyChanges?.moves,
    },
    "WeeklyMove.title": {
      query: "{ editorial { weeklyChanges { moves(first: 3) { title { name } } } } }",
      token: known.staff,
      valueOf: (data) => data?.editorial?.weeklyChanges?.moves[0]?.title,
    },
    "Campaign.title": {
      query: "query ($id: ID!) { node(id: $id) { ... on Campaign { title { name } } } }",
      variables: { id: known.campaign },
      token: known.staff,
      valueOf: (data) => data?.node?.title,
    },
    "SearchRule.title": {
      query: "query ($id: ID!) { node(id: $id) { ... on SearchRule { title { name } } } }",
      variables: { id: known.searchRule },
      token: known.staff,
      valueOf: (data) => data?.node?.title,
    },
    ...Object.fromEntries(
      [
        "profiles",
        "served",
        "watched",
        "completed",
        "rate { value }",
        "difference { value }",
        "preference { value }",
      ].map((figure) => [
        `ExperimentArm.${figure.split(" ")[0]}`,
        {
          query: `query ($id: ID!) { node(id: $id) { ... on Experiment { arms { ${figure} } } } }`,
          variables: { id: known.experiment },
          token: known.staff,
          // Of so few accounts there are no figures: that they were asked for is all that there is to see.
          valueOf: (data: Answer["data"] | null) => data?.node?.arms,
        },
      ]),
    ),
    ...ofStaff(known.staff, "operations", {
      stores: "stores { state }",
      projections: "projections { target }",
      tenants: "tenants(first: 3) { edges { node { slug } } }",
      quality: "quality { check }",
      experiments: "experiments { name }",
      searchLearning: "searchLearning { mode }",
      jobs: "jobs(first: 3) { edges { cursor } }",
      audit: "audit(first: 3) { edges { cursor } }",
      deadLetters: "deadLetters(first: 3) { edges { cursor } }",
      apiKeys: "apiKeys(first: 3) { edges { cursor } }",
    }),
    ...ofStaff(known.staff, "platform", {
      tenants: "tenants(first: 3) { edges { node { slug } } }",
      titles: "titles(first: 3) { unanswered }",
      viewing: "viewing { unanswered }",
    }),
    "Mutation.signIn": root(SIGN_IN, "signIn", { input: { email, password: "marquee" } }),
    "Mutation.selectProfile": root(
      "mutation ($input: SelectProfileInput!) { selectProfile(input: $input) { expiresAt } }",
      "selectProfile",
      { input: { profile: known.profile } },
    ),
    "Mutation.refreshSession": root(
      "mutation ($input: RefreshInput!) { refreshSession(input: $input) { expiresAt } }",
      "refreshSession",
      { input: { refreshToken: known.refreshToken } },
    ),
  };
}

/** A root field of editors or operators, and what it has. */
function ofStaff(token: string, name: string, parts: Record<string, string>): Record<string, FailureCase> {
  const type = name[0]!.toUpperCase() + name.slice(1);
  const [first = ""] = Object.values(parts);
  return {
    [`Query.${name}`]: { query: `{ ${name} { ${first} } }`, token, valueOf: (data) => data?.[name] },
    ...Object.fromEntries(
      Object.entries(parts).map(([part, selection]) => [
        `${type}.${part}`,
        { query: `{ ${name} { ${selection} } }`, token, valueOf: (data) => data?.[name]?.[part] },
      ]),
    ),
  } satisfies Record<string, FailureCase>;
}
