/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import ts from "typescript";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { adultProfile } from "../support/catalogue.js";
import { blocks, page } from "../support/documentation.js";
import { enginesUnderTest } from "../support/engines.js";
import { useGateway } from "../support/fixtures.js";
import { killRunning, startMarquee } from "../support/process.js";

const gateway = useGateway(() => ({ MARQUEE_CONSISTENCY_WAIT_MS: "30000" }));
const CLIENTS = page("docs/clients.md");
/** The key of the tests' gateways, so that the command line can issue tokens for them. */
const SIGNING_KEY = "a signing key that only the tests use, 32+ chars";

/** What the pages' commands work on, instead of the demo that they are written for. */
let tenant: Tenant;
let dataFolder: string;
beforeAll(async () => {
  dataFolder = await mkdtemp(path.join(tmpdir(), "marquee-docs-"));
  tenant = await gateway.createTenant();
  const profiles = ["meridian-viewer", "meridian-editor"].map((id) => adultProfile(id));
  await gateway.stores.accounts.putProfiles(tenant, profiles);
});
afterAll(async () => {
  killRunning();
  await rm(dataFolder, { recursive: true, force: true });
});

describe.each([page("README.md"), CLIENTS])("the queries of $file", (each) => {
  it.each(blocks(each, "graphql").map((query) => [query.trim().split("\n").slice(0, 2).join(" "), query]))(
    "%s",
    async (_, query) => {
      const token = await gateway.tokenFor({
        tenant: "meridian",
        account: "viewer",
        profile: "meridian-viewer",
      });
      const { errors, data } = await gateway.ask(query, { token });
      expect(errors).toBeUndefined();
      for (const value of Object.values(data)) expect(value).not.toBeNull();
    },
  );
});

describe("docs/clients.md", () => {
  it("has commands that do what it says, one after the other", async () => {
    const script = blocks(CLIENTS, "sh")
      .join("")
      .replaceAll("http://127.0.0.1:4000", gateway.url)
      .replaceAll("--tenant meridian", `--tenant ${tenant.slug}`)
      .concat('printf \'{"written":"%s"}\\n\' "$WRITTEN"\n');
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], {
      cwd: packageRoot(),
      env: {
        ...process.env,
        ...enginesUnderTest(),
        POSTGRES_URL: inject("postgresUrl"),
        MARQUEE_SIGNING_KEY: SIGNING_KEY,
        MARQUEE_DATA: dataFolder,
      },
    });
    const answers = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers[0]).toMatchObject({ data: { home: expect.any(Array) }, extensions: { explain: {} } });
    const [, charts, put, published, found, { written }] = answers;
    expect(charts).toEqual({ data: { top10: [] } });
    expect(put.data).toEqual({ putTitle: { version: 1, errors: [] } });
    expect(published.data.publishTitle).toMatchObject({ version: 2, errors: [] });
    // A write that is refused has no token, and the search after it nothing to wait for: told apart from one that waited in vain.
    expect(written).toMatch(/^\S+$/);
    expect(found).toEqual({ data: { search: { edges: [{ node: { name: "The Lantern Street" } }] } } });
    expect(answers).toHaveLength(6);
  });

  it("has a link that carries tokens from any answer to the next request", async () => {
    const [source = ""] = blocks(CLIENTS, "ts");
    const { outputText } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2022 },
    });
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- the page's own text is what is tested
    const send = new Function(`${outputText}; return send;`)() as typeof fetch;
    const token = await gateway.tokenFor({
      tenant: tenant.slug,
      account: null,
      profile: "meridian-editor",
      roles: ["VIEWER", "EDITOR"],
    });
    const ask = async (query: string) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const body = JSON.stringify({ query });
      return (await send(`${gateway.url}/graphql`, { method: "POST", headers, body })).json();
    };
    const put = `putTitle(input: { externalId: "carried", kind: MOVIE, name: "Carried along", maturityRating: "PG", licences: [{ from: "2020-01-01T00:00:00Z" }] }) { errors { message } }`;
    await ask(`mutation { ${put} publishTitle(input: { title: "Title:carried" }) { errors { message } } }`);
    const { data } = (await ask('{ search(query: "carried along") { edges { node { name } } } }')) as {
      data: { search: { edges: { node: { name: string } }[] } };
    };
    expect(data.search.edges.map(({ node }) => node.name)).toContain("Carried along");
  });
});

it("docs/operating.md names commands and options that there are", async () => {
  const rows = page("docs/operating.md")
    .text.split("\n")
    .filter((line) => /^\| `[a-z]/.test(line));
  expect(rows.length).toBeGreaterThan(5);
  for (const [, usage = ""] of rows.map((row) => row.split("`"))) {
    const words = usage.replaceAll(/[[\]]/g, "").split(" ");
    const options = words.filter((word) => word.startsWith("--"));
    const command = words.slice(0, /^(projections|tenant|api-key) /.test(usage) ? 2 : 1);
    const help = startMarquee([...command, "--help"]);
    expect(await help.ended(), usage).toMatchObject({ code: 0 });
    for (const option of options) expect(help.output(), usage).toContain(option);
  }
}, 300_000);
