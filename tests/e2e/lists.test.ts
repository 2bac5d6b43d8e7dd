/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return, @typescript-eslint/no-unsafe-call -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, it } from "vitest";

import { adultProfile, publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { titleBody } from "../support/titles.js";

const HIDDEN = 295;
const VISIBLE = 5;
const at = (minute: number) => new Date(Date.parse("2026-05-01T00:00:00Z") + minute * 60_000).toISOString();
const TITLES = Array.from({ length: HIDDEN + VISIBLE }, (_, index) =>
  titleBody({ id: `t${index}`, name: `Pier ${index}`, state: index < VISIBLE ? "PUBLISHED" : "ARCHIVED" }),
);

const gateway = useGateway();
let token: string;

/** A profile that has every title on every shelf, the archived ones before the others. */
beforeAll(async () => {
  const { stores } = gateway;
  const tenant = await gateway.createTenant();
  await publish(stores, tenant, TITLES);
  await stores.accounts.putProfiles(tenant, [adultProfile("p")]);
  await stores.viewingIngest.ingest(
    tenant,
    TITLES.map(({ id }, minute) => ({
      id: `e ${id}`,
      profileId: "p",
      titleId: id,
      at: at(minute),
      seconds: 600,
      completed: false,
      country: "US",
      device: "TV",
      rating: 4,
    })),
  );
  const kept = TITLES.map(({ id }, minute) => ({ profileId: "p", titleId: id, addedAt: at(minute) }));
  await stores.viewingIngest.addToWatchlists(tenant, kept);
  token = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile: "p" });
});

interface Read {
  page: any;
  calls: number;
}

async function read(shelf: string, args: string): Promise<Read> {
  const query = `{ viewer { profile { ${shelf}(${args}) {
    edges { cursor node { externalId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }`;
  const { data, errors, extensions } = await gateway.ask(query, { token, explain: true });
  expect(errors).toBeUndefined();
  return { page: data.viewer.profile[shelf], calls: extensions!.explain!.calls.length };
}

const ids = (page: any): string[] => page.edges.map(({ node }: any) => node.externalId);

describe.each(["history", "ratings", "continueWatching", "watchlist"])(
  "%s, where 295 archived titles stand before five visible ones",
  (shelf) => {
    it("finds the first in a constant number of store calls", async () => {
      const { page, calls } = await read(shelf, "first: 1");
      expect(ids(page)).toEqual(["t4"]);
      expect(page.pageInfo).toMatchObject({ hasNextPage: true, endCursor: page.edges[0].cursor });
      expect(calls).toBeLessThanOrEqual(6);
      expect((await read(shelf, "first: 100")).calls).toBe(calls);
    });

    it.each([
      ["first: 2", "after", "endCursor", "hasNextPage"],
      ["last: 2", "before", "startCursor", "hasPreviousPage"],
    ] as const)("is read to its end with %s", async (size, behind, cursor, goesOn) => {
      const found: string[] = [];
      let from = "";
      for (let pages = 0; pages < 10; pages += 1) {
        const { page } = await read(shelf, `${size}${from}`);
        found.push(...ids(page));
        if (!page.pageInfo[goesOn]) break;
        expect(page.pageInfo[cursor]).toEqual(expect.any(String));
        from = ` ${behind}: "${page.pageInfo[cursor]}"`;
      }
      expect([...found].sort()).toEqual(["t0", "t1", "t2", "t3", "t4"]);
    });
  },
);

it("home's rows leave out what nobody may meet, and say nothing follows a page without anything", async () => {
  const query =
    "{ home(first: 20) { kind titles(first: 0) { edges { cursor } pageInfo { hasNextPage endCursor } } } }";
  const { data } = await gateway.ask(query, { token });
  for (const { titles } of data.home) {
    expect(titles).toEqual({ edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
  }
});
