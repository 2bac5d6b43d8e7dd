/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { Kind, parse } from "graphql";
import { beforeAll, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { blocks, page } from "../support/documentation.js";
import { useSmallDemo } from "../support/small-demo.js";
import { openAccount } from "../support/accounts.js";
import { clientDocuments } from "../support/gateway.js";

const TENANT = "meridian";
const EXAMPLES = "playground/src/examples";

// The demo, small; what its documents write is nobody else's.
const gateway = useSmallDemo(TENANT, { profiles: 120, events: 8_000 });

/** What an operation was taken to cost, and what it cost. */
interface Priced {
  name: string;
  estimated: number;
  actual: number;
}

const priced: Priced[] = [];
const SIGNED_IN = ["viewer", "editor", "operator"] as const;
const tokens: Record<(typeof SIGNED_IN)[number] | "platform", string> = {
  viewer: "",
  editor: "",
  operator: "",
  platform: "",
};
const ids = {
  title: "",
  series: "",
  person: "",
  profile: "",
  session: "",
  refresh: "",
  member: "",
  leaver: "",
  plan: "",
};

type Case = [as: keyof typeof tokens | "member" | "leaver" | null, variables?: () => Record<string, unknown>];

const one = (input: () => Record<string, unknown>) => () => ({ input: input() });
const device = { kind: "TV", width: 1920, height: 1080, codecs: ["H264", "HEVC"], hdr: ["HDR10"] };
const film = {
  externalId: "priced",
  kind: "MOVIE",
  name: "Priced",
  maturityRating: "PG",
  licences: [{ countries: ["US"], from: "2020-01-01T00:00:00Z" }],
};

/** Who sends the operations of clients' documents, with what; in the order in which one makes what the next needs. */
const CASES: Record<string, Record<string, Case>> = {
  "reads.graphql": {
    SignIn: [null, one(() => ({ email: `viewer@${TENANT}.example`, password: "marquee" }))],
    SelectProfile: ["viewer", one(() => ({ profile: ids.profile }))],
    Viewer: ["viewer"],
    Home: ["viewer"],
    TitlePage: ["viewer", () => ({ id: ids.title })],
    Browse: ["viewer", () => ({ first: 20 })],
    Search: ["viewer", () => ({ query: "the" })],
    Suggest: ["viewer", () => ({ prefix: "the" })],
    Top10: ["viewer"],
    Person: ["viewer", () => ({ id: ids.person })],
    Node: ["viewer", () => ({ id: ids.title })],
    Nodes: ["viewer", () => ({ ids: [ids.title, ids.series, ids.person] })],
    MyShelf: ["viewer"],
  },
  "writes.graphql": {
    Progress: ["viewer", one(() => ({ title: ids.title, positionSeconds: 120, eventId: "c1" }))],
    Rate: ["viewer", one(() => ({ title: ids.title, rating: 5 }))],
    Add: ["viewer", one(() => ({ title: ids.title }))],
    Remove: ["viewer", one(() => ({ title: ids.title }))],
    Play: ["viewer", one(() => ({ title: ids.title, device }))],
    Heartbeat: ["viewer", one(() => ({ session: ids.session }))],
    Stop: ["viewer", one(() => ({ session: ids.session }))],
    PutTitle: ["editor", one(() => film)],
    Publish: ["editor", one(() => ({ title: "Title:priced", expectedVersion: 1 }))],
    Licence: [
      "editor",
      one(() => ({ title: "Title:priced", countries: ["FR"], from: "2021-01-01T00:00:00Z" })),
    ],
    Archive: ["editor", one(() => ({ title: "Title:priced" }))],
    SignUp: [null, one(() => ({ email: "new@example.com", password: "correct horse battery" }))],
    Subscribe: [
      "member",
      one(() => ({ plan: ids.plan, paymentMethod: "pm_demo_visa", idempotencyKey: "first" })),
    ],
    Consents: ["member", one(() => ({ personalisation: true, measurement: true, marketing: true }))],
    Refresh: [null, one(() => ({ refreshToken: ids.refresh }))],
    Export: ["member"],
    Erase: ["member", one(() => ({ password: "correct horse battery", idempotencyKey: "the end" }))],
    SignOut: ["leaver"],
  },
  "editorial.graphql": { Editorial: ["editor", () => ({ id: ids.title })] },
  "operators.graphql": {
    Rebuild: ["operator", one(() => ({ target: "search.postgres" }))],
    CreateTenant: ["platform", one(() => ({ slug: "priced", name: "Priced", country: "FR" }))],
    PromoteTenant: ["platform", one(() => ({ slug: "priced" }))],
  },
};

async function send(query: string, operationName: string | undefined, as: Case[0], variables = {}) {
  const token = as === "member" || as === "leaver" ? ids[as] : as ? tokens[as] : undefined;
  const response = await fetch(`${gateway.url}/graphql`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-marquee-cost": "1",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ query, operationName, variables }),
  });
  const answer = (await response.json()) as any;
  expect(answer.errors, operationName).toBeUndefined();
  return answer;
}

async function price(file: string, query: string, operationName: string | undefined, [as, variables]: Case) {
  const { data, extensions } = await send(query, operationName, as, variables?.());
  priced.push({ name: `${file} ${operationName ?? ""}`, ...extensions.cost } as Priced);
  ids.session = data.startPlayback?.session?.id ?? ids.session;
  const session = data.signUp ?? data.refreshSession;
  ids.member = session?.accessToken ?? ids.member;
  ids.refresh = session?.refreshToken ?? ids.refresh;
  for (const payload of Object.values<any>(data)) expect(payload?.errors ?? [], operationName).toEqual([]);
}

beforeAll(async () => {
  for (const role of SIGNED_IN) tokens[role] = await gateway.signIn(`${role}@${TENANT}.example`);
  ids.leaver = await gateway.signIn(`viewer@${TENANT}.example`);
  const tenant = (await gateway.stores.tenants.bySlug(TENANT))!;
  tokens.platform = (await openAccount(gateway, tenant, { roles: ["VIEWER", "PLATFORM"] })).token;
  const popular = "first: 1, orderBy: { field: POPULARITY, direction: DESC }";
  const { data } = await send(
    `{ viewer { profile { id } } plans { id }
       titles(${popular}) { edges { node { id credits { person { id } } } } }
       series: titles(${popular}, filter: { kinds: [SERIES] }) { edges { node { id } } } }`,
    undefined,
    "viewer",
  );
  ids.title = data.titles.edges[0].node.id;
  ids.series = data.series.edges[0]?.node.id ?? ids.title;
  ids.person = data.titles.edges[0].node.credits[0].person.id;
  ids.profile = data.viewer.profile.id;
  ids.plan = data.plans[0].id;
});

for (const [file, cases] of Object.entries(CASES)) {
  it(`${file}: every operation has its price`, async () => {
    const text = await clientDocuments(file);
    const names = parse(text).definitions.flatMap((each) =>
      each.kind === Kind.OPERATION_DEFINITION && each.name ? [each.name.value] : [],
    );
    expect(names.sort()).toEqual(Object.keys(cases).sort());
    for (const [name, each] of Object.entries(cases)) await price(file, text, name, each);
  });
}

it("so has every example of the playground", async () => {
  const folder = path.join(packageRoot(), EXAMPLES);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".graphql"))) {
    const text = readFileSync(path.join(folder, file), "utf8");
    const variables = file.replace(/graphql$/, "variables.json");
    const given = readdirSync(folder).includes(variables)
      ? (JSON.parse(readFileSync(path.join(folder, variables), "utf8")) as Record<string, unknown>)
      : {};
    const as = file.startsWith("10") ? "editor" : file.startsWith("11") ? "operator" : "viewer";
    for (const definition of parse(text).definitions)
      if (definition.kind === Kind.OPERATION_DEFINITION)
        await price(file, text, definition.name?.value, [as, () => given]);
  }
});

it("so has every query of the documentation", async () => {
  for (const file of ["README.md", "docs/clients.md"])
    for (const query of blocks(page(file), "graphql")) await price(file, query, undefined, ["viewer"]);
});

it("and of a hundred, ninety-five cost from two thirds to twice of what they were taken to cost", () => {
  expect(priced.length).toBeGreaterThan(45);
  const ratios = priced.map(({ name, estimated, actual }) => ({ name, ratio: estimated / actual }));
  const astray = ratios.filter(({ ratio }) => ratio < 0.5 || ratio > 1.5);
  expect(astray.length / ratios.length, JSON.stringify(astray)).toBeLessThanOrEqual(0.05);
});
