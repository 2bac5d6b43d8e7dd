import { cacheExchange, type Cache, type Variables } from "@urql/exchange-graphcache";
import { relayPagination } from "@urql/exchange-graphcache/extras";
import { Client, fetchExchange, gql } from "@urql/core";
import { parse, print, separateOperations } from "graphql";
import { expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";
import { clientDocuments } from "../support/gateway.js";
import { EMBEDDED, introspected, withIds } from "./schema-facts.js";

const gateway = useGateway();

interface Shelf {
  viewer: {
    id: string;
    profile: {
      id: string;
      watchlist: { edges: { node: { id: string } }[]; pageInfo: { endCursor: string } };
    };
  };
}

const SHELF = gql`
  query Shelf($first: Int!, $after: String) {
    viewer {
      id
      profile {
        id
        watchlist(first: $first, after: $after) {
          edges {
            cursor
            node {
              id
              name
            }
          }
          pageInfo {
            hasNextPage
            hasPreviousPage
            startCursor
            endCursor
          }
        }
      }
    }
  }
`;

async function signedIn(warnings: string[]) {
  const token = await gateway.signIn("viewer@meridian.example");
  const cache = cacheExchange({
    schema: introspected() as never,
    keys: Object.fromEntries(EMBEDDED.map((name) => [name, () => null])),
    resolvers: { Profile: { watchlist: relayPagination() } },
    updates: { Mutation: { removeFromWatchlist: (result, _, store) => forget(store, result) } },
    logger: (_severity, message) => warnings.push(message),
  });
  return new Client({
    url: `${gateway.url}/graphql`,
    exchanges: [cache, fetchExchange],
    fetchOptions: { headers: { authorization: `Bearer ${token}` } },
    preferGetMethod: false,
  });
}

/** A title that is on no watchlist any more: the lists are read anew. */
function forget(cache: Cache, result: unknown): void {
  const { removedTitleId } = (result as { removeFromWatchlist: { removedTitleId: string | null } })
    .removeFromWatchlist;
  if (removedTitleId === null) return;
  const profile = cache.resolve(cache.resolve("Query", "viewer") as string, "profile") as string;
  for (const { fieldKey } of cache.inspectFields(profile))
    if (fieldKey.startsWith("watchlist")) cache.invalidate(profile, fieldKey);
}

it("Graphcache knows a key for whatever has one, in every document that clients send", async () => {
  const warnings: string[] = [];
  const client = await signedIn(warnings);
  const { data } = await client.query<object>(
    gql`
      {
        titles(first: 1) {
          edges {
            node {
              id
              credits {
                person {
                  id
                }
              }
            }
          }
        }
      }
    `,
    {},
  );
  const first = (
    data as { titles: { edges: { node: { id: string; credits: { person: { id: string } }[] } }[] } }
  ).titles.edges[0]!.node;
  const variables: Record<string, Variables> = {
    TitlePage: { id: first.id },
    Person: { id: first.credits[0]!.person.id },
    Search: { query: "love" },
    Suggest: { prefix: "the" },
    Node: { id: first.id },
    Nodes: { ids: [first.id] },
  };
  const documents = separateOperations(parse(await clientDocuments("reads.graphql")));
  const queries = Object.entries(documents).filter(([, document]) => /^query/m.test(print(document)));
  expect(queries.length).toBeGreaterThan(8);
  for (const [name, document] of queries) {
    const answer = await client.query(print(withIds(document)), variables[name] ?? {});
    expect(answer.error, name).toBeUndefined();
  }
  expect(warnings).toEqual([]);
});

it("Graphcache keeps two queries' viewers, merges pages, and forgets what a mutation took away", async () => {
  const warnings: string[] = [];
  const client = await signedIn(warnings);
  const roles = gql`
    {
      viewer {
        id
        roles
      }
    }
  `;
  const before = await client.query(roles, {});
  const { data } = await client.query<Shelf>(SHELF, { first: 2 });
  const after = data!.viewer.profile.watchlist.pageInfo.endCursor;
  await client.query<Shelf>(SHELF, { first: 2, after });
  const cached = { requestPolicy: "cache-only" } as const;
  expect((await client.query(roles, {}, cached)).data).toEqual(before.data);
  const merged = (await client.query<Shelf>(SHELF, { first: 2, after }, cached)).data!;
  const ids = merged.viewer.profile.watchlist.edges.map(({ node }) => node.id);
  expect(new Set(ids).size).toBe(4);

  const change = (name: string, extra: string) =>
    client.mutation(
      `mutation ($input: WatchlistInput!) { ${name}(input: $input) { ${extra} errors { code } } }`,
      {
        input: { title: ids[0] },
      },
    );
  expect(
    (await change("removeFromWatchlist", "removedTitleId title { id inMyWatchlist }")).error,
  ).toBeUndefined();
  const left = (await client.query<Shelf>(SHELF, { first: 4 })).data!.viewer.profile.watchlist.edges;
  expect(left.map(({ node }) => node.id)).not.toContain(ids[0]);
  await change("addToWatchlist", "watchlistEdge { cursor node { id } }");
  // A field that is asked for the first time is not in the cache yet, which it says of an entity that is.
  expect(warnings.filter((warning) => !warning.startsWith("No value for field"))).toEqual([]);
});
