import { randomUUID } from "node:crypto";

import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { type Role } from "../../datasources/core/vocabulary.js";
import { openAccount } from "../support/accounts.js";
import { publish } from "../support/catalogue.js";
import { useGateway, useSuperuser } from "../support/fixtures.js";
import { type Answer } from "../support/gateway.js";
import { PATIENCE } from "../support/patience.js";
import { titleBody } from "../support/titles.js";

const CREATE =
  "mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { key apiKey { id name scope expiresAt lastUsedAt revokedAt } errors { field code } } }";
const REVOKE =
  "mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { id revokedAt } errors { field code } } }";
const LIST =
  "query ($first: Int, $after: String) { operations { apiKeys(first: $first, after: $after) { edges { node { id name lastUsedAt } } pageInfo { hasNextPage endCursor } } } }";
const TITLES = "{ titles(first: 5) { edges { node { name myRating } } } }";

const gateway = useGateway();
const database = useSuperuser("shared");
let tenant: Tenant;
let operator: string;

interface Made {
  key: string | null;
  apiKey: { id: string; name: string; scope: string[]; expiresAt: string } | null;
  errors: { field: string; code: string }[];
}
const tokenWith = async (...roles: Role[]) =>
  (await openAccount(gateway, tenant, { roles: ["VIEWER", ...roles] })).token;
const make = async (input: object, token = operator): Promise<Made> => {
  const variables = { input: { name: "a machine", ...input } };
  const answer = await gateway.ask(CREATE, { variables, token });
  expect(answer.errors).toBeUndefined();
  return answer.data.createApiKey as Made;
};
const keyFor = async (...scope: string[]) => {
  const { key, errors } = await make({ scope });
  expect(errors).toEqual([]);
  return key!;
};
const codesOf = ({ errors }: Answer) => errors?.map(({ extensions }) => extensions.code);
const refused = (answer: Answer) => expect(codesOf(answer)).toEqual(["UNAUTHENTICATED"]);

beforeAll(async () => {
  tenant = await gateway.createTenant();
  operator = await tokenWith("OPERATOR", "EDITOR");
  await publish(gateway.stores, tenant, [
    titleBody({ id: "shown", name: "Shown" }),
    titleBody({ id: "draft", name: "Draft", state: "DRAFT" }),
  ]);
});

describe("an API key", () => {
  it("asks for the fields of its scope, in either header, of its tenant and nobody", async () => {
    const key = await keyFor("Query.titles", "Query.viewer");
    expect(key).toMatch(new RegExp(`^mq_${tenant.slug}_[0-9a-f]{12}_[\\w-]{43}$`));
    const shown = { titles: { edges: [{ node: { name: "Shown", myRating: null } }] } };
    for (const asked of [{ token: key }, { headers: { "x-api-key": key } }]) {
      const answer = await gateway.ask(TITLES, asked);
      expect(answer.errors).toBeUndefined();
      expect(answer.data).toEqual(shown);
    }
    expect((await gateway.ask("{ viewer { id } }", { token: key })).data).toEqual({ viewer: null });
  });

  it("is refused every other field, whoever made it, and wherever the field stands", async () => {
    const key = await keyFor("Query.titles");
    for (const query of [
      "{ genres { id } }",
      '{ node(id: "Title:shown") { id } }',
      "{ operations { stores { store } } }",
      "mutation { signOut { signedOut query { titles(first: 1) { totalCount } } } }",
    ])
      expect(codesOf(await gateway.ask(query, { token: key })), query).toEqual(["FORBIDDEN"]);
    const rate = 'mutation { rateTitle(input: { title: "Title:shown", rating: 3 }) { errors { code } } }';
    expect(codesOf(await gateway.ask(rate, { token: key }))).toEqual(["FORBIDDEN"]);
  });

  it("meets drafts where it edits, and nowhere else", async () => {
    const title = '{ title(id: "Title:draft") { name } }';
    expect((await gateway.ask(title, { token: await keyFor("Query.title") })).data).toEqual({ title: null });
    const editing = await keyFor("Query.title", "Mutation.publishTitle");
    expect((await gateway.ask(title, { token: editing })).data).toEqual({ title: { name: "Draft" } });
  });

  it("is for what whoever makes it may ask for, of what keys may", async () => {
    const wrong = { key: null, apiKey: null, errors: [{ field: "scope", code: "INVALID_SCOPE" }] };
    for (const scope of [
      [],
      ["titles"],
      ["Query.nothing"],
      ["Title.name"],
      ["Query.titles", "Mutation.rateTitle"],
      ["Mutation.changePassword"],
    ])
      expect(await make({ scope }), String(scope)).toEqual(wrong);
    const only = await tokenWith("OPERATOR");
    expect(await make({ scope: ["Mutation.putTitle"] }, only)).toEqual(wrong);
    const maker = await keyFor("Mutation.createApiKey", "Query.titles");
    expect(await make({ scope: ["Query.genres"] }, maker)).toEqual(wrong);
    expect((await make({ scope: ["Query.titles"] }, maker)).errors).toEqual([]);
    expect((await make({ scope: ["Query.titles"], days: 367 })).errors).toEqual([
      { field: "days", code: "INVALID" },
    ]);
    expect((await make({ scope: ["Query.titles"], name: " " })).errors).toEqual([
      { field: "name", code: "INVALID" },
    ]);
  });

  it("is kept as a hash, and shown once", async () => {
    const key = await keyFor("Query.titles");
    const secret = key.slice(key.lastIndexOf("_", key.length - 43) + 1);
    const { rows } = await database.query("select row_to_json(k)::text as row from api_keys k");
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows as { row: string }[]) expect(row).not.toContain(secret);
  });

  it("is told from others by every character of it, and good at its own tenant alone", async () => {
    const key = await keyFor("Query.titles");
    const other = await gateway.createTenant();
    const flipped = key.slice(0, -2) + (key.endsWith("A_") ? "B_" : "A_");
    for (const token of [flipped, key.slice(0, -1), `${key}A`, key.replace(tenant.slug, other.slug), "mq_"])
      refused(await gateway.ask(TITLES, { token }));
    const headers = { "x-api-key": key, authorization: `Bearer ${operator}` };
    refused(await gateway.ask(TITLES, { headers }));
    const elsewhere = await gateway.ask(TITLES, { token: key, tenant: other.slug });
    expect(elsewhere.data).toMatchObject({ titles: { edges: [{ node: { name: "Shown" } }] } });
  });

  it("ends by itself, and where it is revoked", async () => {
    const over = await make({ scope: ["Query.titles"] });
    await database.query("update api_keys set expires_at = now() where id = $1", [idOf(over)]);
    refused(await gateway.ask(TITLES, { token: over.key! }));
    const { key, apiKey } = await make({ scope: ["Query.titles"] });
    const revoke = { variables: { input: { apiKey: apiKey!.id } }, token: operator };
    expect((await gateway.ask(REVOKE, revoke)).data.revokeApiKey).toEqual({
      apiKey: { id: apiKey!.id, revokedAt: expect.any(String) as string },
      errors: [],
    });
    // One that was used a moment ago is refused within seconds: tests/unit/key-reader.test.ts.
    refused(await gateway.ask(TITLES, { token: key! }));
  });
});

describe("operators", () => {
  it("are listed the keys of their tenant, in one call, with their last use", async () => {
    const used = await make({ scope: ["Query.titles"], name: "used" });
    const unused = await make({ scope: ["Query.titles"], name: "unused" });
    await gateway.ask(TITLES, { token: used.key! });
    const list = () => gateway.ask(LIST, { variables: { first: 2 }, token: operator, explain: true });
    const nodes = async () =>
      ((await list()).data.operations as { apiKeys: { edges: { node: object }[] } }).apiKeys.edges.map(
        ({ node }) => node,
      );
    await expect.poll(nodes, PATIENCE).toEqual([
      { id: unused.apiKey!.id, name: "unused", lastUsedAt: null },
      { id: used.apiKey!.id, name: "used", lastUsedAt: expect.any(String) as string },
    ]);
    const { extensions } = await list();
    expect(extensions?.explain?.calls.filter(({ operation }) => operation === "apiKeys.list")).toHaveLength(
      1,
    );
    const node = "query ($id: ID!) { node(id: $id) { ... on ApiKey { name } } }";
    const asked = { variables: { id: used.apiKey!.id } };
    expect((await gateway.ask(node, { ...asked, token: operator })).data).toEqual({ node: { name: "used" } });
    expect((await gateway.ask(node, { ...asked, token: await tokenWith("EDITOR") })).data).toEqual({
      node: null,
    });
  });

  it("of another tenant neither see nor end them", async () => {
    const { apiKey } = await make({ scope: ["Query.titles"] });
    const other = await gateway.createTenant();
    const { token } = await openAccount(gateway, other, { roles: ["VIEWER", "OPERATOR"] });
    expect((await gateway.ask(LIST, { token })).data.operations).toMatchObject({ apiKeys: { edges: [] } });
    for (const id of [apiKey!.id, `ApiKey:${randomUUID()}`]) {
      const { data } = await gateway.ask(REVOKE, { variables: { input: { apiKey: id } }, token });
      expect(data.revokeApiKey).toEqual({
        apiKey: null,
        errors: [{ field: "apiKey", code: "KEY_NOT_FOUND" }],
      });
    }
  });
});

function idOf({ key }: Made): string {
  return key!.split("_")[2]!;
}
