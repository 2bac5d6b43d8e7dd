/* eslint-disable @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, it } from "vitest";

import { useGateway } from "../support/fixtures.js";
import { startGateway } from "../support/gateway.js";
import { sendRaw } from "../support/http.js";

const TENANTS = ["meridian", "lumen", "atelier"] as const;
type Slug = (typeof TENANTS)[number];

const gateway = useGateway(() => ({
  MARQUEE_TENANT_DOMAINS: "watch.example, localhost, lumen.tv=lumen, gone.tv=gone",
}));
const tokens = {} as Record<Slug, string>;

beforeAll(async () => {
  for (const tenant of TENANTS) {
    tokens[tenant] = await gateway.tokenFor({
      tenant,
      account: "viewer",
      profile: `${tenant}-viewer`,
      roles: ["VIEWER"],
    });
  }
});

/** The answer as the bytes that a client gets. */
async function bytes(query: string, variables: object, headers: Record<string, string>): Promise<string> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return `${response.status} ${await response.text()}`;
}

/** Ids of a tenant's own things, a cursor of its list, and ids made up for the same tenant. */
async function belongings(tenant: Slug) {
  const { data } = await gateway.ask(
    `{ titles(first: 5) { edges { cursor node { id genres { id } studio { id } credits { person { id } }
         ... on Series { seasons { id episodes { id } } } } } }
       viewer { account { id } profile { id } membership { id } } home(first: 1) { id } }`,
    { token: tokens[tenant] },
  );
  const [{ cursor, node }] = data.titles.edges;
  return {
    cursor: cursor as string,
    title: node.id as string,
    person: node.credits[0].person.id as string,
    genre: node.genres[0].id as string,
    studio: node.studio.id as string,
    ids: [
      node.id,
      node.credits[0].person.id,
      node.genres[0].id,
      node.studio.id,
      data.viewer.account.id,
      data.viewer.profile.id,
      data.viewer.membership.id,
      data.home[0].id,
      node.seasons?.[0].id,
      node.seasons?.[0].episodes[0].id,
    ].filter(Boolean) as string[],
  };
}

const missing = (id: string, tenant: string) => {
  const [type] = Buffer.from(id, "base64url").toString().split(":");
  return Buffer.from(`${type}:${tenant}:no-such-thing`).toString("base64url");
};

describe.each([
  ["lumen", "meridian"],
  ["atelier", "meridian"],
  ["meridian", "lumen"],
  ["meridian", "atelier"],
] as [Slug, Slug][])("what is %s's under %s", (owner, asker) => {
  let theirs: Awaited<ReturnType<typeof belongings>>;
  beforeAll(async () => {
    theirs = await belongings(owner);
  });

  const QUERIES: [name: string, query: string, pick: (from: typeof theirs) => string[]][] = [
    ["node", "query ($id: ID!) { node(id: $id) { __typename id } }", ({ ids }) => ids],
    ["nodes", "query ($id: ID!) { nodes(ids: [$id, $id]) { __typename id } }", ({ ids }) => ids],
    ["title", "query ($id: ID!) { title(id: $id) { id name } }", ({ title, person }) => [title, person]],
    [
      "title as of",
      'query ($id: ID!) { title(id: $id, asOf: "2025-01-01T00:00:00Z") { id name } }',
      ({ title }) => [title],
    ],
    [
      "person",
      "query ($id: ID!) { person(id: $id) { id titles { edges { node { id } } } } }",
      ({ person, title }) => [person, title],
    ],
    [
      "filter.studio",
      "query ($id: ID!) { titles(filter: { studio: $id }) { totalCount edges { node { id } } } }",
      ({ studio }) => [studio],
    ],
    [
      "filter.person",
      "query ($id: ID!) { titles(filter: { person: $id }) { totalCount edges { node { id } } } }",
      ({ person }) => [person],
    ],
    [
      "filter.genres",
      "query ($id: String!) { titles(filter: { genres: [$id] }) { totalCount edges { node { id } } } }",
      ({ genre }) => [genre],
    ],
    [
      "a filter of search",
      'query ($id: ID!) { search(query: "the", filter: { studio: $id }) { totalCount edges { node { id } } } }',
      ({ studio }) => [studio],
    ],
  ];

  it.each(QUERIES)("answers byte for byte like what is missing: %s", async (_, query, pick) => {
    for (const headers of [
      { authorization: `Bearer ${tokens[asker]}` },
      { "x-marquee-tenant": asker },
    ] as Record<string, string>[]) {
      for (const id of pick(theirs)) {
        const foreign = await bytes(query, { id }, headers);
        expect(foreign).not.toMatch(/"errors"/);
        expect(foreign).toBe(await bytes(query, { id: missing(id, asker) }, headers));
        expect(foreign).not.toContain(id);
      }
    }
  });

  it("answers its owner, so that it is not simply missing", async () => {
    for (const id of theirs.ids) {
      const { data } = await gateway.ask("query ($id: ID!) { node(id: $id) { id } }", {
        variables: { id },
        token: tokens[owner],
      });
      expect(data).toEqual({ node: { id } });
    }
  });

  it("gives no place in a list: its cursors are refused like damaged ones", async () => {
    const query = "query ($after: String) { titles(after: $after) { edges { cursor } } }";
    const headers = { "x-marquee-tenant": asker };
    const foreign = await bytes(query, { after: theirs.cursor }, headers);
    expect(foreign).toContain("INVALID_CURSOR");
    expect(foreign).toBe(await bytes(query, { after: "AAAA" }, headers));
  });

  it("is not signed in to nor selected", async () => {
    const signIn =
      'mutation ($email: String!) { signIn(input: { email: $email, password: "marquee" }) { accessToken errors { code } } }';
    const { data } = await gateway.ask(signIn, {
      variables: { email: `viewer@${owner}.example` },
      tenant: asker,
    });
    expect(data.signIn).toEqual({ accessToken: null, errors: [{ code: "BAD_CREDENTIALS" }] });
  });
});

/** The tenant that answers a request to a host, which fetch does not let a client name; null where it is refused. */
async function askHost(host: string, headers: Record<string, string> = {}): Promise<string | null> {
  const { body } = await sendRaw(`${gateway.url}/graphql`, {
    method: "POST",
    headers: { ...headers, host, "content-type": "application/json" },
    body: JSON.stringify({ query: "{ genres { id } }" }),
  });
  const id = (JSON.parse(body.toString()) as { data?: { genres: { id: string }[] } }).data?.genres[0]?.id;
  return id === undefined ? null : slugOf(id);
}

const slugOf = (id: string) => Buffer.from(id, "base64url").toString().split(":")[1]!;

describe("the tenant of a request", () => {
  const asked = async (options: { token?: string; tenant?: string }) =>
    slugOf((await gateway.ask("{ genres { id } }", options)).data.genres[0].id);

  it("is the token's, whatever the header says", async () => {
    expect(await asked({ token: tokens.lumen, tenant: "meridian" })).toBe("lumen");
    expect(await asked({ token: tokens.meridian, tenant: "no-such-tenant" })).toBe("meridian");
    expect(await askHost("atelier.watch.example", { authorization: `Bearer ${tokens.lumen}` })).toBe("lumen");
  });

  it("is else the header's, in any case", async () => {
    expect(await asked({ tenant: "lumen" })).toBe("lumen");
    expect(await asked({ tenant: "Atelier" })).toBe("atelier");
    expect(await askHost("atelier.localhost:4000", { "x-marquee-tenant": "lumen" })).toBe("lumen");
  });

  it.each([
    ["lumen.watch.example", "lumen"],
    ["ATELIER.Watch.Example", "atelier"],
    ["lumen.localhost:4000", "lumen"],
    ["lumen.watch.example.", "lumen"],
    ["lumen.tv", "lumen"],
    ["lumen.tv:443", "lumen"],
    // Other names of ours, and names that nobody here has configured.
    ["www.watch.example", "meridian"],
    ["watch.example", "meridian"],
    ["lumen", "meridian"],
    ["lumen.evil.example", "meridian"],
    ["lumen.watch.example.evil.example", "meridian"],
    ["lumen.xwatch.example", "meridian"],
    ["lumenwatch.example", "meridian"],
    ["a.lumen.watch.example", "meridian"],
    ["www.lumen.tv", "meridian"],
    ["127.0.0.1:4000", "meridian"],
    ["[::1]:4000", "meridian"],
    // A domain of one tenant is nobody else's, and a name below that of all tenants is no other's.
    ["gone.tv", null],
    ["nosuch.watch.example", null],
    ["lumen-tv.localhost:4000", null],
  ])("is else that of a configured domain, else the default: %s is %s's", async (host, tenant) => {
    expect(await askHost(host)).toBe(tenant);
  });

  it("is chosen by no host where no domain is configured", async () => {
    const bare = await startGateway();
    try {
      const headers = { host: "lumen.localhost", "x-apollo-operation-name": "Q" };
      const url = `${bare.url}/graphql?query=${encodeURIComponent("{ genres { id } }")}`;
      const { data } = JSON.parse((await sendRaw(url, { headers })).body.toString());
      expect(slugOf(data.genres[0].id)).toBe("meridian");
    } finally {
      await bare.close();
    }
  });

  it("is that of the e-mail's domain where somebody signs in without naming one", async () => {
    const signIn = async (email: string, tenant?: string) => {
      const query =
        'mutation ($email: String!) { signIn(input: { email: $email, password: "marquee" }) { viewer { tenant { slug } account { id } } } }';
      return (await gateway.ask(query, { variables: { email }, ...(tenant ? { tenant } : {}) })).data.signIn
        .viewer;
    };
    for (const tenant of TENANTS) {
      const viewer = await signIn(`viewer@${tenant}.example`);
      expect(viewer.tenant.slug).toBe(tenant);
      expect(slugOf(viewer.account.id)).toBe(tenant);
    }
    expect(await signIn("viewer@lumen.example", "meridian")).toBeNull();
    expect((await signIn("viewer@lumen.example", "lumen")).tenant.slug).toBe("lumen");
  });

  it("has to be named where there is no default", async () => {
    const strict = await startGateway({ MARQUEE_DEFAULT_TENANT: "none" });
    try {
      const refused = await strict.ask("{ genres { id } }");
      expect(refused.errors?.[0]?.extensions).toMatchObject({
        code: "TENANT_UNKNOWN",
        field: "x-marquee-tenant",
      });
      expect((await strict.ask("{ genres { id } }", { tenant: "lumen" })).data.genres.length).toBeGreaterThan(
        0,
      );
    } finally {
      await strict.close();
    }
  });
});

describe("many requests of many tenants at the same time", () => {
  const QUERY =
    '{ titles(first: 3) { totalCount edges { node { id genres { id } } } } search(query: "night", first: 2) { edges { node { id } } } top10 { title { id } } viewer { profile { id } tenant { slug } } }';

  it("never see each other's titles", async () => {
    const alone = new Map<string, unknown>();
    const ways = TENANTS.flatMap((tenant) => [
      { tenant, options: { token: tokens[tenant] } },
      { tenant, options: { tenant } },
    ]);
    for (const [index, { options }] of ways.entries())
      alone.set(String(index), (await gateway.ask(QUERY, options)).data);
    let next = 0;
    const worker = async () => {
      while (next < 510) {
        const index = (next++ * 5) % ways.length;
        const { tenant, options } = ways[index]!;
        const answer = await gateway.ask(QUERY, options);
        expect(answer.errors).toBeUndefined();
        expect(answer.data).toEqual(alone.get(String(index)));
        const ids = [...JSON.stringify(answer.data).matchAll(/"id":"([^"]+)"/g)].map(([, id]) => slugOf(id!));
        expect(new Set(ids)).toEqual(new Set([tenant]));
      }
    };
    await Promise.all(Array.from({ length: 24 }, worker));
    expect(next).toBeGreaterThanOrEqual(510);
  });
});
