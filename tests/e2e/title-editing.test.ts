/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, it } from "vitest";

import { type Role } from "../../datasources/core/vocabulary.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { adultProfile, project as projectTitles } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { clientDocuments } from "../support/gateway.js";
import { clientOperations, operationOf } from "../support/operations.js";
import { createTestTenant } from "../support/stores.js";

const MERGE =
  "mutation ($input: MergeTitlesInput!) { mergeTitles(input: $input) { title { id externalId } version consistencyToken errors { field code message } } }";

const gateway = useGateway();
let tenant: Tenant;
let operations: Map<string, string>;
const tokens = { editor: "", viewer: "" };

beforeAll(async () => {
  operations = await clientOperations("writes.graphql");
  tenant = await createTestTenant(gateway.stores);
  await gateway.stores.accounts.putProfiles(tenant, [adultProfile("editor"), adultProfile("viewer")]);
  for (const profile of ["editor", "viewer"] as const) {
    const roles: Role[] = profile === "editor" ? ["VIEWER", "EDITOR"] : ["VIEWER"];
    tokens[profile] = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile, roles });
  }
});

function ask(operationName: string, input: object, token = tokens.editor) {
  return gateway.ask(operationOf(operations, operationName), { variables: { input }, token });
}

/** What a mutation answered. */
async function edit(operationName: string, input: object) {
  const { data, errors } = await ask(operationName, input);
  expect(errors).toBeUndefined();
  return Object.values(data)[0];
}

function query(text: string, variables: object = {}, token = tokens.viewer) {
  return gateway.ask(text, { variables: { ...variables }, token });
}

/** Carries what was written to the projections. */
function project(...ids: string[]) {
  return projectTitles(gateway.stores, tenant, ids);
}

const NAMES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Title { name } } }";

describe("editing a title", () => {
  it("goes from a draft to a published title that viewers find, and learns who was first", async () => {
    const made = await edit("PutTitle", {
      externalId: "e1",
      kind: "SERIES",
      name: "Harbour Nights",
      maturityRating: "PG",
      genres: ["Drama"],
      credits: [{ person: "Ada Byron", role: "CREATOR" }],
      licences: [{ countries: ["US"], from: "2020-01-01T00:00:00Z" }],
      seasons: [{ number: 1, episodes: [{ number: 1, name: "Pilot", runtimeMinutes: 50 }] }],
    });
    expect(made).toMatchObject({ title: { name: "Harbour Nights" }, version: 1, errors: [] });
    expect(made.consistencyToken).toEqual(expect.any(String));
    const { id } = made.title;
    const stale = await edit("PutTitle", { id, name: "Mine" });
    expect(stale).toMatchObject({ title: null, version: 1, errors: [{ code: "STALE_VERSION" }] });
    await project("e1");
    expect((await query(NAMES, { ids: [id] })).data.nodes).toEqual([null]);
    expect(await edit("Publish", { title: id, expectedVersion: 1 })).toMatchObject({
      version: 2,
      errors: [],
    });
    expect(await edit("Publish", { title: id })).toMatchObject({ version: 2, title: { id } });
    await project("e1");
    expect((await query(NAMES, { ids: [id] })).data.nodes).toEqual([{ id, name: "Harbour Nights" }]);
    const { data } = await query(
      `{ title(id: "${id}") { version ... on Series { seasons { episodes { name } } } } }`,
    );
    expect(data.title).toEqual({ version: 2, seasons: [{ episodes: [{ name: "Pilot" }] }] });
    expect(await edit("Archive", { title: id, expectedVersion: data.title.version })).toMatchObject({
      version: 3,
    });
  });

  it("names every field that cannot be accepted", async () => {
    const { title, errors } = await edit("PutTitle", {
      externalId: "bad id",
      name: "",
      releaseYear: 3000,
      licences: [{ from: "2020-01-01T00:00:00Z", until: "2019-01-01T00:00:00Z" }],
    });
    expect(title).toBeNull();
    expect(errors.map(({ field }: { field: string }) => field).sort()).toEqual(
      ["externalId", "kind", "licences[0].until", "name", "releaseYear"].sort(),
    );
    expect((await edit("PutTitle", { name: "x" })).errors).toMatchObject([{ field: "id", code: "INVALID" }]);
    const both = await edit("PutTitle", { id: "Title:e1", externalId: "e1" });
    expect(both.errors).toMatchObject([{ field: "externalId", code: "INVALID" }]);
  });

  it("ends a licence at once", async () => {
    const made = await edit("PutTitle", { externalId: "e2", kind: "MOVIE", name: "Closing Soon" });
    await edit("Publish", { title: "Title:e2" });
    await project("e2");
    const found = async () =>
      (
        await query(
          `{ search(query: "closing soon") { edges { node { externalId } } } title(id: "Title:e2") { name } }`,
        )
      ).data;
    expect(await found()).toMatchObject({ search: { edges: [{ node: { externalId: "e2" } }] } });
    const until = new Date(Date.now() + 1_500).toISOString();
    const ended = await edit("Licence", {
      title: made.title.id,
      expectedVersion: 2,
      from: "2020-01-01T00:00:00Z",
      until,
    });
    expect(ended).toMatchObject({ version: 3, errors: [] });
    expect(ended.title.availability).toMatchObject([{ country: null, until: new Date(until).toISOString() }]);
    await project("e2");
    await expect.poll(found, { timeout: 10_000 }).toEqual({ search: { edges: [] }, title: null });
  });

  it("is for editors", async () => {
    const refused = await ask("Publish", { title: "Title:e1" }, tokens.viewer);
    expect(refused.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    const visitor = await gateway.ask(operationOf(operations, "Publish"), {
      variables: { input: { title: "Title:e1" } },
      tenant: tenant.slug,
    });
    expect(visitor.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
    const foreign = Buffer.from("Title:meridian:tt0112641").toString("base64url");
    const answers = [
      await edit("Publish", { title: foreign }),
      await edit("Publish", { title: "Title:missing" }),
    ];
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0].errors).toMatchObject([{ field: "title", code: "TITLE_NOT_FOUND" }]);
  });
});

describe("the editorial list", () => {
  it("shows titles in any state and their versions, as the document stands", async () => {
    await edit("PutTitle", { externalId: "e3", kind: "MOVIE", name: "One" });
    await edit("PutTitle", {
      externalId: "e3",
      expectedVersion: 1,
      name: "Two",
      effectiveFrom: "2200-01-01T00:00:00Z",
    });
    const document = await clientDocuments("editorial.graphql");
    const variables = { id: "Title:e3", first: 100 };
    const { data, errors } = await gateway.ask(document, { variables, token: tokens.editor, explain: true });
    expect(errors).toBeUndefined();
    expect(data.editorial.titles.edges).toContainEqual({
      node: { id: expect.any(String), name: "One" },
      state: "DRAFT",
      version: 1,
      effectiveFrom: expect.any(String),
    });
    expect(data.editorial.versions).toMatchObject([
      { version: 2, name: "Two", effectiveFrom: "2200-01-01T00:00:00.000Z" },
      { version: 1, name: "One" },
    ]);
    const viewer = await gateway.ask(document, { variables, token: tokens.viewer });
    expect(viewer.data).toEqual({ editorial: null });
    expect(viewer.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  });
});

describe("what editors hold", () => {
  const PUT =
    "mutation ($input: PutTitleInput!) { putTitle(input: $input) { version lockedFields errors { code } } }";
  const LIST = "{ editorial { titles(first: 100) { edges { node { externalId } state lockedFields } } } }";
  const put = async (input: object) => (await query(PUT, { input }, tokens.editor)).data.putTitle;

  it("is shown where they edit, and given back by name", async () => {
    const made = await put({ externalId: "held", kind: "MOVIE", name: "Held", maturityRating: "PG" });
    expect(made).toEqual({
      version: 1,
      lockedFields: ["KIND", "NAME", "MATURITY_RATING", "STATE"],
      errors: [],
    });
    const given = { id: "Title:held", expectedVersion: 1, unlock: ["NAME", "STATE"] };
    expect(await put(given)).toEqual({ version: 1, lockedFields: ["KIND", "MATURITY_RATING"], errors: [] });
    const { edges } = (await query(LIST, {}, tokens.editor)).data.editorial.titles;
    expect(edges).toContainEqual({
      node: { externalId: "held" },
      state: "DRAFT",
      lockedFields: ["KIND", "MATURITY_RATING"],
    });
    expect(await put({ externalId: "held", name: "Again" })).toMatchObject({
      lockedFields: null,
      errors: [{ code: "STALE_VERSION" }],
    });
  });
});

describe("merging titles", () => {
  it("answers the title kept under both ids, at most one call more, and the other in no list", async () => {
    for (const externalId of ["m1", "m2"]) {
      await edit("PutTitle", { externalId, kind: "MOVIE", name: "Twice Told", genres: ["Saga"] });
      await edit("Publish", { title: `Title:${externalId}` });
    }
    const before = new Date().toISOString();
    await project("m1", "m2");
    const input = { keep: "Title:m1", merge: "Title:m2", expectedVersion: 2 };
    const merged = (await query(MERGE, { input }, tokens.editor)).data.mergeTitles;
    expect(merged).toMatchObject({ title: { externalId: "m1" }, version: 2, errors: [] });
    await project("m1", "m2");
    const text = `query ($before: DateTime) {
      title(id: "Title:m2") { id externalId }
      node(id: "Title:m2") { id }
      nodes(ids: ["Title:m1", "Title:m2"]) { id }
      then: title(id: "Title:m2", asOf: $before) { externalId }
      titles(filter: { genres: ["Saga"] }) { totalCount edges { node { externalId } } }
      search(query: "twice told") { edges { node { externalId } } }
    }`;
    for (const token of [tokens.viewer, tokens.editor]) {
      const { data, errors } = await query(text, { before }, token);
      expect(errors).toBeUndefined();
      const { id } = merged.title;
      expect(data).toEqual({
        title: { id, externalId: "m1" },
        node: { id },
        nodes: [{ id }, { id }],
        then: { externalId: "m2" },
        titles: { totalCount: 1, edges: [{ node: { externalId: "m1" } }] },
        search: { edges: [{ node: { externalId: "m1" } }] },
      });
    }
    const calls = async (id: string) => {
      const answer = await gateway.ask(`{ title(id: "${id}") { name } }`, {
        token: tokens.viewer,
        explain: true,
      });
      return answer.extensions?.explain?.calls.filter(({ operation }) => operation.includes("titlesByIds"))
        .length;
    };
    expect([await calls("Title:m1"), await calls("Title:m2")]).toEqual([1, 2]);
    const again = (await query(MERGE, { input }, tokens.editor)).data.mergeTitles;
    expect(again).toMatchObject({ title: null, errors: [{ field: "merge", code: "TITLE_MERGED" }] });
  });
});
