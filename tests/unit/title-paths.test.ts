import { buildSchema } from "graphql";
import { describe, expect, it } from "vitest";

import { PathWalk, placesOf } from "../support/title-paths.js";

const schema = buildSchema(`
  type Query { title: Title, lists(first: Int): [List!]!, again(id: ID!): Title }
  interface Title { name: String!, like(first: Int): TitleConnection }
  type Movie implements Title { name: String!, like(first: Int): TitleConnection, minutes: Int }
  type TitleConnection { edges: [TitleEdge!]!, totalCount: Int! }
  type TitleEdge { cursor: String!, node: Title! }
  type List { heading: String!, best: Title, owner: Owner, of(id: ID!): TitleConnection }
  type Owner { name: String! }
`);
const below = (name: string, required: Record<string, string> = {}, ...without: string[]) =>
  new PathWalk(schema, required, new Set(without)).below(schema.getQueryType()!, name);

describe("a walk to the titles of a schema", () => {
  it("asks of a root field everything below it, and of a title within a title what is plain", () => {
    const { selection, objects, values } = below("title");
    expect(selection).toBe(
      "{ __typename name like(first: 50) { __typename edges { __typename cursor node { __typename name ... on Movie { Movie__minutes: minutes } } } totalCount } ... on Movie { Movie__minutes: minutes } }",
    );
    expect(objects).toEqual(["", "like.edges.node"]);
    expect(values.size).toBe(0);
  });

  it("finds titles, and texts and numbers beside them, ends where it is told to, and asks a field with arguments once", () => {
    const asked = { "List.of": "id: $id" };
    const { objects, values } = below("lists", asked, "Owner");
    expect(objects).toEqual(["best", "best.like.edges.node", "of.edges.node"]);
    expect(Object.fromEntries(values)).toEqual({
      heading: "List.heading",
      "of.edges.cursor": "TitleEdge.cursor",
      "of.totalCount": "TitleConnection.totalCount",
    });
    expect(below("lists", asked).values.get("owner.name")).toBe("Owner.name");
  });

  it("stops at a field that nobody has said how to ask", () => {
    expect(() => below("lists")).toThrow("List.of needs id: say what it is asked with.");
  });
});

describe("the places of an answer", () => {
  it("are those of texts, ids and cursors, without the numbers of lists", () => {
    const cursor = Buffer.from('tag["x","hidden-1"]').toString("base64url");
    const answer = { a: [{ name: "Hidden" }, { name: "open" }], page: { end: cursor }, n: 1, none: null };
    expect([...placesOf(answer, /hidden/i)]).toEqual(["a.name", "page.end"]);
  });
});
