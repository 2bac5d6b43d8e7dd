import { existsSync } from "node:fs";

import { type Browser, chromium, type Page, type Response } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const howToGetIt =
  `No browser at ${chromiumPath}: the playground is tested in Chromium. ` +
  "Install it (Debian, Ubuntu: apt-get install -y chromium) or set CHROMIUM_PATH to a Chromium or Chrome.";

/** Whether there is a browser to test in. */
export const hasChromium = existsSync(chromiumPath);

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

/** A browser for the tests of a `describe`; without one they are skipped, and fail on a build server. */
export function useBrowser(): { open: (url: string, options?: Look) => Promise<WatchedPage> } {
  if (!hasChromium) {
    console.warn(`SKIPPED: ${howToGetIt}`);
    // On a build server a missing browser must not pass for a tested page.
    test.runIf(process.env.CI)("a browser is installed", () => expect.fail(howToGetIt));
  }
  let browser: Browser;
  beforeAll(async () => {
    if (hasChromium) browser = await chromium.launch({ executablePath: chromiumPath, args: quietFlags });
  });
  afterAll(() => browser?.close());
  return { open: (url, options) => openPlayground(browser, url, options) };
}

/** How a page is looked at; a desk and the light theme where nothing is said. */
export interface Look {
  width?: number;
  height?: number;
  colorScheme?: "light" | "dark";
}

/** A page that is watched for what it must not do. */
export interface WatchedPage {
  page: Page;
  /** Requests that went anywhere but below the page's own address. */
  outside: string[];
  /** Errors in the console. */
  complaints: string[];
}

async function openPlayground(
  browser: Browser,
  url: string,
  { width = 1280, height = 800, colorScheme = "light" }: Look = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  const page = await context.newPage();
  const outside: string[] = [];
  const complaints: string[] = [];
  const home = new URL(".", url).href;
  context.on("request", (request) => {
    const inline = /^(data|blob):/.test(request.url());
    if (!inline && !request.url().startsWith(home)) outside.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(url);
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  return { page, outside, complaints };
}

/** Signs in as a demo account of the tenant in view. */
export async function signInAs(page: Page, account: string): Promise<void> {
  await page.getByLabel("Demo account").selectOption(account);
  await page.getByRole("form", { name: "Sign in" }).getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("region", { name: "Account" }).waitFor();
}

/** Turns the explain switch of the bar. */
export async function turnExplain(page: Page): Promise<void> {
  await page.getByRole("banner").getByText("Explain").click();
}

/** Runs the first example; answers what the gateway answered. */
export async function runFirstExample<T>(page: Page): Promise<T> {
  const answered = answerTo(page, "HomePage");
  await page.getByRole("button", { name: /^Execute query/ }).click();
  return (await (await answered).json()) as T;
}

/** The answer to the next operation of this name: that it is asked is waited for as long as the page waits for anything. */
export async function answerTo(page: Page, operationName: string): Promise<Response> {
  const asked = await page.waitForRequest((request) => operationOf(request.postData()) === operationName);
  const answer = await asked.response();
  if (!answer) throw new Error(`${operationName} was asked and not answered`);
  return answer;
}

/** The name of a request's operation: said beside the document, or the first in it. */
export function operationOf(body: string | null): string | undefined {
  if (body === null) return undefined;
  const { operationName, query } = JSON.parse(body) as { operationName?: string; query: string };
  return operationName ?? /(?:query|mutation) (\w+)/.exec(query)?.[1];
}
