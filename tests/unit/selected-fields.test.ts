import { buildSchema, graphql, type GraphQLResolveInfo } from "graphql";
import { describe, expect, it } from "vitest";

import { selectedFields } from "../../resolvers/selected-fields.js";

const schema = buildSchema(`
  type Query { search: Result }
  type Result { total: Int facets: [Facet] edges: [Edge] }
  type Facet { field: String }
  type Edge { score: Int highlights: [Facet] node: Node }
  interface Node { id: ID }
  type Film implements Node { id: ID name: String }
`);

/** The fields that `search` sees below itself in a document. */
async function seen(
  query: string,
  depth = 3,
  variableValues: Record<string, unknown> = {},
): Promise<string[]> {
  let found = new Set<string>();
  const rootValue = {
    search: (_args: unknown, _ctx: unknown, info: GraphQLResolveInfo) => {
      found = selectedFields(info, depth);
      return null;
    },
  };
  const { errors } = await graphql({ schema, source: query, rootValue, variableValues });
  expect(errors).toBeUndefined();
  return [...found].sort();
}

describe("selectedFields", () => {
  it("are paths below the field, down to a depth", async () => {
    const query = "{ search { total edges { score node { id } } } }";
    expect(await seen(query)).toEqual(["edges", "edges.node", "edges.node.id", "edges.score", "total"]);
    expect(await seen(query, 1)).toEqual(["edges", "total"]);
    expect(await seen(query, 0)).toEqual([]);
  });

  it("go by their names, not by their aliases", async () => {
    expect(await seen("{ search { count: total } }")).toEqual(["total"]);
  });

  it("come out of fragments, named, inline and nested", async () => {
    const query = `{ search { ...A ... { total } } }
      fragment A on Result { edges { ...B } } fragment B on Edge { highlights { field } node { ... on Film { name } } }`;
    expect(await seen(query)).toEqual([
      "edges",
      "edges.highlights",
      "edges.highlights.field",
      "edges.node",
      "edges.node.name",
      "total",
    ]);
  });

  it("are put together where a field is asked for twice", async () => {
    expect(await seen("{ search { total } search { facets { field } } }")).toEqual([
      "facets",
      "facets.field",
      "total",
    ]);
  });

  it("leave out what is skipped or not included, by literal or variable", async () => {
    expect(
      await seen("{ search { total @skip(if: true) facets @include(if: false) { field } edges { score } } }"),
    ).toEqual(["edges", "edges.score"]);
    const query =
      "query ($on: Boolean!) { search { total @include(if: $on) ...F @skip(if: $on) edges { score } } } fragment F on Result { facets { field } }";
    expect(await seen(query, 1, { on: true })).toEqual(["edges", "total"]);
    expect(await seen(query, 1, { on: false })).toEqual(["edges", "facets"]);
  });
});
