import { randomUUID } from "node:crypto";

import { beforeAll, describe, expect, it, vi } from "vitest";

import { StoreUnavailableError } from "../../datasources/core/store-error.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { armId, assigned } from "../../datasources/experiments/assignment.js";
import { graph, MODEL, watch } from "../contract/recommendations-support.js";
import { openAccount, viewerAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { REBUILDING_MS } from "../support/engines.js";
import { useFacts, useGateway } from "../support/fixtures.js";
import { testRequest } from "../support/stores.js";
import { named, titleBody } from "../support/titles.js";

const gateway = useGateway();
const facts = useFacts();
let tenant: Tenant;
let operator: string;
let oldModel: number;

const [CRIME, SPACE] = [[named("Crime")], [named("Space")]];
const NEW = "seen c1 1\nseen c2 0.9\nseen c3 0.8\nseen c4 0.7\nseen s1 0.6\nseen s2 0.5";
const OLD = "seen s2 1\nseen s1 0.9\nseen c1 0.1\nseen c2 0.05";
const [BY_SCORE, VARIED, BY_OLD] = [
  ["c1", "c2", "c3", "c4", "s1", "s2"],
  ["c1", "s1", "c2", "c3", "c4", "s2"],
  ["s2", "s1", "c1", "c2"],
];

beforeAll(async () => {
  tenant = await gateway.createTenant();
  const { stores } = gateway;
  await publish(stores, tenant, [
    ...["seen", "c1", "c2", "c3", "c4"].map((id) => titleBody({ id, genres: CRIME })),
    ...["s1", "s2"].map((id) => titleBody({ id, genres: SPACE })),
  ]);
  await stores.tasteGraph.replace(tenant, graph(OLD), MODEL);
  oldModel = (await stores.tasteModels.models(tenant))[0]!.number;
  await stores.tasteGraph.replace(tenant, graph(NEW), MODEL);
  operator = (await openAccount(gateway, tenant, { roles: ["VIEWER", "OPERATOR"] })).token;
});

const REPORT = `id name kind exclusionGroup metric leastLists startedAt endedAt
  arms { arm percent model diversity endedAt profiles served watched completed
    rate { value low high } difference { value low high } preference { value low high } }`;
interface Report {
  id: string;
  name: string;
  endedAt: string | null;
  arms: {
    arm: string;
    endedAt: string | null;
    profiles: number | null;
    served: number | null;
    watched: number | null;
    completed: number | null;
    rate: { value: number } | null;
    difference: { value: number; low: number; high: number } | null;
    preference: { value: number; low: number; high: number } | null;
  }[];
}
interface Payload {
  experiment: Report | null;
  errors: { field: string | null; code: string }[];
}

async function mutate(name: "start" | "stop", input: object, token = operator): Promise<Payload> {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}ExperimentInput`;
  const { data, errors } = await gateway.ask(
    `mutation ($input: ${type}!) { ${name}Experiment(input: $input) { experiment { ${REPORT} } errors { field code } } }`,
    { token, variables: { input } },
  );
  expect(errors).toBeUndefined();
  return data[`${name}Experiment`] as Payload;
}

async function start(
  arms: object[],
  more: object = {},
): Promise<{ id: string; local: string; name: string }> {
  const name = `experiment ${randomUUID()}`;
  const { experiment, errors } = await mutate("start", { name, arms, ...more });
  expect(errors).toEqual([]);
  const local = Buffer.from(experiment!.id, "base64url").toString().split(":")[2]!;
  return { id: experiment!.id, local, name };
}
const stop = async ({ id }: { id: string }) =>
  expect((await mutate("stop", { experiment: id })).errors).toEqual([]);

async function reported(token = operator): Promise<Report[]> {
  const { data, errors } = await gateway.ask(`{ operations { experiments { ${REPORT} } } }`, { token });
  expect(errors).toBeUndefined();
  return (data.operations as { experiments: Report[] }).experiments;
}
const reportOf = async (name: string) => (await reported()).find((each) => each.name === name)!;

/** Somebody who has watched what the models know, and is in an arm. */
async function viewerIn(local: string, position: number, more: object = {}, completed = true) {
  const running = await gateway.stores.experiments.running(tenant);
  for (;;) {
    const id = randomUUID();
    if (!assigned(running, tenant, id).arms.includes(armId(local, position))) continue;
    const { token } = await openAccount(gateway, tenant, {
      id,
      email: `${id}@example.com`,
      profiles: [{ ...adultProfile(id), ...more }],
    });
    await gateway.stores.viewingIngest.ingest(tenant, [
      watch(id, "seen", "2026-05-01T00:00:00Z", { completed }),
    ]);
    return { id, token };
  }
}

async function listed(token: string, asked = "") {
  const { data, errors, extensions } = await gateway.ask(
    `{ viewer { profile { recommendations(first: 50${asked}) { model title { externalId } } } } }`,
    { token, explain: true },
  );
  expect(errors).toBeUndefined();
  const { recommendations } = (
    data.viewer as { profile: { recommendations: { model: string; title: { externalId: string } }[] } }
  ).profile;
  const learned = recommendations.filter(({ model }) => model === "SIMILAR");
  const { calls } = (extensions as { explain: { calls: unknown[] } }).explain;
  return { titles: learned.map(({ title }) => title.externalId), calls: calls.length };
}
// A graph elsewhere follows by a moment.
const eventually = (token: string, asked = "") =>
  expect.poll(async () => (await listed(token, asked)).titles, { timeout: 20_000 });

/** What lists of a profile were noted with. */
async function noted(profile: string) {
  await gateway.stores.servedLists.settle();
  return facts.rows<{ arms: string[]; number: number | null }>(
    tenant,
    `select arms, model_number as number from served_lists
     where tenant_id = $1 and profile_id = '${profile}' order by at desc limit 1`,
  );
}

/** The home page: titles by the kind of their row, where there is one of it. */
async function homeOf(token: string) {
  const query = "{ home { kind titles(first: 50) { edges { node { externalId } } } } }";
  const { data, errors, extensions } = await gateway.ask(query, { token, explain: true });
  expect(errors).toBeUndefined();
  const home = data.home as { kind: string; titles: { edges: { node: { externalId: string } }[] } }[];
  const rows = home.map(
    ({ kind, titles }) => [kind, titles.edges.map(({ node }) => node.externalId)] as const,
  );
  const { calls } = (extensions as { explain: { calls: unknown[] } }).explain;
  return { rows: Object.fromEntries(rows) as Record<string, string[] | undefined>, calls: calls.length };
}

/** Which of two arms has put the titles of the latest list of a profile. */
async function notedTeams(profile: string) {
  await gateway.stores.servedLists.settle();
  return facts.rows<{ arms: string[]; model: string | null; titles: string[]; teams: number[] }>(
    tenant,
    `select arms, model, title_ids as titles, teams from served_lists
     where tenant_id = $1 and profile_id = '${profile}' and row_id is null order by at desc limit 1`,
  );
}

/** What is learned of the list, two titles at a time. */
async function paged(token: string): Promise<string[]> {
  const titles: string[] = [];
  for (let after: string | null = null; ;) {
    const { data, errors } = await gateway.ask(
      `query ($after: String) { viewer { profile { recommendedTitles(first: 2, after: $after) {
         edges { model node { externalId } } pageInfo { endCursor hasNextPage } } } } }`,
      { token, variables: { after } },
    );
    expect(errors).toBeUndefined();
    const { edges, pageInfo } = (data.viewer as { profile: { recommendedTitles: PageOfTitles } }).profile
      .recommendedTitles;
    titles.push(...edges.flatMap(({ model, node }) => (model === "SIMILAR" ? [node.externalId] : [])));
    if (!pageInfo.hasNextPage) return titles;
    after = pageInfo.endCursor;
  }
}

interface PageOfTitles {
  edges: { model: string; node: { externalId: string } }[];
  pageInfo: { endCursor: string; hasNextPage: boolean };
}

interface NotedRow {
  row: string;
  rowPlace: number;
  context: string;
  place: number;
  titles: string[];
  arms: string[];
  number: number | null;
}

/** What rows of the home page of a profile were noted as. */
async function notedRows(profile: string) {
  await gateway.stores.servedLists.settle();
  return facts.rows<NotedRow & Record<string, unknown>>(
    tenant,
    `select row_id as row, row_place as "rowPlace", context, place, title_ids as titles, arms, model_number as number
     from served_lists where tenant_id = $1 and profile_id = '${profile}' and row_id is not null order by at`,
  );
}

const HALVES = [
  { arm: "control", percent: 50, diversity: 0 },
  { arm: "varied", percent: 50, diversity: 50 },
];

describe("an experiment", () => {
  it("serves each profile by its arm, at as many store calls, until it is stopped", async () => {
    const before = await openAccount(gateway, tenant);
    const { calls } = await listed(before.token);
    const experiment = await start(HALVES);
    const [control, varied] = [await viewerIn(experiment.local, 1), await viewerIn(experiment.local, 2)];
    await eventually(control.token).toEqual(BY_SCORE);
    await eventually(varied.token).toEqual(VARIED);
    expect((await listed(varied.token)).calls).toBe(calls);
    expect(await noted(control.id)).toMatchObject([{ arms: [armId(experiment.local, 1)] }]);
    expect(await noted(varied.id)).toMatchObject([{ arms: [armId(experiment.local, 2)] }]);
    // What a client asks for stands, and is no list of the arm; nor is what is popular.
    expect((await listed(varied.token, ", diversity: 0")).titles).toEqual(BY_SCORE);
    expect(await noted(varied.id)).toMatchObject([{ arms: [] }]);
    await listed(varied.token);
    await listed(varied.token, ", context: SEARCH_EMPTY");
    expect(await noted(varied.id)).toMatchObject([{ arms: [] }]);
    await stop(experiment);
    const usual = (await listed(varied.token, ", diversity: 8")).titles;
    expect((await listed(varied.token)).titles).toEqual(usual);
    expect(await noted(varied.id)).toMatchObject([{ arms: [] }]);
    // Once more is no more.
    await stop(experiment);
  });

  it("makes the home page too, whose rows for the profile are noted with their places, once", async () => {
    const before = await openAccount(gateway, tenant);
    // What goes on has no row of its own: that would have the titles first.
    const seen = [watch(before.account, "seen", "2026-05-01T00:00:00Z", { completed: false })];
    await gateway.stores.viewingIngest.ingest(tenant, seen);
    await eventually(before.token).toContain("c1");
    const { calls } = await homeOf(before.token);
    const experiment = await start([
      { arm: "control", percent: 34, diversity: 0 },
      { arm: "varied", percent: 33, diversity: 50 },
      { arm: "old", percent: 33, diversity: 0, model: oldModel },
    ]);
    for (const [at, order] of [BY_SCORE, VARIED, BY_OLD].entries()) {
      const { id, token } = await viewerIn(experiment.local, at + 1, {}, false);
      await eventually(token).toEqual(order);
      for (let again = 0; again < 2; again += 1) {
        const home = await homeOf(token);
        expect(home.rows.RECOMMENDED!.slice(0, order.length)).toEqual(order);
        expect(home.calls).toBeLessThanOrEqual(calls);
      }
      const rows = await notedRows(id);
      const [own] = rows.filter(({ row }) => row === "RECOMMENDED");
      expect(rows.filter(({ row }) => row === "RECOMMENDED")).toHaveLength(1);
      expect(own).toMatchObject({ context: "HOME", place: 1, arms: [armId(experiment.local, at + 1)] });
      expect(own!.titles.slice(0, order.length)).toEqual(order);
      expect(own!.rowPlace).toBeGreaterThan(0);
      if (at === 2) expect(own!.number).toBe(oldModel);
      else expect(own!.number).toBeGreaterThan(oldModel);
    }
    await stop(experiment);
  });

  it("interleaves what two arms make, and notes who has put what", async () => {
    const { calls } = await listed((await openAccount(gateway, tenant)).token);
    const arms = [
      { arm: "live", percent: 50, diversity: 0 },
      { arm: "old", percent: 50, diversity: 0, model: oldModel },
    ];
    const experiment = await start(arms, { kind: "INTERLEAVING" });
    const { id, token } = await viewerIn(experiment.local, 2);
    // What one has learned may be put by the other, as popular; one of these two is the live one's, once that has followed.
    await eventually(token).toSatisfy((titles: string[]) => titles.includes("c3") || titles.includes("c4"));
    const { titles, calls: own } = await listed(token);
    // Where another store has the live graph, that is asked beside the one of kept models.
    expect(own).toBeLessThanOrEqual(calls + 1);
    const [row] = await notedTeams(id);
    expect(row).toMatchObject({
      arms: [armId(experiment.local, 1), armId(experiment.local, 2)],
      model: null,
    });
    expect([...row!.titles].sort()).toEqual([...BY_SCORE].sort());
    const put = (team: number) => row!.titles.filter((_, at) => row!.teams[at] === team);
    const inOrder = (of: string[], order: string[]) => order.filter((title) => of.includes(title));
    const [live, old] = [put(1), put(2)].map((of) => of.filter((title) => BY_SCORE.includes(title)));
    expect(live).toEqual(inOrder(live!, BY_SCORE));
    expect(old!.filter((title) => BY_OLD.includes(title))).toEqual(inOrder(old!, BY_OLD));
    expect([BY_SCORE[0], BY_OLD[0]]).toContain(titles[0]);
    expect(new Set(row!.teams.slice(0, 2))).toEqual(new Set([1, 2]));
    // The same again, and page by page.
    expect((await listed(token)).titles).toEqual(titles);
    expect(await paged(token)).toEqual(titles);
    // What a client asks for is no list of it where nothing else is tried; nor is the home page.
    await homeOf(token);
    for (const { arms: of } of await notedRows(id)) expect(of).toEqual([]);
    await stop(experiment);
  });

  it("asks a kept model once, however many lists of a request it makes", async () => {
    const experiment = await start([
      { arm: "old", percent: 50, diversity: 0, model: oldModel },
      { arm: "live", percent: 50, diversity: 0 },
    ]);
    const { token } = await viewerIn(experiment.local, 1);
    const fields = (first: number) => `recommendations(first: ${first}) { model title { externalId } }`;
    const aliases = Array.from({ length: 10 }, (_, n) => `a${n}: ${fields(n + 1)}`).join(" ");
    const { data, errors, extensions } = await gateway.ask(`{ viewer { profile { ${aliases} } } }`, {
      token,
      explain: true,
    });
    expect(errors).toBeUndefined();
    const { profile } = data.viewer as {
      profile: Record<string, { model: string; title: { externalId: string } }[]>;
    };
    expect(profile.a9!.slice(0, 4).map(({ title }) => title.externalId)).toEqual(BY_OLD);
    const { calls } = (extensions as { explain: { calls: { operation: string }[] } }).explain;
    expect(calls.filter(({ operation }) => operation.includes("keptRecommendations"))).toHaveLength(1);
    await stop(experiment);
  });

  it("may have a model that is kept answer, which stays as long", { timeout: REBUILDING_MS }, async () => {
    const experiment = await start([
      { arm: "live", percent: 50, diversity: 0 },
      { arm: "old", percent: 50, diversity: 0, model: oldModel },
    ]);
    const [live, old] = [await viewerIn(experiment.local, 1), await viewerIn(experiment.local, 2)];
    await eventually(live.token).toEqual(BY_SCORE);
    expect((await listed(old.token)).titles).toEqual(BY_OLD);
    expect(await noted(old.id)).toMatchObject([{ number: oldModel }]);
    // Which titles are like one, the live model has learned.
    await listed(old.token, ', context: BECAUSE, title: "Title:seen"');
    const newest = (await gateway.stores.tasteModels.models(tenant)).find((model) => model.live)!;
    expect(await noted(old.id)).toMatchObject([{ number: newest.number }]);
    const keep = () => gateway.stores.tasteGraph.replace(tenant, graph(NEW), MODEL);
    for (let more = 0; more < 3; more += 1) await keep();
    const numbers = async () => (await gateway.stores.tasteModels.models(tenant)).map(({ number }) => number);
    expect(await numbers()).toContain(oldModel);
    expect((await listed(old.token)).titles).toEqual(BY_OLD);
    await stop(experiment);
    await keep();
    expect(await numbers()).not.toContain(oldModel);
  });

  it("has nobody take part without consent to personalisation, and no child", async () => {
    const experiment = await start([HALVES[0]!, { arm: "varied", percent: 50, diversity: 50 }]);
    const kid = await viewerIn(experiment.local, 2, { kind: "KIDS", maturityLimit: 8 });
    const adult = await viewerIn(experiment.local, 2);
    await eventually(adult.token).toEqual(VARIED);
    await listed(kid.token);
    expect(await noted(kid.id)).toEqual([]);
    const consents = "mutation { setConsents(input: { personalisation: false }) { errors { code } } }";
    expect((await gateway.ask(consents, { token: adult.token })).data.setConsents).toEqual({ errors: [] });
    expect((await listed(adult.token)).titles).toEqual([]);
    expect(await noted(adult.id)).toEqual([]);
    await stop(experiment);
  });
});

/**
 * Lists of profiles of an arm, of each so many, a minute after one another, and what it watched of each.
 *
 * @param household the account that all are of; one for each unless given.
 */
async function serve(
  local: string,
  position: number,
  of: { lists: number; watched: number; completed: number }[],
  household?: string,
) {
  const names = of.map((_, n) => `${local}-${position}-${n}`);
  const accounts = household
    ? [viewerAccount(household, { profiles: names.map((name) => adultProfile(name)) })]
    : names.map((name) => viewerAccount(name));
  await gateway.stores.accounts.putAccounts(tenant, accounts);
  for (const [n, { lists, watched, completed }] of of.entries()) {
    const profile = names[n]!;
    await facts.run(
      tenant,
      `insert into served_lists (tenant_id, id, profile_id, at, context, place, title_ids, latency_ms, kept, arms)
       select ${tenant.id}, gen_random_uuid(), '${profile}', timestamptz '2026-06-01' + make_interval(mins => n), 'HOME', 1,
         array['c1', 'c2', 'c3', 'c4'], 1, false, array['${armId(local, position)}']
       from generate_series(1, ${lists}) as n`,
    );
    const titles = ["c1", "c2", "c3", "c4"].slice(0, watched);
    await gateway.stores.viewingIngest.ingest(
      tenant,
      titles.map((title, at) =>
        watch(profile, title, `2026-06-01T0${1 + at}:00:00Z`, { completed: at < completed }),
      ),
    );
  }
}

describe("operations { experiments }", () => {
  it("tells by arm what was watched of served lists within a day, once, and how far arms are apart", async () => {
    const experiment = await start(HALVES);
    await serve(experiment.local, 1, [
      { lists: 1, watched: 0, completed: 0 },
      { lists: 1, watched: 1, completed: 1 },
      { lists: 1, watched: 1, completed: 0 },
      { lists: 1, watched: 1, completed: 0 },
      { lists: 1, watched: 2, completed: 0 },
    ]);
    await serve(experiment.local, 2, [
      ...Array.from({ length: 4 }, () => ({ lists: 2, watched: 2, completed: 2 })),
      { lists: 4, watched: 4, completed: 4 },
    ]);
    const profile = `${experiment.local}-1-0`;
    await gateway.stores.viewingIngest.ingest(tenant, [
      // Before there was a list, long after, not on it, and left at once.
      watch(profile, "c1", "2026-05-31T00:00:00Z"),
      watch(profile, "c2", "2026-06-02T01:00:00Z"),
      watch(profile, "s1", "2026-06-01T01:00:00Z"),
      watch(profile, "c3", "2026-06-01T01:00:00Z", { seconds: 20, completed: false }),
    ]);
    const { arms } = await reportOf(experiment.name);
    expect(arms).toMatchObject([
      {
        arm: "control",
        profiles: 5,
        served: 5,
        watched: 5,
        completed: 1,
        rate: { value: 1 },
        difference: null,
      },
      { arm: "varied", profiles: 5, served: 12, watched: 12, completed: 12, rate: { value: 1 } },
    ]);
    // Of 0, 1, 1, 1 and 2 a list; the other arm's profiles watch as much a list as each other.
    const reach = 1.959964 * Math.sqrt(1 / 2 / 5);
    const { value, low, high } = arms[1]!.difference!;
    expect([value, low, high]).toEqual([
      expect.closeTo(0, 6),
      expect.closeTo(-reach, 6),
      expect.closeTo(reach, 6),
    ]);
    await stop(experiment);
    expect(await reportOf(experiment.name)).toMatchObject({
      endedAt: expect.stringMatching(/^20/) as string,
    });
  });

  it("tell of interleaved lists which arm's titles more accounts take to", async () => {
    const arms = [
      { arm: "control", percent: 50, diversity: 0 },
      { arm: "varied", percent: 50, diversity: 50 },
    ];
    const { name, local, ...experiment } = await start(arms, { kind: "INTERLEAVING" });
    // Of nine, six take to what the first has put, one to what the second has, one to both, one to what is advertised.
    const watched = [...Array.from({ length: 6 }, () => ["c1"]), ["c2"], ["c3", "c4"], ["s1"]];
    const names = watched.map((_, n) => `${local}-${n}`);
    await gateway.stores.accounts.putAccounts(
      tenant,
      names.map((each) => viewerAccount(each)),
    );
    for (const [n, profile] of names.entries()) {
      await facts.run(
        tenant,
        `insert into served_lists (tenant_id, id, profile_id, at, context, place, title_ids, latency_ms, kept, arms, teams)
         values (${tenant.id}, gen_random_uuid(), '${profile}', '2026-06-01', 'HOME', 1, '{c1,c2,c3,c4,s1}', 1, false,
           '{${armId(local, 1)},${armId(local, 2)}}', '{1,2,1,2,0}')`,
      );
      await gateway.stores.viewingIngest.ingest(
        tenant,
        watched[n]!.map((title) => watch(profile, title, "2026-06-01T01:00:00Z")),
      );
    }
    const report = await reportOf(name);
    expect(report.arms).toMatchObject([
      { profiles: 9, served: 9, watched: 7, difference: null, preference: { value: 6 / 7 } },
      {
        profiles: 9,
        served: 9,
        watched: 2,
        difference: null,
        preference: { value: expect.closeTo(1 / 7, 9) as number },
      },
    ]);
    // Wilson's interval of six of seven.
    expect(report.arms[0]!.preference).toMatchObject({
      low: expect.closeTo(0.4869, 4) as number,
      high: expect.closeTo(0.9743, 4) as number,
    });
    await stop(experiment);
  });

  const LISTS = (length: number) => Array.from({ length }, () => ({ lists: 2, watched: 1, completed: 0 }));
  const NONE = { profiles: null, served: null, watched: null, completed: null, rate: null, difference: null };

  it("tell nothing of fewer than five accounts, whoever has how many profiles", async () => {
    const experiment = await start(HALVES);
    await serve(experiment.local, 1, LISTS(4));
    await serve(experiment.local, 2, LISTS(5), `household-${experiment.local}`);
    expect((await reportOf(experiment.name)).arms).toMatchObject([NONE, NONE]);
    await stop(experiment);
  });

  it("leave out who does not agree to measurement, with lists and watches", async () => {
    const experiment = await start(HALVES);
    await serve(experiment.local, 1, LISTS(6));
    await serve(experiment.local, 2, LISTS(5));
    for (const position of [1, 2])
      await gateway.stores.profiles.setConsents(tenant, `${experiment.local}-${position}-0`, {
        measurement: false,
        textVersion: "1",
      });
    const { arms } = await reportOf(experiment.name);
    expect(arms).toMatchObject([{ profiles: 5, served: 10, watched: 5 }, NONE]);
    await stop(experiment);
  });

  it("credit a list with what was watched of a title that the one in it was merged into", async () => {
    const ids = ["kept", "gone"].map((name) => `${name}-${randomUUID()}`) as [string, string];
    await publish(
      gateway.stores,
      tenant,
      ids.map((id) => titleBody({ id, genres: CRIME })),
    );
    const experiment = await start(HALVES);
    await serve(
      experiment.local,
      1,
      LISTS(5).map((each) => ({ ...each, watched: 0 })),
    );
    await facts.run(
      tenant,
      `update served_lists set title_ids = array['${ids[1]}'] where arms = array['${armId(experiment.local, 1)}']`,
    );
    await gateway.stores.titleEditing.merge(tenant, {
      keep: ids[0],
      merge: ids[1],
      expectedVersion: null,
      by: "command",
    });
    await gateway.stores.viewingIngest.ingest(tenant, [
      watch(`${experiment.local}-1-0`, ids[0], "2026-06-01T01:00:00Z"),
    ]);
    expect((await reportOf(experiment.name)).arms[0]).toMatchObject({ profiles: 5, watched: 1 });
    await stop(experiment);
  });

  it("are asked for where they are selected alone, by one call of all, and cost no other field", async () => {
    const asked = async (query: string) => {
      const { data, errors, extensions } = await gateway.ask(query, { token: operator, explain: true });
      const { calls } = (extensions as { explain: { calls: { operation: string }[] } }).explain;
      const operations = calls.map(({ operation }) => operation).filter((each) => /experiments/.test(each));
      return { data, errors, operations };
    };
    const begin = `startExperiment(input: { name: "${randomUUID()}", arms: [{ arm: "a", percent: 1 }, { arm: "b", percent: 1 }] })`;
    const begun = await asked(`mutation { ${begin} { experiment { id arms { arm } } } }`);
    expect(begun.operations).toEqual(["experiments.byIds"]);
    const { id } = (begun.data.startExperiment as { experiment: { id: string } }).experiment;
    const [one, other] = [await start(HALVES), { id }];
    const nodes = [one, other].map(
      (each, n) => `n${n}: node(id: "${each.id}") { ... on Experiment { arms { arm served watched } } }`,
    );
    const both = await asked(`{ ${nodes.join(" ")} }`);
    expect(both.errors).toBeUndefined();
    expect(both.operations).toEqual(["experiments.byIds", "experiments.figures"]);
    const figures = vi
      .spyOn(gateway.stores.experiments, "figures")
      .mockRejectedValue(new StoreUnavailableError("POSTGRES"));
    const failed = await asked(
      `mutation { stopExperiment(input: { experiment: "${id}" }) { experiment { endedAt arms { arm served } } errors { code } } }`,
    ).finally(() => figures.mockRestore());
    expect(failed.data.stopExperiment).toEqual({
      experiment: {
        endedAt: expect.stringMatching(/^20/) as string,
        arms: [
          { arm: "a", served: null },
          { arm: "b", served: null },
        ],
      },
      errors: [],
    });
    expect(failed.errors).toMatchObject([
      { path: ["stopExperiment", "experiment", "arms", 0, "served"] },
      { path: ["stopExperiment", "experiment", "arms", 1, "served"] },
    ]);
    await stop(one);
  });

  it("are one by id to operators, and nobody else's", async () => {
    const experiment = await start(HALVES);
    const node = (token: string) =>
      gateway.ask(`{ node(id: "${experiment.id}") { ... on Experiment { name } } }`, { token });
    expect((await node(operator)).data.node).toEqual({ name: experiment.name });
    const viewer = await openAccount(gateway, tenant);
    expect((await node(viewer.token)).data.node).toBeNull();
    const other = await gateway.createTenant();
    const stranger = (await openAccount(gateway, other, { roles: ["VIEWER", "OPERATOR"] })).token;
    expect(await reported(stranger)).toEqual([]);
    expect((await mutate("stop", { experiment: experiment.id }, stranger)).errors).toEqual([
      { field: "experiment", code: "EXPERIMENT_NOT_FOUND" },
    ]);
    expect(await gateway.stores.experiments.running(other)).toEqual([]);
    await stop(experiment);
  });
});

describe("an arm that is worse than the control", () => {
  const many = (watched: number) =>
    Array.from({ length: 10 }, (_, n) => ({ lists: 2, watched: watched + (n % 2), completed: watched }));

  it("ends by itself once there are lists enough, and its profiles are served as all others", async () => {
    const arms = [
      { arm: "control", percent: 40, diversity: 0 },
      { arm: "worse", percent: 30, diversity: 50 },
      { arm: "same", percent: 30, diversity: 50 },
    ];
    const experiment = await start(arms, { leastLists: 20, metric: "COMPLETED" });
    const soon = await start(arms, { leastLists: 21 });
    for (const { local } of [experiment, soon])
      for (const [at, watched] of [3, 1, 3].entries()) await serve(local, at + 1, many(watched));
    await stop(soon);
    const [worse, same] = [await viewerIn(experiment.local, 2), await viewerIn(experiment.local, 3)];
    await eventually(worse.token).toEqual(VARIED);

    expect(await gateway.stores.experiments.endWorse(tenant)).toEqual([`${experiment.name}: worse`]);
    expect(await gateway.stores.experiments.endWorse(tenant)).toEqual([]);
    const report = await reportOf(experiment.name);
    expect(report.endedAt).toBeNull();
    expect(report.arms.map(({ endedAt }) => endedAt !== null)).toEqual([false, true, false]);
    expect(report.arms[1]!.difference!.high).toBeLessThan(0);
    expect((await listed(worse.token)).titles).toEqual((await listed(worse.token, ", diversity: 8")).titles);
    expect(await noted(worse.id)).toMatchObject([{ arms: [] }]);
    await eventually(same.token).toEqual(VARIED);
    const page = { limit: 1, fromEnd: false };
    const { rows } = await gateway.stores.audit.entries(testRequest(tenant), {}, page);
    expect(rows[0]!.entry).toMatchObject({
      act: "EXPERIMENT_ARM_ENDED",
      actor: "job",
      details: { position: 2 },
    });
    await stop(experiment);
  });
});

describe("what cannot be begun", () => {
  const [one, two] = HALVES as [object, object];
  const small = HALVES.map((arm) => ({ ...arm, percent: 30 })) as [object, object];
  it.each([
    [{ arms: [one] }, "arms", "INVALID"],
    [{ arms: [one, one] }, "arms", "INVALID"],
    [{ arms: [one, { ...two, percent: 51 }] }, "arms", "INVALID"],
    [{ arms: [one, { ...two, percent: 0 }] }, "arms[1].percent", "INVALID"],
    [{ arms: [one, { ...two, diversity: 101 }] }, "arms[1].diversity", "INVALID"],
    [{ arms: HALVES, name: " " }, "name", "INVALID"],
    [{ arms: HALVES, leastLists: 0 }, "leastLists", "INVALID"],
    [{ arms: [one, { ...two, model: 1_000_000 }] }, "arms[1].model", "MODEL_NOT_FOUND"],
    [{ arms: [...small, { ...small[1], arm: "third" }], kind: "INTERLEAVING" }, "arms", "INVALID"],
    [{ arms: [one, { ...one, arm: "same" }], kind: "INTERLEAVING" }, "arms", "INVALID"],
  ])("%j is refused", async (input, field, code) => {
    expect(await mutate("start", { name: "refused", ...input })).toEqual({
      experiment: null,
      errors: [{ field, code }],
    });
  });

  it("is one of a name that there was, or of a group whose profiles are others'", async () => {
    const first = await start(small, { exclusionGroup: "ranking" });
    const again = await mutate("start", { name: first.name, arms: small });
    expect(again.errors).toEqual([{ field: "name", code: "EXPERIMENT_EXISTS" }]);
    const full = await mutate("start", { name: "full", arms: small, exclusionGroup: "ranking" });
    expect(full.errors).toEqual([{ field: "exclusionGroup", code: "EXCLUSION_GROUP_FULL" }]);
    const fits = await start(
      small.map((arm) => ({ ...arm, percent: 20 })),
      { exclusionGroup: "ranking" },
    );
    const running = await gateway.stores.experiments.running(tenant);
    expect(running.map(({ firstPlace }) => firstPlace)).toEqual([0, 6_000]);
    await stop(first);
    const next = await start(small, { exclusionGroup: "ranking" });
    for (const each of [fits, next]) await stop(each);
  });

  it("is none for want of room: the one that ended first is forgotten", async () => {
    const own = await gateway.createTenant();
    const { token } = await openAccount(gateway, own, { roles: ["VIEWER", "OPERATOR"] });
    await facts.run(
      own,
      `insert into experiments (tenant_id, id, name, metric, least_lists, first_place, started_at, ended_at)
         select ${own.id}, 'e' || n, 'e' || n, 'WATCHED', 1, 0, timestamptz '2026-01-01' - make_interval(days => n),
           timestamptz '2026-01-01' + make_interval(days => n) from generate_series(1, 200) as n;
       insert into experiment_arms (tenant_id, experiment_id, position, arm, percent)
         select ${own.id}, 'e' || n, p, 'a' || p, 50 from generate_series(1, 200) as n, generate_series(1, 2) as p`,
    );
    const { errors } = await mutate("start", { name: "e201", arms: HALVES }, token);
    expect(errors).toEqual([]);
    const kept = (await reported(token)).map(({ name }) => name);
    expect(kept).toHaveLength(200);
    expect(kept).toEqual(expect.arrayContaining(["e201", "e2"]));
    expect(kept).not.toContain("e1");
    const arms = "select 1 from experiment_arms where tenant_id = $1 and experiment_id = 'e1'";
    expect(await facts.rows(own, arms)).toEqual([]);
    expect((await mutate("start", { name: "e2", arms: HALVES }, token)).errors).toEqual([
      { field: "name", code: "EXPERIMENT_EXISTS" },
    ]);
  });

  it("is for operators to begin", async () => {
    const viewer = await openAccount(gateway, tenant);
    const { errors } = await gateway.ask(
      'mutation { startExperiment(input: { name: "mine", arms: [] }) { experiment { id } } }',
      { token: viewer.token },
    );
    expect(errors).toMatchObject([{ extensions: { code: "FORBIDDEN" } }]);
  });
});
