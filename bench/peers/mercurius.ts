import Fastify from "fastify";
import { mercurius, type IResolvers } from "mercurius";

import { type CreditRow, type Rows, type TitleRow } from "./rows.js";
import { announce, peerRows } from "./serving.js";

const schema = `
  enum TitleKind { MOVIE SERIES }
  enum CreditRole { DIRECTOR ACTOR }
  enum TitleOrderField { POPULARITY }
  enum Direction { ASC DESC }
  type Person { id: ID! name: String! }
  type Studio { id: ID! name: String! }
  type Credit { role: CreditRole! character: String person: Person! }
  type Title {
    id: ID! name: String! kind: TitleKind! releaseYear: Int maturityRating: String!
    studio: Studio credits: [Credit!]!
  }
  type TitleEdge { node: Title! }
  type TitleConnection { edges: [TitleEdge!]! }
  input TitleOrder { field: TitleOrderField! direction: Direction! }
  type Query { titles(first: Int!, orderBy: TitleOrder!): TitleConnection! }
`;

interface Context {
  rows: Rows;
}

const resolvers = {
  Query: {
    titles: async (_root: unknown, { first }: { first: number }, { rows }: Context) => {
      const titles = await rows.titles(first);
      return { edges: titles.map((node) => ({ node })) };
    },
  },
  Title: {
    studio: (title: TitleRow, _args: unknown, { rows }: Context) => rows.studioOf(title),
    credits: (title: TitleRow, _args: unknown, { rows }: Context) => rows.creditsOf(title),
  },
  Credit: {
    person: (credit: CreditRow, _args: unknown, { rows }: Context) => rows.personOf(credit),
  },
};

const rowsOfRequest = peerRows();
const app = Fastify();
await app.register(mercurius, {
  schema,
  resolvers: resolvers as unknown as IResolvers,
  jit: 1,
  context: () => ({ rows: rowsOfRequest() }),
});
const url = await app.listen({ port: 0, host: "127.0.0.1" });
announce(`${url}/graphql`);
