import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";

import type * as Relay from "relay-runtime";
import { afterAll, beforeAll, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { printedSchema } from "../../src/schema.js";
import { useGateway } from "../support/fixtures.js";

/* Relay as it ships: documents compiled by its compiler against our SDL, run by its runtime over HTTP. */

const require = createRequire(import.meta.url);
const compiler = require("relay-compiler") as string;
const relay = require("relay-runtime") as typeof Relay;

const gateway = useGateway();
let folder: string;

const DOCUMENTS = `
  graphql\`query ShelfQuery($count: Int!, $cursor: String) {
    viewer { id profile { id ...Shelf_profile } }
  }\`;
  graphql\`fragment Shelf_profile on Profile @refetchable(queryName: "ShelfPaginationQuery") {
    watchlist(first: $count, after: $cursor) @connection(key: "Shelf_watchlist") {
      edges { addedAt node { id name } }
    }
  }\`;
  graphql\`mutation ShelfAddMutation($input: WatchlistInput!, $connections: [ID!]!) {
    addToWatchlist(input: $input) {
      watchlistEdge @appendEdge(connections: $connections) { addedAt node { id name } }
      errors { code }
    }
  }\`;
  graphql\`mutation ShelfRemoveMutation($input: WatchlistInput!, $connections: [ID!]!) {
    removeFromWatchlist(input: $input) { removedTitleId @deleteEdge(connections: $connections) errors { code } }
  }\`;
  graphql\`query ShelfTitlesQuery { titles(first: 12) { edges { node { id name } } } }\`;
`;

beforeAll(async () => {
  folder = await mkdtemp(path.join(packageRoot(), "node_modules", ".generated-"));
  await mkdir(path.join(folder, "src"));
  await writeFile(path.join(folder, "src", "shelf.js"), DOCUMENTS);
  await writeFile(path.join(folder, "schema.graphql"), printedSchema());
  const config = {
    src: "./src",
    schema: "./schema.graphql",
    language: "javascript",
    artifactDirectory: "./made",
    // Whatever lies among packages is passed over otherwise.
    excludes: [],
    eagerEsModules: false,
  };
  await mkdir(path.join(folder, "made"));
  await writeFile(path.join(folder, "relay.config.json"), JSON.stringify(config));
  await promisify(execFile)(compiler, ["relay.config.json"], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the compiler made of a document. */
const made = <T>(name: string) => require(path.join(folder, "made", `${name}.graphql.js`)) as T;

async function environment() {
  const token = await gateway.signIn("viewer@meridian.example");
  const network = relay.Network.create(async ({ text }, variables) => {
    const answer = await fetch(`${gateway.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: text, variables }),
    });
    return (await answer.json()) as Relay.GraphQLResponse;
  });
  return new relay.Environment({ network, store: new relay.Store(new relay.RecordSource()) });
}

interface Named {
  node: { id: string; name: string };
}

it("reads on in a connection by node, and mutations append an edge to it and take it away", async () => {
  const env = await environment();
  const ask = (name: string, variables: Record<string, unknown>) =>
    relay
      .fetchQuery(env, made<Relay.ConcreteRequest>(name), variables, {
        fetchPolicy: "network-only",
      })
      .toPromise();
  const { viewer } = (await ask("ShelfQuery", { count: 2, cursor: null })) as {
    viewer: { profile: { id: string } };
  };
  const { profile } = viewer;
  const shelf = () => {
    const fragment = made<Relay.ReaderFragment>("Shelf_profile");
    const selector = relay.getSingularSelector(fragment, profile);
    const { data } = env.lookup(selector);
    return data as unknown as {
      watchlist: { edges: Named[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
    };
  };
  const names = () => shelf().watchlist.edges.map(({ node }) => node.id);
  const first = names();
  expect(first).toHaveLength(2);
  await ask("ShelfPaginationQuery", {
    count: 2,
    cursor: shelf().watchlist.pageInfo.endCursor,
    id: profile.id,
  });
  const both = names();
  expect(both.slice(0, 2)).toEqual(first);
  expect(new Set(both).size).toBe(4);

  const { titles } = (await ask("ShelfTitlesQuery", {})) as { titles: { edges: Named[] } };
  const whole = (
    await gateway.ask("{ viewer { profile { watchlist(first: 100) { edges { node { id } } } } } }", {
      token: await gateway.signIn("viewer@meridian.example"),
    })
  ).data as { viewer: { profile: { watchlist: { edges: Named[] } } } };
  const kept = new Set(whole.viewer.profile.watchlist.edges.map(({ node }) => node.id));
  const added = titles.edges.map(({ node }) => node).find(({ id }) => !kept.has(id))!;
  const connections = [relay.ConnectionHandler.getConnectionID(profile.id, "Shelf_watchlist")];
  const change = (name: string) =>
    new Promise((resolve, reject) =>
      relay.commitMutation(env, {
        mutation: made<Relay.ConcreteRequest>(name),
        variables: { input: { title: added.id }, connections },
        onCompleted: resolve,
        onError: reject,
      }),
    );
  expect(await change("ShelfAddMutation")).toMatchObject({ addToWatchlist: { errors: [] } });
  expect(shelf().watchlist.edges.at(-1)).toMatchObject({ node: added });
  expect(names()).toEqual([...both, added.id]);
  expect(await change("ShelfRemoveMutation")).toMatchObject({
    removeFromWatchlist: { removedTitleId: added.id },
  });
  expect(names()).toEqual(both);
});
