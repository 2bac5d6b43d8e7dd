/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- answers are read as clients read them: JSON of any shape */
import { beforeAll, describe, expect, it } from "vitest";

import { latestClosed } from "../../datasources/insights/insights.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { clientDocuments } from "../support/gateway.js";
import { titleBody } from "../support/titles.js";

const DAY_MS = 86_400_000;
const UNTIL = latestClosed(new Date());
const TITLES = ["t0", "t1", "t2", "t3"];

// Next to no noise, and one release.
const gateway = useGateway(() => ({ MARQUEE_INSIGHTS_EPSILON: "1000", MARQUEE_INSIGHTS_BUDGET: "1000" }));
let tenant: Tenant;
let editor: string;

beforeAll(async () => {
  tenant = await gateway.createTenant();
  const profiles = Array.from({ length: 40 }, (_, n) => `p${n}`);
  await publish(
    gateway.stores,
    tenant,
    TITLES.map((id) => titleBody({ id })),
  );
  await gateway.stores.accounts.putProfiles(tenant, profiles.map(adultProfile));
  const at = new Date(Date.parse(UNTIL) - 2 * DAY_MS).toISOString();
  await gateway.stores.viewingIngest.ingest(
    tenant,
    profiles.flatMap((profileId, n) =>
      // The last title has too few viewers.
      TITLES.slice(0, n < 10 ? 4 : 3).map((titleId, place) => ({
        id: `${profileId} ${titleId}`,
        profileId,
        titleId,
        at,
        seconds: place === 2 && n < 15 ? 60 : 1_800,
        completed: place === 0,
        country: "US",
        device: "TV",
        rating: null,
      })),
    ),
  );
  const roles = ["VIEWER" as const, "EDITOR" as const];
  editor = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile: "p0", roles });
});

const ask = async (fields: string) => {
  const answer = await gateway.ask(`{ editorial { ${fields} } }`, { token: editor, explain: true });
  return { ...answer, totals: answer.extensions?.explain?.totals };
};

describe("insights", () => {
  it("answer the document as it stands, and again the same", async () => {
    const document = await clientDocuments("editorial.graphql");
    const send = () => gateway.ask(document, { variables: { id: "Title:t0" }, token: editor });
    const { data, errors } = await send();
    expect(errors).toBeUndefined();
    const shown = data.editorial.insights.map(({ title, viewers }: any) => [title.name, viewers]);
    expect(shown.sort()).toEqual([
      ["Film t0", 40],
      ["Film t1", 40],
      ["Film t2", 40],
    ]);
    for (const insight of data.editorial.insights) {
      expect(insight.watchedHours).toBeGreaterThan(0);
      expect(insight.noise).toBeCloseTo(0, 1);
    }
    expect((await send()).data.editorial.insights).toEqual(data.editorial.insights);
  });

  it("say how far viewers came, what that is worth and what it has cost", async () => {
    const { data, errors } = await ask(`
      insights { title { externalId } viewers stayed completions epsilon hoursNoise }
      insightRelease { from until country epsilon releasedAt leastViewers hoursNoise }
      insightBudget { epsilon total spent days moreAt }`);
    expect(errors).toBeUndefined();
    const { insights, insightRelease, insightBudget } = data.editorial;
    const figures = (id: string) => insights.find(({ title }: any) => title.externalId === id);
    expect(figures("t0")).toMatchObject({ viewers: 40, stayed: 40, completions: 40, epsilon: 1_000 });
    expect(figures("t1")).toMatchObject({ viewers: 40, stayed: 40, completions: 0 });
    expect(figures("t2")).toMatchObject({ viewers: 40, stayed: 25, completions: 0 });
    expect(insightRelease).toEqual({
      from: new Date(Date.parse(UNTIL) - 28 * DAY_MS).toISOString().slice(0, 10),
      until: UNTIL,
      country: null,
      epsilon: 1_000,
      releasedAt: expect.stringMatching(/Z$/),
      leastViewers: 20,
      hoursNoise: insights[0].hoursNoise,
    });
    const more = new Date(Date.parse(insightRelease.releasedAt) + 90 * DAY_MS);
    expect(insightBudget).toEqual({
      epsilon: 1_000,
      total: 1_000,
      spent: 1_000,
      days: 90,
      moreAt: expect.stringMatching(new RegExp(`^${more.toISOString().slice(0, 19)}`)),
    });
  });

  it("take as many store calls for one title as for all", async () => {
    const [one, all] = [
      await ask("insights(first: 1) { title { name } }"),
      await ask("insights(first: 100) { title { name } }"),
    ];
    expect([one, all].map(({ data }) => data.editorial.insights.length)).toEqual([1, 3]);
    expect(all.totals).toEqual(one.totals);
  });

  it("are refused beyond the budget, with when there is more of it; the rest is answered", async () => {
    const { data, errors } = await ask("insights(days: 7) { viewers } insightBudget { spent }");
    expect(data.editorial).toEqual({ insights: null, insightBudget: { spent: 1_000 } });
    expect(errors).toHaveLength(1);
    expect(errors![0]!.extensions).toMatchObject({ code: "INSIGHTS_SPENT", limit: 1_000, remaining: 0 });
    const { resetSeconds } = errors![0]!.extensions as { resetSeconds: number };
    expect(resetSeconds).toBeGreaterThan(89 * 86_400);
    expect(resetSeconds).toBeLessThanOrEqual(90 * 86_400);
    expect(errors![0]!.message).toMatch(/What was told can be asked for again; something new from \d{4}-/);
  });

  it.each([
    ["days: 0", "BAD_USER_INPUT", "days", /1 to 90/],
    ["days: 91", "BAD_USER_INPUT", "days", /1 to 90/],
    [
      `until: "${new Date(Date.parse(UNTIL) + DAY_MS).toISOString().slice(0, 10)}"`,
      "BAD_USER_INPUT",
      "until",
      /a Monday from 2000-01-01 to /,
    ],
    [
      `until: "${new Date(Date.parse(UNTIL) + 7 * DAY_MS).toISOString().slice(0, 10)}"`,
      "BAD_USER_INPUT",
      "until",
      new RegExp(`to ${UNTIL}`),
    ],
    ['until: "1999-12-27"', "BAD_USER_INPUT", "until", /a Monday/],
    ["first: 101", "INVALID_PAGE", "first", /0 to 100/],
  ])("%s is refused", async (args, code, field, accepted) => {
    const { errors } = await ask(`insights(${args}) { viewers }`);
    expect(errors?.[0]?.extensions).toMatchObject({ code, field, accepted: expect.stringMatching(accepted) });
  });
});
