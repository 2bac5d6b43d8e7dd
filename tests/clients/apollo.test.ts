import * as four from "@apollo/client";
import * as relayFour from "@apollo/client/utilities";
import * as three from "apollo-client-3/core/core.cjs";
import * as relayThree from "apollo-client-3/utilities/utilities.cjs";
import { describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";
import { POSSIBLE_TYPES } from "./schema-facts.js";

const gateway = useGateway();

type Library = Pick<typeof four, "ApolloClient" | "HttpLink" | "InMemoryCache" | "gql"> &
  Pick<typeof relayFour, "relayStylePagination">;

interface Shelf {
  viewer: {
    id: string;
    profile: {
      id: string;
      watchlist: {
        edges: { cursor: string; node: { id: string; name: string } }[];
        pageInfo: { endCursor: string };
      };
    };
  };
}

const EDGE = "cursor addedAt node { id name }";
const OF_FOUR: Library = { ...four, ...relayFour };
// Both majors are called alike; the types of the older one differ where nothing here looks.
const OF_THREE = { ...three, ...relayThree } as unknown as Library;

describe.each([
  ["4", OF_FOUR],
  ["3", OF_THREE],
])("Apollo Client %s", (_, { ApolloClient, HttpLink, InMemoryCache, gql, relayStylePagination }) => {
  async function signedIn() {
    const token = await gateway.signIn("viewer@meridian.example");
    const cache = new InMemoryCache({
      possibleTypes: POSSIBLE_TYPES,
      typePolicies: { Profile: { fields: { watchlist: relayStylePagination() } } },
    });
    const link = new HttpLink({
      uri: `${gateway.url}/graphql`,
      headers: { authorization: `Bearer ${token}` },
    });
    return new ApolloClient({ cache, link });
  }
  const SHELF = gql`query Shelf($first: Int!, $after: String) { viewer { id profile { id
    watchlist(first: $first, after: $after) { edges { ${EDGE} } pageInfo { hasNextPage endCursor startCursor hasPreviousPage } } } } }`;

  it("keeps what two queries say of the viewer side by side", async () => {
    const client = await signedIn();
    const roles = gql`
      {
        viewer {
          id
          roles
        }
      }
    `;
    const profile = gql`
      {
        viewer {
          id
          profile {
            id
            name
          }
        }
        editorial {
          id
        }
      }
    `;
    const first = await client.query({ query: roles });
    await client.query({ query: profile, errorPolicy: "all" });
    expect(client.readQuery({ query: roles })).toEqual(first.data);
  });

  it("reads on in a list, and a mutation adds to it and takes from it by its edge", async () => {
    const client = await signedIn();
    const options = { query: SHELF, variables: { first: 2 } };
    const { data } = await client.query<Shelf>(options);
    const { profile } = data!.viewer;
    const next = { query: SHELF, variables: { first: 2, after: profile.watchlist.pageInfo.endCursor } };
    await client.query<Shelf>({ ...next, fetchPolicy: "network-only" });
    const edgesKept = () => client.readQuery<Shelf>(options)!.viewer.profile.watchlist.edges;
    const kept = () => edgesKept().map(({ node }) => node.id);
    const both = edgesKept();
    expect(both.slice(0, 2)).toEqual(profile.watchlist.edges);
    expect(new Set(both.map(({ node }) => node.id)).size).toBe(4);

    const title = both[0]!.node.id;
    await client.mutate({
      mutation: gql`
        mutation Remove($input: WatchlistInput!) {
          removeFromWatchlist(input: $input) {
            removedTitleId
            query {
              viewer {
                id
              }
            }
            errors {
              code
            }
          }
        }
      `,
      variables: { input: { title } },
      update: (cache, { data: gone }) => {
        const { removedTitleId } = (gone as { removeFromWatchlist: { removedTitleId: string } })
          .removeFromWatchlist;
        edit(cache, profile.id, (edges) => edges.filter((edge) => idOf(edge) !== removedTitleId));
      },
    });
    expect(kept()).toEqual(both.slice(1).map(({ node }) => node.id));

    await client.mutate({
      mutation: gql`mutation Add($input: WatchlistInput!) { addToWatchlist(input: $input) {
        watchlistEdge { ${EDGE} } query { viewer { id } } errors { code } } }`,
      variables: { input: { title } },
      update: (cache, { data: added }) => {
        const { watchlistEdge } = (added as { addToWatchlist: { watchlistEdge: Edge } }).addToWatchlist;
        edit(cache, profile.id, (edges) => [watchlistEdge, ...edges]);
      },
    });
    expect(kept()).toEqual(both.map(({ node }) => node.id));
    const fresh = await client.query<Shelf>({ ...options, fetchPolicy: "no-cache" });
    const { edges } = fresh.data!.viewer.profile.watchlist;
    const cached = client.readQuery<Shelf>(options)!.viewer.profile.watchlist.edges;
    expect(cached[0]).toMatchObject({ cursor: edges[0]!.cursor, node: { id: title } });
  });
});

interface Edge {
  node: { id?: string; __ref?: string };
}
type Cache = Parameters<NonNullable<four.ApolloClient.MutateOptions["update"]>>[0];

/** Edits the edges that the cache has of a profile's watchlist. */
function edit(cache: Cache, profile: string, of: (edges: readonly Edge[]) => readonly Edge[]): void {
  cache.modify({
    id: `Profile:${profile}`,
    fields: {
      watchlist: (list: unknown) => {
        const { edges } = list as { edges: Edge[] };
        return { ...(list as object), edges: of(edges) } as never;
      },
    },
  });
}

/** The id of an edge's node, which the cache holds as a reference. */
function idOf({ node }: Edge): string | undefined {
  return node.__ref?.split(":").slice(1).join(":") ?? node.id;
}
