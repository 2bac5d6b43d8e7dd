import { beforeAll, describe, expect, it } from "vitest";

import { MAX_RULES_OF_TEXT, MAX_SYNONYMS } from "../../datasources/search-steering/search-steering.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useFacts, useGateway } from "../support/fixtures.js";
import { named, titleBody } from "../support/titles.js";

const gateway = useGateway();
const facts = useFacts();
let tenant: Tenant;
let other: Tenant;
const tokens: Record<string, string> = {};
const editors = new Map<Tenant, string>();

const film = (id: string, name: string, more: object = {}) =>
  titleBody({ id, name, maturityRating: "G", genres: [named("Family")], ...more });
const FILMS = [
  film("harbour", "Harbour"),
  film("nights", "Harbour Nights"),
  film("lamps", "Lamps"),
  film("laundry", "My Laundrette"),
  film("grown", "Grown", { maturityRating: "R" }),
  film("draft", "Secret", { state: "DRAFT" }),
  ...Array.from({ length: MAX_RULES_OF_TEXT }, (_, n) => film(`more-${n}`, `More ${n}`)),
];

beforeAll(async () => {
  tenant = await gateway.createTenant();
  other = await gateway.createTenant();
  for (const each of [tenant, other]) {
    await publish(gateway.stores, each, FILMS);
    editors.set(each, (await openAccount(gateway, each, { roles: ["VIEWER", "EDITOR"] })).token);
  }
  await gateway.stores.accounts.putProfiles(tenant, [
    { ...adultProfile("child"), kind: "KIDS" as const, maturityLimit: 8 },
    adultProfile("adult"),
  ]);
  for (const profile of ["child", "adult"])
    tokens[profile] = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile });
});

type Refused = { field: string | null; code: string }[];

async function write<T>(field: string, type: string, input: object, of: Tenant, answer: string): Promise<T> {
  const { data, errors } = await gateway.ask(
    `mutation ($input: ${type}!) { answer: ${field}(input: $input) { ${answer} errors { field code } } }`,
    { token: editors.get(of), variables: { input } },
  );
  expect(errors).toBeUndefined();
  return data.answer as T;
}

interface Synonym {
  id: string;
  language: string;
  words: string[];
  genre: string | null;
}
const SYNONYM = "id language words genre";
const same = (input: object, of = tenant) =>
  write<{ synonym: Synonym | null; errors: Refused }>(
    "addSearchSynonym",
    "AddSearchSynonymInput",
    input,
    of,
    `synonym { ${SYNONYM} }`,
  );
const unsame = (synonym: string, of = tenant) =>
  write<{ removedSynonymId: string | null; errors: Refused }>(
    "removeSearchSynonym",
    "RemoveSearchSynonymInput",
    { synonym },
    of,
    "removedSynonymId",
  );

interface Rule {
  id: string;
  query: string;
  place: number | null;
  factor: number | null;
  title: { externalId: string } | null;
}
const RULE = "id query place factor title { externalId }";
const rule = (query: string, title: string, more: object, of = tenant) =>
  write<{ rule: Rule | null; errors: Refused }>(
    "setSearchRule",
    "SetSearchRuleInput",
    { query, title: `Title:${title}`, ...more },
    of,
    `rule { ${RULE} }`,
  );
const unrule = (id: string, of = tenant) =>
  write<{ removedRuleId: string | null; errors: Refused }>(
    "removeSearchRule",
    "RemoveSearchRuleInput",
    { rule: id },
    of,
    "removedRuleId",
  );

async function listed<T>(field: string, of: string): Promise<T[]> {
  const { data, errors } = await gateway.ask(
    `{ editorial { list: ${field}(first: 50) { edges { node { ${of} } } } } }`,
    { token: editors.get(tenant) },
  );
  expect(errors).toBeUndefined();
  const { list } = data.editorial as { list: { edges: { node: T }[] } };
  return list.edges.map(({ node }) => node);
}

async function asked(query: string, token?: string, explain = false) {
  const answer = await gateway.ask(
    "query ($query: String!) { search(query: $query, first: 20) { totalCount edges { score node { externalId } } } }",
    { token, tenant: tenant.slug, variables: { query }, explain },
  );
  expect(answer.errors).toBeUndefined();
  return answer;
}

async function found(query: string, token?: string): Promise<string[]> {
  const { data } = await asked(query, token);
  const { edges } = data.search as { edges: { node: { externalId: string } }[] };
  return edges.map(({ node }) => node.externalId);
}

describe("words of the tenant's own", () => {
  it("count from the next search on, for everybody, until they are removed", async () => {
    expect(await found("coin wash")).toEqual([]);
    const { synonym, errors } = await same({
      language: "EN-gb",
      words: [" Coin  Wash", "laundrette", "COIN WASH!"],
    });
    expect(errors).toEqual([]);
    expect(synonym).toMatchObject({ language: "en-GB", words: ["Coin Wash", "laundrette"], genre: null });
    for (const token of [undefined, tokens.adult, tokens.child])
      expect(await found("coin wash", token)).toEqual(["laundry"]);
    const theirs = await gateway.ask('{ search(query: "coin wash") { totalCount } }', { tenant: other.slug });
    expect(theirs.data.search).toEqual({ totalCount: 0 });
    expect(await listed<Synonym>("searchSynonyms", SYNONYM)).toEqual([synonym]);
    const ofGerman = await gateway.ask(
      '{ editorial { searchSynonyms(language: "de") { edges { cursor } } } }',
      {
        token: editors.get(tenant),
      },
    );
    expect(ofGerman.data.editorial).toEqual({ searchSynonyms: { edges: [] } });

    expect(await unsame(synonym!.id)).toEqual({ removedSynonymId: synonym!.id, errors: [] });
    expect(await found("coin wash")).toEqual([]);
    expect((await unsame(synonym!.id)).errors).toEqual([{ field: "synonym", code: "SYNONYM_NOT_FOUND" }]);
  });

  it("count while one types, on the way of what is asked with the viewer", async () => {
    const suggested = async (prefix: string, token?: string, of = tenant) => {
      const { data, errors, extensions } = await gateway.ask(
        "query ($prefix: String!) { suggest(prefix: $prefix) { text } }",
        { token, tenant: of.slug, variables: { prefix }, explain: true },
      );
      expect(errors).toBeUndefined();
      const calls = extensions!.explain!.calls.map(({ operation }) => operation);
      return { texts: (data.suggest as { text: string }[]).map(({ text }) => text), first: calls[0]! };
    };
    expect((await suggested("coin wash")).texts).toEqual([]);
    const { synonym } = await same({ language: "en", words: ["Coin Wash", "laundrette"] });
    for (const prefix of ["coin wash", "my coin wash"])
      expect((await suggested(prefix)).texts).toEqual(["My Laundrette"]);
    const { texts, first } = await suggested("coin wash", tokens.adult);
    expect(texts).toEqual(["My Laundrette"]);
    expect(first.split(" + ").sort()).toEqual(["accounts.viewer", "searchSteering.of"]);
    expect((await suggested("coin wash", undefined, other)).texts).toEqual([]);
    await unsame(synonym!.id);
    expect((await suggested("coin wash")).texts).toEqual([]);
  });

  it("may ask for a genre", async () => {
    const { synonym } = await same({ language: "en", words: ["for the little ones"], genre: "Family" });
    expect((await found("for the little ones")).length).toBeGreaterThan(4);
    await unsame(synonym!.id);
  });

  it.each([
    ["a language that is none", { language: "no language", words: ["a", "b"] }, "language"],
    ["one word", { language: "en", words: ["alone"] }, "words"],
    ["two words that a search takes for one", { language: "en", words: ["Café", "the cafe"] }, "words"],
    ["no words", { language: "en", words: [] }, "words"],
    ["a word of nothing that is seen", { language: "en", words: ["\u200b", "b"] }, "words[0]"],
    ["a phrase that is too long", { language: "en", words: ["one two three four five", "b"] }, "words[0]"],
    ["too many", { language: "en", words: Array.from({ length: 21 }, (_, n) => `w${n}`) }, "words"],
    ["too many letters", { language: "en", words: ["x".repeat(61), "b"] }, "words[0]"],
    ["a genre without a name", { language: "en", words: ["b"], genre: " " }, "genre"],
  ])("are refused: %s", async (_, input, field) => {
    expect(await same(input)).toEqual({ synonym: null, errors: [{ field, code: "INVALID" }] });
  });

  it("are as many as there may be", async () => {
    await facts.run(
      other,
      `insert into search_synonyms (tenant_id, id, language, words, keys)
       select ${other.id}, n::text, 'en', '{a,b}', '{}' from generate_series(1, ${MAX_SYNONYMS}) n`,
    );
    const { errors } = await same({ language: "en", words: ["one", "more"] }, other);
    expect(errors).toEqual([{ field: null, code: "TOO_MANY_SYNONYMS" }]);
  });
});

describe("rules for a text", () => {
  it("put a title first, for all texts that are searched for as one, until they are taken back", async () => {
    const before = await found("harbour");
    expect(before).toEqual(["harbour", "nights"]);
    const { rule: set } = await rule("The Harbour", "lamps", { place: 1 });
    expect(set).toMatchObject({
      query: "The Harbour",
      place: 1,
      factor: null,
      title: { externalId: "lamps" },
    });
    for (const text of ["harbour", "HARBOUR!", "a harbour"])
      expect(await found(text, tokens.adult)).toEqual(["lamps", ...before]);
    expect(await found("harbour nights")).not.toContain("lamps");
    const { rule: again } = await rule("harbour", "lamps", { factor: 2 });
    expect(again).toEqual({ ...set, query: "harbour", place: null, factor: 2 });
    expect(await found("harbour")).toEqual(before);
    expect(await listed<Rule>("searchRules", RULE)).toEqual([again]);
    expect(await unrule(set!.id)).toEqual({ removedRuleId: set!.id, errors: [] });
    expect((await unrule(set!.id)).errors).toEqual([{ field: "rule", code: "SEARCH_RULE_NOT_FOUND" }]);
  });

  it("show nobody a title that they may not meet, nor that there is a rule", async () => {
    const [, plain] = [await found("harbour"), (await asked("harbour", tokens.child)).data];
    const set = [await rule("harbour", "draft", { place: 1 }), await rule("harbour", "grown", { place: 2 })];
    expect((await asked("harbour", tokens.child)).data).toEqual(plain);
    expect((await found("harbour", tokens.adult))[0]).toBe("grown");
    expect((await found("harbour", editors.get(tenant))).slice(0, 2)).toEqual(["draft", "grown"]);
    for (const { rule: each } of set) await unrule(each!.id);
  });

  it("lift and bury", async () => {
    const set = [
      await rule("harbour", "nights", { factor: 2 }),
      await rule("harbour", "harbour", { factor: 0.25 }),
    ];
    expect(await found("harbour")).toEqual(["nights", "harbour"]);
    for (const { rule: each } of set) await unrule(each!.id);
  });

  it("go with a title that is merged into another", async () => {
    await publish(gateway.stores, tenant, [film("old", "Old Lights"), film("new", "New Lights")]);
    const { rule: set } = await rule("beacon", "old", { place: 1 });
    expect(await found("beacon")).toEqual(["old"]);
    const merge = { keep: "new", merge: "old", expectedVersion: null, by: "command" as const };
    await gateway.stores.titleEditing.merge(tenant, merge);
    await expect.poll(() => found("beacon")).toEqual(["new"]);
    await unrule(set!.id);
  });

  it.each([
    ["a title that there is not", "harbour", "none", { place: 1 }, "title", "TITLE_NOT_FOUND"],
    ["neither place nor factor", "harbour", "lamps", {}, "factor", "INVALID"],
    ["both", "harbour", "lamps", { place: 1, factor: 1 }, "factor", "INVALID"],
    ["a place too far", "harbour", "lamps", { place: 11 }, "place", "INVALID"],
    ["a factor too high", "harbour", "lamps", { factor: 2.01 }, "factor", "INVALID"],
    ["a factor too low", "harbour", "lamps", { factor: 0 }, "factor", "INVALID"],
    ["a blank text", " \u200b ", "lamps", { place: 1 }, "query", "INVALID"],
  ])("are refused: %s", async (_, query, title, more, field, code) => {
    expect(await rule(query, title, more)).toEqual({ rule: null, errors: [{ field, code }] });
  });

  it("are as many for a text as there may be", async () => {
    for (let n = 0; n < MAX_RULES_OF_TEXT; n++)
      expect((await rule("crowd", `more-${n}`, { factor: 1 }, other)).errors).toEqual([]);
    expect((await rule("crowd", "lamps", { factor: 1 }, other)).errors).toEqual([
      { field: null, code: "TOO_MANY_SEARCH_RULES" },
    ]);
    expect((await rule("crowd", "more-1", { factor: 2 }, other)).errors).toEqual([]);
    expect((await rule("another crowd", "lamps", { factor: 1 }, other)).errors).toEqual([]);
  });

  it("are looked for with the viewer: who is signed in waits no longer", async () => {
    const { extensions } = await asked("harbour", tokens.adult, true);
    const calls = extensions!.explain!.calls.map(({ operation }) => operation);
    expect(calls[0]!.split(" + ").sort()).toEqual(["accounts.viewer", "searchSteering.of"]);
  });
});
