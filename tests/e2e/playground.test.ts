import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

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
} from "../support/playground.js";

interface HomeAnswer {
  data: { home: { titles: { edges: { node: { name: string; releaseYear: number } }[] } }[] };
}

const gateway = useGateway();

describe("the playground in a browser", () => {
  const browser = useBrowser();

  test.skipIf(!hasChromium)("signs in, runs the first example and shows films", async () => {
    const { page, outside, complaints } = await browser.open(gateway.url);

    await signInAs(page, "viewer");
    await page.getByRole("region", { name: "Account" }).getByText("viewer@meridian.example").waitFor();

    const answer = await runFirstExample<HomeAnswer>(page);
    const films = answer.data.home.flatMap((row) => row.titles.edges.map((edge) => edge.node));
    expect(films.length).toBeGreaterThan(10);
    expect(films.every((film) => film.name.length > 0)).toBe(true);
    await expect.poll(() => responsePane(page)).toContain(unspaced(JSON.stringify(films[0]?.name)));

    expect(outside, "requests that left the gateway").toEqual([]);
    expect(complaints, "errors in the console").toEqual([]);
    await page.context().close();
  });

  test.skipIf(!hasChromium)("answers the first example without signing in", async () => {
    const { page, complaints } = await browser.open(gateway.url);

    const answer = await runFirstExample<HomeAnswer>(page);
    expect(answer.data.home.length).toBeGreaterThan(0);

    expect(complaints, "errors in the console").toEqual([]);
    await page.context().close();
  });

  test.skipIf(!hasChromium)("says how an answer came: its status, time and size", async () => {
    const { page } = await browser.open(gateway.url);
    const figures = page.getByRole("status", { name: "Answer" });
    expect(await figures.innerText()).toBe("Not asked yet");

    const answered = answerTo(page, "HomePage");
    await runFirstExample(page);
    const size = ((await (await answered).body()).length / 1_000).toFixed(1);
    await expect.poll(() => figures.innerText()).toMatch(/^HTTP 200\s+[\d.,]+ ms\s+[\d.]+ kB$/);
    expect(await figures.innerText()).toContain(`${size} kB`);

    // Another tab has not been asked; going back shows the answer's figures again.
    await tabs(page).nth(1).click();
    await expect.poll(() => figures.innerText()).toBe("Not asked yet");
    await tabs(page).nth(0).click();
    await expect.poll(() => figures.innerText()).toMatch(/^HTTP 200/);

    await page.route("**/graphql", (route) => route.abort());
    await page.getByRole("button", { name: /^Execute query/ }).click();
    await expect.poll(() => figures.innerText()).toBe("No answer");
    await page.context().close();
  });

  test.skipIf(!hasChromium)(
    "explains as its switch says, also after a reload, and draws each round trip",
    async () => {
      const { page } = await browser.open(gateway.url);
      await turnExplain(page);
      const explain = page.getByRole("switch", { name: "Explain" });
      expect(await explain.isChecked()).toBe(true);
      await page.reload();
      await page.locator(".graphiql-query-editor .view-line").first().waitFor();
      expect(await explain.isChecked()).toBe(true);

      // Operators are told most.
      await signInAs(page, "operator");
      const { extensions } = await runFirstExample<Explained>(page);
      const drawn = page.getByRole("region", { name: "Explain" });
      await drawn.waitFor();
      const { calls } = extensions!.explain!;
      expect(calls.length).toBeGreaterThan(1);
      expect(await drawn.locator(".call").count()).toBe(calls.length);
      for (const { operation } of calls)
        for (const each of operation.split(" + ")) expect(await drawn.innerText()).toContain(each);
      expect(await drawn.innerText()).toMatch(/\d+ keys?\s+\d+ rows?\s+[\d.]+ ms/);
      // Calls of one store wait for each other; those of several may be one level.
      const levels = await drawn.getByRole("heading").count();
      expect(levels).toBeGreaterThan(1);
      expect(levels).toBeLessThanOrEqual(calls.length);

      await turnExplain(page);
      expect((await runFirstExample<Explained>(page)).extensions).toBeUndefined();
      expect(await drawn.count()).toBe(0);
      await page.context().close();
    },
  );

  test.skipIf(!hasChromium)("opens an example beside the visitor's own tabs", async () => {
    const { page } = await browser.open(gateway.url);
    const before = await tabs(page).allInnerTexts();
    await tabs(page).nth(1).click();
    await replaceQuery(page, "query MyOwn { genres { name } }");
    await tabs(page).getByText("MyOwn").waitFor();

    await openExample(page, "Search");
    await expect
      .poll(() => tabs(page).allInnerTexts())
      .toEqual([before[0], "MyOwn", ...before.slice(2), "Search"]);
    // What is open already comes to the front.
    await openExample(page, "Browse");
    expect(await tabs(page).count()).toBe(before.length + 1);
    expect(await page.locator(".graphiql-tab-active").innerText()).toBe("Browse");
    await page.context().close();
  });
});

test("every example runs without errors as whom it asks for, else as the demo viewer", async () => {
  const folder = new URL("../../playground/src/examples/", import.meta.url);
  const files = (await readdir(folder)).filter((file) => file.endsWith(".graphql")).sort();
  expect(files.length).toBeGreaterThanOrEqual(10);

  for (const file of files) {
    const query = await readFile(new URL(file, folder), "utf8");
    const variablesFile = new URL(file.replace(".graphql", ".variables.json"), folder);
    const variables: unknown = existsSync(variablesFile)
      ? JSON.parse(await readFile(variablesFile, "utf8"))
      : undefined;
    const token = await signIn(/\w+@meridian\.example/.exec(query)?.[0]);
    for (const operationName of operationsOf(query)) {
      const answer = await post({ query, variables, operationName }, { authorization: `Bearer ${token}` });
      const where = `${file} ${operationName}: ${JSON.stringify(answer)}`;
      expect(answer.errors, where).toBeUndefined();
      expect(Object.values(answer.data ?? {}), where).not.toContain(null);
      for (const field of Object.values(answer.data ?? {})) {
        expect((field as { errors?: unknown }).errors ?? [], where).toEqual([]);
      }
    }
  }
});

/** The names of a document's operations. */
function operationsOf(query: string): string[] {
  return [...query.matchAll(/^(?:query|mutation) (\w+)/gm)].map(([, name = ""]) => name);
}

/** The visible part of the answer, without white space: the editor wraps lines and draws its own blanks. */
async function responsePane(page: Page): Promise<string> {
  return unspaced(await page.locator(".graphiql-response").innerText());
}

interface Explained {
  extensions?: { explain?: { calls: { operation: string }[] } };
}

/** The buttons that show a tab each. */
function tabs(page: Page) {
  return page.getByRole("list", { name: "Select active operation" }).locator(".graphiql-tab-button");
}

/** Puts another document into the tab in front. */
async function replaceQuery(page: Page, query: string): Promise<void> {
  await page.locator(".graphiql-query-editor .view-lines").click();
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.press("Delete");
  await page.keyboard.insertText(query);
}

async function openExample(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "Examples" }).click();
  await page.getByRole("menuitem", { name: new RegExp(`^${name} `) }).click();
}

function unspaced(text: string): string {
  return text.replace(/\s/g, "");
}

async function signIn(email = "viewer@meridian.example"): Promise<string> {
  const answer = await post({
    query: "mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }",
    variables: { input: { email, password: "marquee" } },
  });
  const { accessToken } = answer.data?.signIn as { accessToken: string };
  return accessToken;
}

async function post(
  body: { query: string; variables?: unknown; operationName?: string },
  headers: Record<string, string> = {},
): Promise<{ data?: Record<string, unknown>; errors?: unknown }> {
  const response = await fetch(new URL("/graphql", gateway.url), {
    method: "POST",
    headers: { "content-type": "application/json", "x-marquee-tenant": "meridian", ...headers },
    body: JSON.stringify(body),
  });
  return (await response.json()) as { data?: Record<string, unknown>; errors?: unknown };
}
