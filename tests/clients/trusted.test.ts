import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { print } from "graphql";
import { afterAll, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";
import { POSSIBLE_TYPES } from "./schema-facts.js";

const TITLES = gql`
  query Titles($n: Int!) {
    titles(first: $n) {
      edges {
        node {
          id
          name
        }
      }
    }
  }
`;
const UNLISTED = gql`
  {
    genres {
      id
    }
  }
`;

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const cache = () => new InMemoryCache({ possibleTypes: POSSIBLE_TYPES });
// As `@apollo/generate-persisted-query-manifest` writes it: with the names of types that the client's cache asks for.
const body = print(cache().transformDocument(TITLES));
const folder = mkdtempSync(path.join(tmpdir(), "marquee-manifest-"));
const file = path.join(folder, "persisted-query-manifest.json");
writeFileSync(
  file,
  JSON.stringify({
    format: "apollo-persisted-query-manifest",
    version: 1,
    operations: [{ id: sha256(body), name: "Titles", type: "query", body }],
  }),
);
afterAll(() => rmSync(folder, { recursive: true }));

const gateway = useGateway(() => ({ MARQUEE_TRUSTED_DOCUMENTS: file, MARQUEE_TRUSTED_ONLY: "true" }));

it("Apollo Client's link sends the hash alone, and what is not listed is refused with its text as well", async () => {
  const sent: string[] = [];
  const http = new HttpLink({
    uri: `${gateway.url}/graphql`,
    fetch: (url, init) => {
      if (typeof init?.body === "string") sent.push(init.body);
      return fetch(url, init);
    },
  });
  const link = ApolloLink.from([new PersistedQueryLink({ sha256 }), http]);
  const client = new ApolloClient({ cache: cache(), link });
  const { data } = await client.query<{ titles: { edges: unknown[] } }>({
    query: TITLES,
    variables: { n: 4 },
  });
  expect(data?.titles.edges).toHaveLength(4);
  expect(sent).toHaveLength(1);
  expect(sent[0]).not.toContain("titles(");
  await expect(client.query({ query: UNLISTED })).rejects.toThrow(/not listed here/);
  expect(sent).toHaveLength(3);
});
