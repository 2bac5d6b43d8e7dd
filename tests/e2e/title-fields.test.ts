/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-member-access -- answers are read as clients read them: JSON of any shape */
import { enumName } from "../../schema/described-enum.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { EXAMPLE_TITLE } from "../../datasources/catalog/title-example.js";
import { type TitleField } from "../../datasources/core/title-field.js";
import {
  ATTRIBUTES,
  TITLE_FIELD_NAMES,
  TITLE_FIELDS,
  type TitleFacts,
} from "../../datasources/core/title-fields.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { startGateway, type TestGateway } from "../support/gateway.js";

const PLAIN = new Set(["String", "Int", "DateTime", "TitleKind", "TitleState", "MaturityRating"]);
const FACTS: TitleFacts = {
  ...EXAMPLE_TITLE,
  id: "film",
  kind: "MOVIE",
  seasons: [],
  licences: [{ countries: ["*"], from: "2020-01-01T00:00:00Z", until: null }],
};

/** The fields whose values are answered as they are. */
const SHOWN = TITLE_FIELD_NAMES.filter((name) => {
  const { shown }: TitleField = TITLE_FIELDS[name];
  return shown && PLAIN.has(shown.type);
});
const EDITED = SHOWN.filter((name) => "edited" in TITLE_FIELDS[name] && name !== "kind");

let gateway: TestGateway;
let tenant: Tenant;
const tokens = { viewer: "", editor: "" };

beforeAll(async () => {
  gateway = await startGateway();
  tenant = await gateway.createTenant();
  await publish(gateway.stores, tenant, [FACTS]);
  await gateway.stores.accounts.putProfiles(tenant, [adultProfile("p")]);
  const identity = { tenant: tenant.slug, account: null, profile: "p" };
  tokens.viewer = await gateway.tokenFor({ ...identity, roles: ["VIEWER"] });
  tokens.editor = await gateway.tokenFor({ ...identity, roles: ["VIEWER", "EDITOR"] });
});
afterAll(() => gateway?.close());

async function ask(text: string, variables: Record<string, unknown>, token = tokens.viewer) {
  const { data, errors } = await gateway.ask(text, { variables, token });
  expect(errors).toBeUndefined();
  return data;
}

const FIELDS = SHOWN.map((name) => (name === "runtimeMinutes" ? "... on Movie { runtimeMinutes }" : name));

describe("every field of the table", () => {
  it.each(["title(id: $id)", "then: title(id: $id, asOf: $at)"])("is answered by %s", async (field) => {
    const variables = { id: "Title:film", at: new Date(Date.now() - 1).toISOString() };
    const text = `query ($id: ID!${field.includes("$at") ? ", $at: DateTime!" : ""}) { title: ${field.replace("then: ", "")} { ${FIELDS.join(" ")} } }`;
    const { title } = await ask(text, variables);
    for (const name of SHOWN) expect(title[name], name).toEqual(FACTS[name]);
  });

  it.each(EDITED)("is set by putTitle: %s", async (name) => {
    const id = `new-${name}`;
    const value = TITLE_FIELDS[name].example;
    const input = { externalId: id, kind: "MOVIE", name: "New", [name]: value };
    const { putTitle } = await ask(
      `mutation ($input: PutTitleInput!) { putTitle(input: $input) { title { ${FIELDS.join(" ")} } errors { message } } }`,
      { input },
      tokens.editor,
    );
    expect(putTitle.errors).toEqual([]);
    expect(putTitle.title[name]).toEqual(value);
  });

  it.each(ATTRIBUTES.map(({ name, by }) => [name, by] as const))(
    "that filters are made of finds and counts titles: %s",
    async (name, by) => {
      const value = FACTS[name];
      const found = async (values: unknown[]) => {
        const data = await ask(
          `query ($filter: TitleFilter!) {
            titles(filter: $filter) { totalCount edges { node { externalId } } }
            search(query: "lantern", filter: $filter) { edges { node { externalId } } facets { field buckets { value count selected } } }
          }`,
          { filter: { [by]: values } },
        );
        const idsOf = ({ edges }: { edges: { node: { externalId: string } }[] }) =>
          edges.map(({ node }) => node.externalId);
        return { data, ids: [idsOf(data.titles), idsOf(data.search)] };
      };
      const { data, ids } = await found([value]);
      expect(ids).toEqual([["film"], ["film"]]);
      expect(data.titles.totalCount).toBe(1);
      if ("facetted" in TITLE_FIELDS[name]) {
        const facet = (data.search.facets as { field: string; buckets: object[] }[]).find(
          ({ field }) => field === enumName(name),
        );
        expect(facet?.buckets).toEqual([{ value, count: 1, selected: true }]);
      }
      const other = name === "kind" ? "SERIES" : "another";
      expect((await found([other])).ids).toEqual([[], []]);
    },
  );
});
