import { type Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { useGateway } from "../support/fixtures.js";
import {
  answerTo,
  hasChromium,
  operationOf,
  runFirstExample,
  signInAs,
  useBrowser,
} from "../support/playground.js";

/** What the page keeps of a sign-in. */
interface Kept {
  accessToken: string;
  refreshToken: string;
  expiresAt: string;
}

/** What the gateway tells of a session. */
interface Told {
  data?: { viewer?: { roles: string[] } | null; refreshSession?: object };
}

const gateway = useGateway();

describe.skipIf(!hasChromium)("a sign-in of the playground", () => {
  const browser = useBrowser();

  test("says in plain words that a password is wrong", async () => {
    const { page } = await browser.open(gateway.url);
    await page.getByLabel("Password").fill("not-the-password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect.poll(() => alert(page)).toMatch(/password/i);
    expect(await page.getByRole("region", { name: "Account" }).count()).toBe(0);
    await page.context().close();
  });

  test("is prolonged before it runs out, once for all who ask meanwhile", async () => {
    const { page } = await browser.open(gateway.url);
    await signInAs(page, "viewer");
    const before = (await kept(page))!;
    const refreshes = await heldBack(page, "PlaygroundRefresh");
    await change(page, { expiresAt: new Date(Date.now() + 5_000).toISOString() });

    // The reload asks whether the session is good, and the visitor asks for the home page meanwhile.
    await refreshes.first;
    const answered = runFirstExample<{ data: { home: unknown[] } }>(page);
    await page.getByText("Asking…").waitFor();
    refreshes.release();
    expect((await answered).data.home.length).toBeGreaterThan(0);

    const after = (await kept(page))!;
    expect(after.accessToken).not.toBe(before.accessToken);
    expect(after.refreshToken).not.toBe(before.refreshToken);
    expect(Date.parse(after.expiresAt)).toBeGreaterThan(Date.now() + 60_000);
    expect(refreshes.count()).toBe(1);
    expect(await page.getByRole("region", { name: "Account" }).innerText()).toContain("viewer@");
    await page.context().close();
  });

  test("is prolonged when the gateway turns its token away", async () => {
    const { page } = await browser.open(gateway.url);
    await signInAs(page, "viewer");
    const refreshed = answerTo(page, "PlaygroundRefresh");
    await change(page, { accessToken: "not.a.token" });
    await refreshed;
    const answer = await runFirstExample<{ errors?: unknown }>(page);
    expect(answer.errors).toBeUndefined();
    expect(await page.getByRole("region", { name: "Account" }).innerText()).toContain("viewer@");
    await page.context().close();
  });

  test("that cannot be prolonged is over, and the page says so", async () => {
    const { page } = await browser.open(gateway.url);
    await signInAs(page, "viewer");
    await change(page, { expiresAt: new Date(0).toISOString(), refreshToken: "meridian.gone" });
    await expect.poll(() => alert(page)).toContain("Your sign-in has ended");
    await page.getByRole("form", { name: "Sign in" }).waitFor();
    expect(await kept(page)).toBeUndefined();
    await page.context().close();
  });

  test("stays when the gateway cannot be reached for a while", async () => {
    const { page } = await browser.open(gateway.url);
    await signInAs(page, "viewer");
    await page.route("**/graphql", (route) =>
      operationOf(route.request().postData()) === "PlaygroundRefresh" ? route.abort() : route.continue(),
    );
    await change(page, { expiresAt: new Date(0).toISOString() });
    await expect.poll(() => alert(page)).toContain("cannot be reached");
    expect(await kept(page)).toBeDefined();
    await page.context().close();
  });

  test("ends at the gateway when the visitor signs out", async () => {
    const { page } = await browser.open(gateway.url);
    await signInAs(page, "editor");
    const { accessToken, refreshToken } = (await kept(page))!;
    expect((await ask("{ viewer { roles } }", accessToken)).data?.viewer?.roles).toContain("EDITOR");
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("form", { name: "Sign in" }).waitFor();
    expect(await kept(page)).toBeUndefined();

    expect((await ask("{ viewer { roles } }", accessToken)).data?.viewer ?? null).toBeNull();
    const refresh = `mutation { refreshSession(input: { refreshToken: "${refreshToken}" }) { accessToken errors { code } } }`;
    expect((await ask(refresh)).data?.refreshSession).toEqual({
      accessToken: null,
      errors: [{ code: "SESSION_ENDED" }],
    });
    await page.context().close();
  });

  test("leaves a kids profile with the account's password", async () => {
    const { page } = await browser.open(gateway.url);
    await signInAs(page, "family");
    const profile = page.getByLabel("Profile");
    const [grown, kids] = await profile.locator("option").evaluateAll((options) => {
      const all = options as unknown as { value: string; selected: boolean }[];
      return [true, false].map((chosen) => all.find(({ selected }) => selected === chosen)!.value);
    });
    await profile.selectOption(kids!);
    await page.getByRole("region", { name: "Account" }).getByText("Kids", { exact: true }).waitFor();
    expect(await profile.inputValue()).toBe(kids);

    await profile.selectOption(grown!);
    const password = page.getByLabel("The account's password");
    await password.fill("guessed");
    await page.getByRole("button", { name: "Leave" }).click();
    await expect.poll(() => alert(page)).toContain("not the account's password");
    await password.fill("marquee");
    await page.getByRole("button", { name: "Leave" }).click();
    await page.getByRole("region", { name: "Account" }).getByText("family@meridian.example").waitFor();
    expect(await profile.inputValue()).toBe(grown);
    expect(await password.count()).toBe(0);
    await page.context().close();
  });

  test("runs the operator's example as an operator", async () => {
    const { page } = await browser.open(gateway.url);
    await signInAs(page, "operator");
    await page.getByRole("button", { name: "Examples" }).click();
    await page.getByRole("menuitem", { name: /^Operations / }).click();
    await page
      .locator(".graphiql-query-editor .view-line", { hasText: "query" })
      .getByText("Operations")
      .waitFor();
    const answered = answerTo(page, "Operations");
    await page.getByRole("button", { name: /^Execute query/ }).click();
    const { data } = (await (await answered).json()) as {
      data: { operations: { stores: { state: string }[] } };
    };
    expect(data.operations.stores.map(({ state }) => state)).toContain("UP");
    await page.context().close();
  });
});

const alert = (page: Page) => page.getByRole("banner").getByRole("alert").innerText();

/** What the page keeps of the sign-in of the first tenant. */
function kept(page: Page): Promise<Kept | undefined> {
  return page.evaluate('JSON.parse(sessionStorage.getItem("marquee.playground")).sessions.meridian');
}

/** Changes what the page keeps of its sign-in, and loads it anew. */
async function change(page: Page, by: Partial<Kept>): Promise<void> {
  await page.evaluate(`{
    const state = JSON.parse(sessionStorage.getItem("marquee.playground"));
    Object.assign(state.sessions.meridian, ${JSON.stringify(by)});
    sessionStorage.setItem("marquee.playground", JSON.stringify(state));
  }`);
  await page.reload();
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
}

/** Holds requests of an operation back until they are released, and counts them. */
async function heldBack(page: Page, operation: string) {
  let count = 0;
  let release = () => {};
  let seen = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const first = new Promise<void>((resolve) => (seen = resolve));
  await page.route("**/graphql", async (route) => {
    if (operationOf(route.request().postData()) !== operation) return route.continue();
    count += 1;
    seen();
    await released;
    return route.continue();
  });
  return { first, release: () => release(), count: () => count };
}

async function ask(query: string, token?: string): Promise<Told> {
  const response = await fetch(new URL("/graphql", gateway.url), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-marquee-tenant": "meridian",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Told;
}
