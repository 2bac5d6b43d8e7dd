import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import http, { type Server } from "node:http";
import { createRequire } from "node:module";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { buildSchema } from "graphql";
import { type Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { useGateway } from "../support/fixtures.js";
import {
  answerTo,
  hasChromium,
  runFirstExample,
  signInAs,
  turnExplain,
  useBrowser,
  type Look,
} from "../support/playground.js";

interface TitlesAnswer {
  data: { titles: { totalCount: number; edges?: unknown[] } };
}

const run = promisify(execFile);
const gateway = useGateway();

const looks: [string, Look][] = [
  ["a desk, light", { colorScheme: "light" }],
  ["a desk, dark", { colorScheme: "dark" }],
  ["a phone, light", { width: 390, height: 844, colorScheme: "light" }],
  ["a phone, dark", { width: 390, height: 844, colorScheme: "dark" }],
];

describe.skipIf(!hasChromium)("the playground's page", () => {
  const browser = useBrowser();

  test.each(looks)("has no serious fault that axe finds, on %s", async (_, look) => {
    const { page } = await browser.open(gateway.url, look);
    const narrow = look.width !== undefined;
    const openBar = async () => narrow && page.getByRole("banner").getByRole("button").first().click();
    const faults: Record<string, unknown> = {};
    const check = async (where: string) => Object.assign(faults, await faultsIn(page, where));

    await check("start");
    await turnExplain(page);
    await runFirstExample(page);
    await page.getByRole("region", { name: "Explain" }).waitFor();
    await check("answer");
    await openBar();
    await check("sign-in");
    await page.getByLabel("Demo account").selectOption("family");
    await page.getByRole("form", { name: "Sign in" }).getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Profile").waitFor({ state: "attached" });
    for (const pane of ["Query builder", "Code", "Documentation Explorer", "History"]) {
      await page.getByRole("button", { name: `Show ${pane}` }).click();
      await page
        .locator(".graphiql-plugin")
        .getByRole("heading")
        .or(page.locator(".graphiql-plugin section"))
        .first()
        .waitFor();
      await check(pane);
      await page.getByRole("button", { name: `Hide ${pane}` }).click();
    }
    await page.getByRole("button", { name: "Examples" }).click();
    await page.getByRole("menuitem").first().waitFor();
    await check("examples");
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Open settings dialog" }).click();
    await page.getByRole("dialog").waitFor();
    await check("settings");

    expect(faults).toEqual({});
    await page.context().close();
  });

  test("gives query and answer the whole width of a phone, one at a time", async () => {
    const { page } = await browser.open(gateway.url, { width: 390, height: 844 });
    const query = page.locator(".graphiql-query-editor");
    const answer = page.locator(".graphiql-response .result-window");
    expect((await query.boundingBox())!.width).toBeGreaterThan(360);
    expect(await answer.isVisible()).toBe(false);

    await runFirstExample(page);
    await answer.waitFor();
    expect((await answer.boundingBox())!.width).toBeGreaterThan(360);
    expect((await answer.boundingBox())!.height).toBeGreaterThan(300);
    expect(await query.isVisible()).toBe(false);

    await page.getByRole("group", { name: "Shown" }).getByRole("button", { name: "Query" }).click();
    await query.waitFor();
    await page.getByRole("button", { name: "Show Query builder" }).click();
    expect((await page.locator(".graphiql-plugin").boundingBox())!.width).toBeGreaterThan(360);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390);
    await page.context().close();
  });

  test("opens what its address asks for beside the examples, and once", async () => {
    const asked = new URLSearchParams({
      query:
        "query First { genres { name } }\nquery Second($first: Int) { titles(first: $first) { totalCount } }",
      variables: '{"first":3}',
      operationName: "Second",
    });
    const { page } = await browser.open(`${gateway.url}/?${asked.toString()}`);
    const tabs = page.locator(".graphiql-tab-button");
    const count = await tabs.count();
    expect(count).toBeGreaterThan(10);
    expect(await page.locator(".graphiql-tab-active").innerText()).toBe("Second");
    expect(new URL(page.url()).search).toBe("");

    const answered = answerTo(page, "Second");
    await page.keyboard.press("ControlOrMeta+Enter");
    const response = await answered;
    expect(JSON.parse(response.request().postData()!)).toMatchObject({
      operationName: "Second",
      variables: { first: 3 },
    });
    const { data } = (await response.json()) as TitlesAnswer;
    expect(data.titles.totalCount).toBeGreaterThan(0);

    await page.goto(`${gateway.url}/?${asked.toString()}`);
    await page.locator(".graphiql-query-editor .view-line").first().waitFor();
    expect(await tabs.count()).toBe(count);
    await page.context().close();
  });

  test("saves the schema as SDL", async () => {
    const { page } = await browser.open(gateway.url);
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: /^SDL/ }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe("marquee.graphql");
    const schema = buildSchema(await readFile(await download.path(), "utf8"));
    expect(Object.keys(schema.getQueryType()!.getFields())).toContain("home");
    await page.context().close();
  });

  test("builds a query by ticking fields and arguments, and leaves comments alone", async () => {
    const { page } = await browser.open(
      `${gateway.url}/?query=${encodeURIComponent("# mine\nquery Mine {\n  genres {\n    name # kept\n  }\n}")}`,
    );
    await page.getByRole("button", { name: "Show Query builder" }).click();
    const builder = page.getByRole("region", { name: "Query builder" });
    await builder.getByLabel("Find a field").fill("titles");
    await builder.getByRole("checkbox", { name: /^titles / }).check();
    await builder
      .getByRole("checkbox", { name: /^first / })
      .first()
      .check();
    await builder.getByLabel("Value of first").fill("2");
    await builder.getByLabel("Value of first").press("Enter");
    await builder.getByRole("checkbox", { name: /^totalCount / }).check();

    const answered = answerTo(page, "Mine");
    await page.getByRole("button", { name: /^Execute query/ }).click();
    const response = await answered;
    const { query } = JSON.parse(response.request().postData()!) as { query: string };
    expect(query).toMatch(
      /^# mine\nquery Mine \{\n {2}genres \{\n {4}name # kept\n {2}\}\n {2}titles\(first: 2\) \{/,
    );
    const { data } = (await response.json()) as TitlesAnswer;
    expect(data.titles.edges).toHaveLength(2);
    expect(data.titles.totalCount).toBeGreaterThan(2);
    await page.context().close();
  });

  test("writes the operation down as code that runs", async () => {
    const { page } = await browser.open(gateway.url);
    await signInAs(page, "viewer");
    await page.getByRole("button", { name: "Show Code" }).click();
    const pane = page.getByRole("region", { name: "Code" });
    const code = async (form: string) => {
      await pane.getByRole("button", { name: form, exact: true }).click();
      await pane.getByRole("button", { name: "Copy code" }).click();
      await pane.getByRole("button", { name: "Copied" }).waitFor();
      return page.evaluate<string>("navigator.clipboard.readText()");
    };
    expect(await code("Apollo")).toContain("Bearer <access token of signIn>");
    await pane.getByLabel("With my access token").check();
    const folder = await mkdtemp(path.join(tmpdir(), "marquee-code-"));
    try {
      const file = path.join(folder, "request.mjs");
      await writeFile(file, await code("fetch"));
      const { stdout } = await run(process.execPath, [file]);
      const { data, errors } = JSON.parse(stdout) as { data: { home: { kind: string }[] }; errors?: unknown };
      expect(errors).toBeUndefined();
      // As the viewer that is signed in: a visitor has nothing to continue.
      expect(data.home.map(({ kind }) => kind)).toContain("CONTINUE_WATCHING");
    } finally {
      await rm(folder, { recursive: true });
    }
    await page.context().close();
  });

  test("works below a path of a proxy", async () => {
    const proxy = await startProxy(new URL(gateway.url), "/media/marquee");
    const { port } = proxy.address() as AddressInfo;
    try {
      const { page, outside, complaints } = await browser.open(`http://127.0.0.1:${port}/media/marquee/`);
      await signInAs(page, "viewer");
      const answer = await runFirstExample<{ data: { home: unknown[] } }>(page);
      expect(answer.data.home.length).toBeGreaterThan(0);
      const icon = await page.evaluate<number>(
        'fetch(document.querySelector("link[rel=icon]").href).then(({ status }) => status)',
      );
      expect(icon).toBe(200);
      expect(outside, "requests that left the path").toEqual([]);
      expect(complaints, "errors in the console").toEqual([]);
      await page.context().close();
    } finally {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});

const axe = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe calls serious or critical, by place and rule; empty where there is none. */
async function faultsIn(page: Page, where: string): Promise<Record<string, string[]>> {
  // By the debugger: the page's own policy lets no script in.
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: await axe });
  const found = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  );
  const grave = found.filter(({ impact }) => impact === "serious" || impact === "critical");
  return Object.fromEntries(grave.map(({ id, nodes }) => [`${where}: ${id}`, nodes.map(({ html }) => html)]));
}

/** A proxy that serves everything of `target` below a path, and nothing elsewhere. */
async function startProxy(target: URL, below: string): Promise<Server> {
  const server = http.createServer((request, response) => {
    if (!request.url!.startsWith(`${below}/`)) return response.writeHead(404).end();
    const { method, headers } = request;
    const at = { host: target.hostname, port: target.port, method, headers };
    const passed = http.request({ ...at, path: request.url!.slice(below.length) }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    passed.on("error", () => response.destroy());
    return request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
