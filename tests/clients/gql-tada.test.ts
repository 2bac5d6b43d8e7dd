import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";

import { initGraphQLTada } from "gql.tada";
import { parse, print, separateOperations } from "graphql";
import ts from "typescript";
import { afterAll, beforeAll, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { useGateway } from "../support/fixtures.js";
import { clientDocuments } from "../support/gateway.js";

/* gql.tada as it ships: its command reads the schema over HTTP, and checks documents and the types made of them. */

const gateway = useGateway();
const cli = path.join(
  path.dirname(createRequire(import.meta.url).resolve("gql.tada/package.json")),
  "bin/cli.js",
);
let folder: string;

const CONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: "nodenext",
    types: [],
    plugins: [
      { name: "gql.tada/ts-plugin", schema: "./schema.graphql", tadaOutputLocation: "./introspection.d.ts" },
    ],
  },
  include: ["*.ts"],
};
const HEAD = `import { initGraphQLTada, type ResultOf, type VariablesOf } from "gql.tada";
import type { introspection } from "./introspection.js";
const graphql = initGraphQLTada<{ introspection: introspection; scalars: { DateTime: string } }>();
`;

async function run(...args: string[]): Promise<{ failed: boolean; told: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, ...args], { cwd: folder });
    return { failed: false, told: stdout + stderr };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return { failed: true, told: stdout + stderr };
  }
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(packageRoot(), "node_modules", ".generated-"));
  await writeFile(path.join(folder, "tsconfig.json"), JSON.stringify(CONFIG));
  await writeFile(path.join(folder, "package.json"), '{"type":"module"}');
  expect(await run("generate-schema", `${gateway.url}/graphql`, "--output", "schema.graphql")).toMatchObject({
    failed: false,
  });
  expect(await run("generate-output")).toMatchObject({ failed: false });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const SHELF = `query Shelf($first: Int!, $after: String) {
  viewer { id profile { id watchlist(first: $first, after: $after) {
    edges { cursor addedAt node { id name kind releaseYear } } pageInfo { hasNextPage endCursor } } } }
}`;
const TYPED = `${HEAD}
const shelf = graphql(\`${SHELF}\`);
const rate = graphql(\`mutation Rate($input: RateTitleInput!) {
  rateTitle(input: $input) { title { id myRating } errors { code field message } }
}\`);
export interface Row { name: string; kind: "MOVIE" | "SERIES"; addedAt: string; year: number | null }
export const rows = (data: ResultOf<typeof shelf>): Row[] =>
  data.viewer?.profile.watchlist?.edges.map(({ addedAt, node }) => ({ ...node, addedAt, year: node.releaseYear })) ?? [];
export const variables: VariablesOf<typeof rate> = { input: { title: "Title:a", rating: 3 } };
`;

/** What the compiler says of files of the folder, each with the file's name. */
function typeErrors(...files: string[]): [file: string, problem: string][] {
  const { options } = ts.convertCompilerOptionsFromJson(CONFIG.compilerOptions, folder);
  const program = ts.createProgram(
    files.map((file) => path.join(folder, file)),
    options,
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => [
      path.basename(file?.fileName ?? ""),
      ts.flattenDiagnosticMessageText(messageText, "\n"),
    ]);
}

it("types documents by the schema, knows those that clients send, and names what the schema does not have", async () => {
  const sent = Object.values(separateOperations(parse(await clientDocuments("reads.graphql"))));
  const documents = sent.map((document, at) => `export const d${at} = graphql(\`${print(document)}\`);`);
  expect(documents.length).toBeGreaterThan(8);
  const files = {
    "sent.ts": HEAD + documents.join("\n"),
    "typed.ts": TYPED,
    "misread.ts": TYPED.replace("year: number | null", "year: string"),
    "wrong.ts": TYPED.replace("cursor addedAt", "cursor likedAt addedAt"),
  };
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(folder, file), text);
  const { failed, told } = await run("check", "--level", "error");
  expect(failed).toBe(true);
  expect(told.match(/Cannot query field .*/g)).toEqual([
    'Cannot query field "likedAt" on type "WatchlistEdge". Did you mean "addedAt"?',
  ]);
  expect(told).not.toMatch(/sent\.ts|typed\.ts/);
  expect(typeErrors("typed.ts", "misread.ts")).toEqual([
    ["misread.ts", expect.stringContaining("'number | null' is not assignable to type 'string'")],
  ]);
});

it("asks what it typed", async () => {
  const token = await gateway.signIn("viewer@meridian.example");
  const document = initGraphQLTada()(SHELF);
  const { data, errors } = await gateway.ask(print(document), { token, variables: { first: 2 } });
  expect(errors).toBeUndefined();
  expect(
    (data as { viewer: { profile: { watchlist: { edges: unknown[] } } } }).viewer.profile.watchlist.edges,
  ).toHaveLength(2);
});
