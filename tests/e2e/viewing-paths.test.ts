import { beforeAll, describe, expect, it, vi } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { createSchema } from "../../src/schema.js";
import { project } from "../support/catalogue.js";
import { useFacts, useGateway } from "../support/fixtures.js";
import { type Answer } from "../support/gateway.js";
import { PathWalk, placesOf } from "../support/title-paths.js";
import {
  ASKED,
  isApart,
  MERGED,
  NAMES,
  NO_WORD,
  NOT_ABOUT_TITLES,
  RECORDS,
  ROOTS,
  RULES,
  SILENT,
  TO_COME,
  type Root,
} from "../support/viewing-asks.js";
import {
  companionOf,
  learnAnew,
  PARTS,
  plantCollections,
  plantCampaigns,
  plantSearchRules,
  plantInsights,
  plantWeek,
  LISTED_IN,
  prepareGround,
  profileOf,
  titlesOf,
  tokenOf,
  type Side,
  type ViewingRule,
} from "../support/viewing-ground.js";

const schema = createSchema();
const TYPES = { query: schema.getQueryType()!, mutation: schema.getMutationType()! };
const REQUIRED = {
  "Editorial.titleVersions": "id: $title",
  "Editorial.titleVersionList": "id: $title",
  "Editorial.searchReport": "kind: ABANDONED",
  "Editorial.weeklyChanges": `country: "${LISTED_IN}"`,
};
const walk = new PathWalk(schema, REQUIRED, new Set(NOT_ABOUT_TITLES));

/** The root fields that are asked, in the order in which the walk meets them. */
const FIELDS = ROOTS.flatMap((root) =>
  Object.entries(ASKED[root]).flatMap(([name, ask]) =>
    typeof ask === "string" ? [] : [{ root, name, ask, document: walk.below(TYPES[root], name) }],
  ),
);
/**
 * Every place in an answer where something of a title stands: `search.edges.node`. What is told of a title itself is the
 * same wherever it is; its parts are looked at where it stands alone.
 */
const PLACES = FIELDS.flatMap(({ name, document }) => {
  const isPart = (place: string) =>
    document.objects.some((other) => other !== place && place.startsWith(other));
  const wanted = document.objects.filter((place) => name === "title" || !isPart(place));
  return wanted.map((place) => [name, place].filter(Boolean).join("."));
});
const VALUES = FIELDS.flatMap(({ name, document }) =>
  [...document.values].map(([place, field]) => ({ place: `${name}.${place}`, field })),
);

// Asks for more in one request than a client may.
const gateway = useGateway(() => ({
  // As it comes: what is kept for one audience is another's only where both may meet it.
  MARQUEE_CACHE_MB: "32",
  ...Object.fromEntries(
    [
      "TOKENS",
      "FRAGMENTS",
      "DEPTH",
      "ALIASES",
      "ROOT_FIELDS",
      "SELECTIONS",
      "COST",
      "ANSWER_BYTES",
      "BODY_BYTES",
      "VALUES",
    ].map((limit) => [`MARQUEE_MAX_${limit}`, "1000000000"]),
  ),
}));
const facts = useFacts();
let tenant: Tenant;
/** What each rule's askers were answered, and what those who may not meet a title are about one that there is not. */
const answers = new Map<string, Record<Root, Answer>>();
const missing = new Map<string, Record<Root, Answer>>();

beforeAll(async () => {
  tenant = await gateway.createTenant();
  const rules = Object.values(RULES);
  await prepareGround(gateway, tenant, rules, TO_COME);
  await plantInsights(facts, tenant, rules);
  await plantCollections(facts, tenant, rules);
  await plantSearchRules(facts, tenant, rules);
  await plantCampaigns(facts, tenant, rules);
  await plantWeek(facts, tenant, rules);
  for (const [place, rule] of rules.entries()) {
    if (rule !== TO_COME) await keep(rule, "allowed", place);
    if (rule !== MERGED) await keep(rule, "denied", place);
  }
  await passTime();
  await keep(MERGED, "denied", rules.indexOf(MERGED));
  await keep(TO_COME, "allowed", rules.indexOf(TO_COME));
});

/** The titles that were to come are there, and those to be merged are merged into what is there for all. */
async function passTime(): Promise<void> {
  const { stores } = gateway;
  const kept = companionOf(Object.values(RULES).indexOf(MERGED));
  const merged = PARTS.map((part) => `${MERGED.word}-${part}`);
  for (const merge of merged)
    await stores.titleEditing.merge(tenant, { keep: kept, merge, expectedVersion: null, by: "command" });
  const come = titlesOf(TO_COME);
  await stores.titleVersions.append(
    tenant,
    come.map((body) => ({ body, effectiveFrom: null })),
  );
  await project(stores, tenant, [kept, ...merged, ...come.map(({ id }) => id)]);
  await learnAnew(stores, tenant);
  await plantWeek(facts, tenant, Object.values(RULES));
}

async function keep(rule: ViewingRule, side: Side, place: number): Promise<void> {
  const profile = profileOf(rule, side);
  answers.set(profile, await askAll(rule, side, rule.word, place));
  if (side === "denied") missing.set(profile, await askAll(rule, side, NO_WORD, place));
}

/** Everything there is to ask about the titles of a word, as one of the rule's askers. */
async function askAll(
  rule: ViewingRule,
  side: Side,
  word: string,
  place: number,
): Promise<Record<Root, Answer>> {
  const { at } = rule[side];
  const token = await tokenOf(gateway, tenant, rule, side);
  if (at) vi.useFakeTimers({ toFake: ["Date"], now: at });
  const ask = async (root: Root) => {
    const fields = FIELDS.filter((field) => field.root === root).flatMap(({ name, ask, document }) =>
      ask({ ...rule, word }, place).map((args, n) => `${name}_${n}: ${name}${args} ${document.selection}`),
    );
    const head = root === "query" ? "query ($title: ID!)" : "mutation";
    const variables = { title: `Title:${word}-seen` };
    const answer = await gateway.ask(`${head} { ${fields.join("\n")} }`, { token, variables });
    expect(answer.status, JSON.stringify(answer.errors)).toBe(200);
    return answer;
  };
  try {
    return { query: await ask("query"), mutation: await ask("mutation") };
  } finally {
    vi.useRealTimers();
  }
}

/** Where an answer tells of a word; of fields that were asked more than once, together. */
function toldAt(answer: Record<Root, Answer>, word: string): Set<string> {
  const places = ROOTS.flatMap((root) => [...placesOf(answer[root].data, new RegExp(word, "i"))]);
  return new Set(places.map((place) => place.replace(/^(\w+?)_\d+/, "$1")));
}

/** What differs from one request to the next, is sealed with what was asked, or is told to editors of titles by their facts. */
const PASSING = new Set([
  "tookMs",
  "cursor",
  "startCursor",
  "endCursor",
  "putTitle_0",
  "putCollection_0",
  "setSearchRule_0",
  "putCampaign_0",
]);
const lasting = (answer: Record<Root, Answer>): unknown => {
  const told = ROOTS.map((root) => [answer[root].data, answer[root].errors]);
  return JSON.parse(JSON.stringify(told, (key, value: unknown) => (PASSING.has(key) ? undefined : value)));
};

describe("every root field", () => {
  it("is asked for titles, or said why it is not", () => {
    for (const root of ROOTS)
      expect(Object.keys(ASKED[root]).sort()).toEqual(Object.keys(TYPES[root].getFields()).sort());
  });
});

describe(`under ${NAMES.length} rules at ${PLACES.length} places that answer something of a title`, () => {
  describe.each(NAMES)("titles hidden by %s", (name) => {
    const rule = RULES[name]!;

    it("are told at none to who may not meet them, nor by an error", () => {
      const answer = answers.get(profileOf(rule, "denied"))!;
      // What a title was before it was merged stays on its record, for editors.
      const told = [...toldAt(answer, rule.word)].filter((place) => rule !== MERGED || !RECORDS.test(place));
      expect(told).toEqual([]);
      const errors = JSON.stringify(ROOTS.map((root) => answer[root].errors ?? []));
      expect(errors.toLowerCase()).not.toContain(rule.word);
    });

    // One that was merged leads on to where it is kept.
    it.skipIf(rule === MERGED)("answer like titles that there are not", () => {
      const profile = profileOf(rule, "denied");
      expect(lasting(answers.get(profile)!)).toEqual(lasting(missing.get(profile)!));
    });

    it("are shown at all of them to who may", () => {
      const told = [...toldAt(answers.get(profileOf(rule, "allowed"))!, rule.word)];
      const without = PLACES.filter((each) => !told.some((at) => at.startsWith(each)));
      expect(without).toEqual(PLACES.filter((each) => isApart(each, name)));
    });
  });

  it("no other text or number tells of titles", () => {
    const told = new Set(
      NAMES.flatMap((name) => [
        ...toldAt(answers.get(profileOf(RULES[name]!, "allowed"))!, RULES[name]!.word),
      ]),
    );
    const others = VALUES.filter(
      ({ place, field }) =>
        !told.has(place) && !SILENT.has(field) && !NAMES.every((name) => isApart(place, name)),
    );
    expect(others).toEqual([]);
  });

  it("what lists count is what they show", () => {
    for (const [profile, { query }] of answers)
      for (const { edges, totalCount, pageInfo } of countedLists(query.data)) {
        expect(pageInfo.hasNextPage, profile).toBe(false);
        expect(totalCount, profile).toBe(edges.length);
      }
  });
});

interface CountedList {
  edges: unknown[];
  totalCount: number;
  pageInfo: { hasNextPage: boolean };
}

function countedLists(value: unknown): CountedList[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "totalCount" in value ? [value as CountedList] : [];
  return [...own, ...Object.values(value).flatMap(countedLists)];
}
