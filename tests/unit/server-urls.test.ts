import { expect, it } from "vitest";

import { type TenantServers } from "../../datasources/core/tenant.js";
import { serversProblem, withSecrets } from "../../datasources/stores/server-urls.js";

const servers = (given: Partial<TenantServers>): TenantServers => ({
  postgres: "postgres://marquee@db/marquee",
  mongodb: null,
  opensearch: null,
  neo4j: null,
  ...given,
});
const SECRETS = new Map([["GRAND", "p@ss/word"]]);

it("takes URLs whose passwords are names of secrets that there are", () => {
  const fine = servers({
    postgres: "postgres://marquee:$GRAND@db/marquee",
    mongodb: "mongodb://a:${GRAND}@h1:1,h2:2/x?tls=true",
    opensearch: "https://search:9200",
    neo4j: "neo4j+s://neo4j:$GRAND@graph",
  });
  expect(serversProblem(fine, new Set(SECRETS.keys()))).toBeNull();
});

it.each([
  [{ postgres: "mysql://db" }, /postgres: is not a URL/],
  [{ postgres: "postgres://u:word@db/x" }, /postgres: holds a password/],
  [{ postgres: "postgres://u:word$GRAND@db/x" }, /holds a password/],
  [{ postgres: "postgres://db/x?user=u&password=word" }, /holds a password/],
  [{ mongodb: "mongodb://u:word@h1,h2/x" }, /mongodb: holds a password/],
  [{ neo4j: "bolt://u:$LOST@graph" }, /neo4j: needs the secret LOST: set MARQUEE_SECRET_LOST or/],
] as [Partial<TenantServers>, RegExp][])("refuses %j", (given, expected) => {
  const problem = serversProblem(servers(given), new Set(SECRETS.keys()));
  expect(problem).toMatch(expected);
  // Whatever it was, it is not said again.
  expect(problem).not.toContain("u:word");
});

it("puts secrets in as URLs write them", () => {
  expect(withSecrets("postgres://u:$GRAND@db/x", SECRETS)).toBe("postgres://u:p%40ss%2Fword@db/x");
  expect(withSecrets("postgres://u:$LOST@db/x", SECRETS)).toBe("postgres://u:$LOST@db/x");
});
