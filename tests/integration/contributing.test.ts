import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { packageRoot } from "../../packages/process/package-root.js";
import { TEST_ACCOUNT_KEY } from "../../scripts/test-keys.js";
import { useDatabase } from "../support/fixtures.js";

const run = promisify(execFile);
const root = packageRoot();
const SOURCES = ["datasources", "importer", "packages", "resolvers", "schema", "seeds", "src", "bin"];
const CONFIGS = ["package.json", "tsconfig.json", "tsconfig.build.json"];

/** A recipe of CONTRIBUTING.md: the files that it says it costs, and those that it names or prints additions to. */
interface Recipe {
  title: string;
  costs: number;
  additions: { file: string; before: string; code: string }[];
  listed: string[];
}

const recipes = (await readFile(path.join(root, "CONTRIBUTING.md"), "utf8"))
  .split(/^## /m)
  .slice(1)
  .map(readRecipe);

function readRecipe(section: string): Recipe {
  const [, title = "", costs] = /^(.+): (\d+) files?\n/.exec(section) ?? [];
  const blocks = section.matchAll(/^```ts file="([^"]+)" before='([^'\n]+)'\n(.*?)^```$/gms);
  const additions = [...blocks].map(([, file = "", before = "", code = ""]) => ({ file, before, code }));
  const listed = [...section.matchAll(/^- `([^`]+)`:/gm)].map(([, file = ""]) => file);
  return { title, costs: Number(costs), additions, listed };
}

/** Puts what a recipe prints where it says, once. */
async function follow({ additions }: Recipe, folder: string): Promise<void> {
  for (const { file, before, code } of additions) {
    const place = path.join(folder, file);
    const text = await readFile(place, "utf8");
    expect(text.split(before), `${file} has the line "${before}" once`).toHaveLength(2);
    await writeFile(
      place,
      text.replace(before, () => code + before),
    );
  }
}

/**
 * Asks the changed product, as it is built, for what the recipes have added: imports a title with the new fields, finds
 * and filters it, and says what search counts.
 */
const TRIAL = `
import { importTitles } from "./dist/importer/import-titles.js";
import { linesOf } from "./dist/importer/ndjson.js";
import { readConfig } from "./dist/src/config.js";
import { startGateway } from "./dist/src/server.js";
const gateway = await startGateway(readConfig());
const { stores } = gateway;
const slug = "recipe-" + process.pid;
const tenant = await stores.tenants.create({ slug, name: "Recipe", tier: "SHARED", defaultCountry: "US" });
const film = (id, more) => ({ id, kind: "MOVIE", name: "Lamp " + id, maturityRating: "G", ...more });
const episodes = [{ number: 1, name: "Dark", teaser: "Who put it out?" }, { number: 2, name: "Light" }];
const series = { ...film("s", { kind: "SERIES", name: "Street" }), seasons: [{ number: 1, episodes }] };
const lines = [series, film("a", { tagline: "Nobody lights it twice.", originalLanguage: "fr" }), film("b", {})];
const imported = [];
for (let time = 0; time < 2; time += 1) {
  const report = await importTitles(stores, tenant, linesOf(lines, lines.length));
  imported.push([report.imported, report.badLines]);
}
const query = \`{
  title(id: "Title:a") { tagline originalLanguage }
  without: title(id: "Title:b") { tagline originalLanguage }
  series: title(id: "Title:s") { ... on Series { seasons { episodes { teaser } } } }
  titles(filter: { originalLanguages: ["fr"] }) { totalCount edges { node { name } } }
  search(query: "lamp", filter: { originalLanguages: ["fr"] }) { edges { node { name } } }
  words: search(query: "fr") { edges { node { name } } }
  counted: search(query: "lamp") { facets { field buckets { value count } } }
}\`;
const answer = await fetch(gateway.url + "/graphql", {
  method: "POST",
  headers: { "content-type": "application/json", "x-marquee-tenant": slug },
  body: JSON.stringify({ query }),
});
console.log(JSON.stringify({ imported, ...(await answer.json()) }));
await gateway.close();
process.exit(0);
`;

describe("what CONTRIBUTING.md says", () => {
  it.each(recipes)("counts the files of $title", ({ costs, additions, listed }) => {
    const files = new Set([...additions.map(({ file }) => file), ...listed]);
    expect(files.size).toBe(costs);
    for (const file of files) expect(existsSync(path.join(root, file)), file).toBe(true);
  });

  describe("made in a copy of the repository", () => {
    // Of its own: a projector of the unchanged product would leave out the new fields.
    const database = useDatabase();
    let folder: string;
    let printed: string;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "marquee-recipes-"));
      const parts = [...SOURCES, ...CONFIGS, "dist"].filter((part) => existsSync(path.join(root, part)));
      for (const part of parts) await cp(path.join(root, part), path.join(folder, part), { recursive: true });
      await cp(path.join(root, "docs"), path.join(folder, "docs"), { recursive: true });
      await symlink(path.join(root, "node_modules"), path.join(folder, "node_modules"));
      for (const recipe of recipes) await follow(recipe, folder);
      const node = (...args: string[]) => run(process.execPath, args, { cwd: folder });
      await node("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json");
      await node("dist/src/print-schema.js");
      printed = await readFile(path.join(folder, "schema/schema.graphql"), "utf8");
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it("answers and takes the new fields, filters by one, and has the mutation", () => {
      for (const type of ["interface Title ", "type Movie ", "type Series ", "input PutTitleInput "]) {
        const [, fields = ""] = new RegExp(`^${type}[^{]*\\{(.*?)^\\}`, "ms").exec(printed) ?? [];
        expect(fields, type).toMatch(/^ {2}tagline: String$/m);
        expect(fields, type).toMatch(/^ {2}originalLanguage: String$/m);
      }
      expect(printed).toMatch(/^type Episode [^{]*\{[^}]*^ {2}teaser: String$/ms);
      expect(printed).toMatch(/^input EpisodeInput [^{]*\{[^}]*^ {2}teaser: String$/ms);
      expect(printed).toMatch(/^input TitleFilter [^{]*\{.*?^ {2}originalLanguages: \[String!\]$/ms);
      expect(printed).toMatch(/^type Mutation [^{]*\{.*?^ {2}unrateTitle\(/ms);
    });

    it("imports, shows, finds, filters and counts them, and an import once more adds nothing", async () => {
      await writeFile(path.join(folder, "trial.mjs"), TRIAL);
      const { stdout } = await run(process.execPath, ["trial.mjs"], {
        cwd: folder,
        env: {
          ...process.env,
          PORT: "0",
          POSTGRES_URL: database.url,
          MARQUEE_DEFAULT_TENANT: "none",
          MARQUEE_DATA: path.join(folder, "data"),
          MARQUEE_ACCOUNT_KEY: TEST_ACCOUNT_KEY,
          MARQUEE_SIGNING_KEY: "a signing key that only the tests use, 32+ chars",
          LOG_LEVEL: "silent",
        },
      });
      const found = [{ node: { name: "Lamp a" } }];
      expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual({
        imported: [
          [3, 0],
          [0, 0],
        ],
        data: {
          title: { tagline: "Nobody lights it twice.", originalLanguage: "fr" },
          without: { tagline: null, originalLanguage: null },
          series: { seasons: [{ episodes: [{ teaser: "Who put it out?" }, { teaser: null }] }] },
          titles: { totalCount: 1, edges: found },
          search: { edges: found },
          words: { edges: found },
          counted: {
            facets: expect.arrayContaining([
              { field: "ORIGINAL_LANGUAGE", buckets: [{ value: "fr", count: 1 }] },
            ]) as unknown,
          },
        },
      });
    });
  });
});
