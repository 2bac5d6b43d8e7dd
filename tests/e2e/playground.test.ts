import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useGateway } from "../support/fixtures.js";

const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const hasChromium = existsSync(chromiumPath);
const howToGetIt =
  `No browser at ${chromiumPath}: the playground is tested in Chromium. ` +
  "Install it (Debian, Ubuntu: apt-get install -y chromium) or set CHROMIUM_PATH to a Chromium or Chrome.";

// Nothing the browser does of its own accord may look like a request of the page.
const quietFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

interface HomeAnswer {
  data: { home: { titles: { edges: { node: { name: string; releaseYear: number } }[] } }[] };
}

/** A page that is watched for what it must not do. */
interface WatchedPage {
  page: Page;
  outside: string[];
  complaints: string[];
}

const gateway = useGateway();

describe("the playground in a browser", () => {
  if (!hasChromium) {
    console.warn(`SKIPPED: ${howToGetIt}`);
    // On a build server a missing browser must not pass for a tested page.
    test.runIf(process.env.CI)("a browser is installed", () => expect.fail(howToGetIt));
  }

  let browser: Browser;

  beforeAll(async () => {
    if (hasChromium) browser = await chromium.launch({ executablePath: chromiumPath, args: quietFlags });
  });

  afterAll(async () => {
    await browser?.close();
  });

  test.skipIf(!hasChromium)("signs in, runs the first example and shows films", async () => {
    const { page, outside, complaints } = await openPlayground(browser);

    await page.getByLabel("Demo account").selectOption("viewer");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("region", { name: "Account" }).getByText("viewer@meridian.example").waitFor();

    const answer = await runFirstExample(page);
    const films = answer.data.home.flatMap((row) => row.titles.edges.map((edge) => edge.node));
    expect(films.length).toBeGreaterThan(10);
    expect(films.every((film) => film.name.length > 0)).toBe(true);
    await expect.poll(() => responsePane(page)).toContain(unspaced(JSON.stringify(films[0]?.name)));

    expect(outside, "requests that left the gateway").toEqual([]);
    expect(complaints, "errors in the console").toEqual([]);
    await page.context().close();
  });

  test.skipIf(!hasChromium)("answers the first example without signing in", async () => {
    const { page, complaints } = await openPlayground(browser);

    const answer = await runFirstExample(page);
    expect(answer.data.home.length).toBeGreaterThan(0);

    expect(complaints, "errors in the console").toEqual([]);
    await page.context().close();
  });

  test.skipIf(!hasChromium)("says in plain words that a password is wrong, and signs out again", async () => {
    const { page } = await openPlayground(browser);

    await page.getByLabel("Password").fill("not-the-password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect.poll(() => page.getByRole("banner").getByRole("alert").innerText()).toMatch(/password/i);
    expect(await page.getByRole("region", { name: "Account" }).count()).toBe(0);

    await page.getByLabel("Demo account").selectOption("editor");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("form", { name: "Sign in" }).waitFor();
    await page.context().close();
  });

  test.skipIf(!hasChromium)("switches profiles and sends the explain header", async () => {
    const { page } = await openPlayground(browser);
    await page.getByLabel("Demo account").selectOption("family");
    await page.getByRole("button", { name: "Sign in" }).click();
    const profile = page.getByLabel("Profile");
    await profile.waitFor();

    const another = await profile.locator("option:not(:checked)").first().getAttribute("value");
    expect(another, "a second profile of the family account").toBeTruthy();
    await profile.selectOption(another ?? "");
    await expect.poll(() => profile.isEnabled(), { timeout: 20_000 }).toBe(true);
    expect(await profile.inputValue()).toBe(another);

    await page.getByText("Explain", { exact: true }).first().click();
    expect(await page.getByRole("switch", { name: "Explain" }).isChecked()).toBe(true);
    const answer = await runFirstExample(page);
    expect(answer).toHaveProperty("extensions.explain.calls");
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

async function openPlayground(browser: Browser): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const outside: string[] = [];
  const complaints: string[] = [];
  context.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    const inline = protocol === "data:" || protocol === "blob:";
    if (!inline && origin !== new URL(gateway.url).origin) outside.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(gateway.url);
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  return { page, outside, complaints };
}

async function runFirstExample(page: Page): Promise<HomeAnswer> {
  await page.getByRole("tab").first().click();
  const answered = page.waitForResponse((response) => isHomePage(response.request().postData()));
  await page.getByRole("button", { name: /^Execute query/ }).click();
  return (await (await answered).json()) as HomeAnswer;
}

function isHomePage(body: string | null): boolean {
  return body !== null && (JSON.parse(body) as { operationName?: string }).operationName === "HomePage";
}

/** The visible part of the answer, without white space: the editor wraps lines and draws its own blanks. */
async function responsePane(page: Page): Promise<string> {
  return unspaced(await page.locator(".graphiql-response").innerText());
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
