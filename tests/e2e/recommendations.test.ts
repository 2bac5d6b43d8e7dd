import { beforeAll, describe, expect, it, vi } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { graph, MODEL, watch } from "../contract/recommendations-support.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { useGateway } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";
import { named, titleBody } from "../support/titles.js";

const gateway = useGateway();
let tenant: Tenant;
let token: string;

const [CRIME, SPACE] = [[named("Crime")], [named("Space")]];

beforeAll(async () => {
  tenant = await gateway.createTenant();
  const { stores } = gateway;
  await publish(stores, tenant, [
    ...["seen", "c1", "c2", "c3", "c4"].map((id) => titleBody({ id, genres: CRIME })),
    ...["s1", "s2"].map((id) => titleBody({ id, genres: SPACE })),
    titleBody({ id: "hidden", genres: SPACE, licences: [] }),
  ]);
  await stores.accounts.putProfiles(tenant, [adultProfile("ann")]);
  const edges =
    "seen c1 1\nseen c2 0.9\nseen c3 0.8\nseen c4 0.7\nseen s1 0.6\nseen s2 0.5\nc1 s2 0.8\nc1 s1 0.4\nc1 seen 0.9\nhidden c4 9";
  await stores.tasteGraph.replace(tenant, graph(edges), MODEL);
  await stores.viewingIngest.ingest(tenant, [
    watch("ann", "seen", new Date(Date.now() - 3_600_000).toISOString()),
  ]);
  token = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile: "ann" });
  await vi.waitFor(async () => expect(await listed()).toHaveLength(6), PATIENCE);
});

interface Suggested {
  model: string;
  score: number;
  title: { externalId: string };
}

async function profileOf<T>(fields: string) {
  const answer = await gateway.ask(`{ viewer { profile { ${fields} } } }`, { token, explain: true });
  return { ...answer, profile: (answer.data.viewer as { profile: T } | null)?.profile };
}

/** What the graph suggests, by whatever arguments. */
async function listed(asked = ""): Promise<string[]> {
  const fields = `recommendations(first: 50${asked}) { model score title { externalId } }`;
  const { profile, errors } = await profileOf<{ recommendations: Suggested[] }>(fields);
  expect(errors).toBeUndefined();
  const learned = profile!.recommendations.filter(({ model }) => model === "SIMILAR");
  return learned.map(({ title }) => title.externalId);
}

describe("variety", () => {
  it("is as strong as it is asked for, and a little unless it is", async () => {
    expect(await listed(", diversity: 0")).toEqual(["c1", "c2", "c3", "c4", "s1", "s2"]);
    expect(await listed(", diversity: 50")).toEqual(["c1", "s1", "c2", "c3", "c4", "s2"]);
    expect(await listed()).toEqual(await listed(", diversity: 8"));
  });

  it("costs no store call", async () => {
    const calls = async (asked: string) => {
      const answer = await profileOf(`recommendations(first: 5${asked}) { title { externalId } }`);
      return (answer.extensions as { explain: { calls: unknown[] } }).explain.calls.length;
    };
    expect(await calls(", diversity: 80")).toBe(await calls(", diversity: 0"));
  });

  it("pages one after the other, and knows a cursor of another strength for none", async () => {
    const page = async (asked: string) => {
      const { profile, errors } = await profileOf<{
        recommendedTitles: { edges: { cursor: string; node: { externalId: string } }[] } | null;
      }>(`recommendedTitles(${asked}) { edges { cursor node { externalId } } }`);
      return { edges: profile?.recommendedTitles?.edges ?? [], errors };
    };
    const all = (await page("first: 6, diversity: 50")).edges;
    expect(all.map(({ node }) => node.externalId)).toEqual(["c1", "s1", "c2", "c3", "c4", "s2"]);
    const after = `after: "${all[2]!.cursor}"`;
    const rest = (await page(`first: 3, diversity: 50, ${after}`)).edges;
    expect(rest.map(({ node }) => node.externalId)).toEqual(["c3", "c4", "s2"]);
    expect((await page(`first: 3, diversity: 10, ${after}`)).errors).toMatchObject([
      { extensions: { code: "INVALID_CURSOR" } },
    ]);
  });

  it.each([-1, 101])("says what is accepted instead of %i", async (diversity) => {
    const { errors } = await profileOf(`recommendations(diversity: ${diversity}) { score }`);
    expect(errors).toMatchObject([
      { extensions: { code: "BAD_USER_INPUT", field: "diversity", accepted: "0 to 100" } },
    ]);
  });
});

describe("contexts", () => {
  const kinds = async (asked: string) => {
    const fields = `recommendations(first: 50, diversity: 0, ${asked}) {
      model personalised reason { text title { externalId } } title { externalId }
    }`;
    const { profile, errors, extensions } = await profileOf<{
      recommendations: (Suggested & { personalised: boolean; reason: { text: string; title: unknown } })[];
    }>(fields);
    expect(errors).toBeUndefined();
    const { calls } = (extensions as { explain: { calls: unknown[] } }).explain;
    return { list: profile!.recommendations, calls: calls.length };
  };
  const names = ({ list }: Awaited<ReturnType<typeof kinds>>, model?: string) =>
    list.filter((each) => !model || each.model === model).map(({ title }) => title.externalId);

  it("HOME is what is answered without one", async () => {
    expect(names(await kinds("context: HOME"), "SIMILAR")).toEqual(await listed(", diversity: 0"));
  });

  it("HOME is filled up with what is popular, and with nothing that was begun or rated, at as many calls", async () => {
    const { stores } = gateway;
    await stores.accounts.putProfiles(tenant, ["ben", "new"].map(adultProfile));
    await stores.viewingIngest.ingest(tenant, [
      watch("ben", "c4", "2026-05-01T00:00:00Z"),
      watch("ben", "s2", "2026-05-02T00:00:00Z", { seconds: 20, completed: false }),
      watch("ben", "c3", "2026-05-03T00:00:00Z", { rating: 4 }),
    ]);
    const of = async (profile: string) => {
      token = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile });
      return kinds("context: HOME");
    };
    try {
      const [ben, newcomer] = [await of("ben"), await of("new")];
      // No edge leads from what he has watched.
      expect(names(ben, "SIMILAR")).toEqual([]);
      expect(names(ben).toSorted()).toEqual(["c1", "c2", "s1", "seen"]);
      expect(names(newcomer).toSorted()).toEqual(["c1", "c2", "c3", "c4", "s1", "s2", "seen"]);
      expect(ben.calls).toBe(newcomer.calls);
    } finally {
      token = await gateway.tokenFor({ tenant: tenant.slug, account: null, profile: "ann" });
    }
    expect(names(await kinds("context: HOME"))).not.toContain("seen");
  });

  it("BECAUSE is like a title alone, the last one watched unless it says which, and says so", async () => {
    const asked = await kinds('context: BECAUSE, title: "Title:c1"');
    // From c1 lead edges to s1 and s2 alone; what was watched is not shown.
    expect(names(asked)).toEqual(["s2", "s1"]);
    expect(asked.list[0]).toMatchObject({ model: "SIMILAR", reason: { title: { externalId: "c1" } } });
    const latest = await kinds("context: BECAUSE");
    expect(names(latest)).toEqual(["c1", "c2", "c3", "c4", "s1", "s2"]);
    expect(latest.list[0]).toMatchObject({ reason: { title: { externalId: "seen" } } });
  });

  it("AFTER_WATCHING weighs what is like the title as much as what suits the profile, and goes on with what is popular", async () => {
    const asked = await kinds('context: AFTER_WATCHING, title: "Title:c1"');
    // s2: 1 + 5/9; s1: 1/2 + 6/9; c2: 1; c1 itself is not suggested.
    expect(names(asked, "SIMILAR")).toEqual(["s2", "s1", "c2", "c3", "c4"]);
    expect(asked.list[0]).toMatchObject({ reason: { title: { externalId: "c1" } } });
    expect(asked.list[2]).toMatchObject({ reason: { title: { externalId: "seen" } } });
    expect(names(asked)).not.toContain("seen");
  });

  it("SEARCH_EMPTY is what is popular, varied whatever is asked for, without what was watched", async () => {
    const asked = await kinds("context: SEARCH_EMPTY");
    expect(asked.list.every(({ model, personalised }) => model === "POPULAR" && !personalised)).toBe(true);
    expect(names(asked).toSorted()).toEqual(["c1", "c2", "c3", "c4", "s1", "s2"]);
    // Nobody watches any, so that ids decide: "s1" would stand second, were it not of the same kind.
    expect(names(asked).slice(0, 2)).toEqual(["s2", "c4"]);
  });

  it("a title that may not be met is like none, as one that is missing is, at the same calls", async () => {
    for (const context of ["BECAUSE", "AFTER_WATCHING"]) {
      const hidden = await kinds(`context: ${context}, title: "Title:hidden"`);
      const missing = await kinds(`context: ${context}, title: "Title:nothing"`);
      expect(hidden).toEqual(missing);
      expect(names(hidden, "SIMILAR")).toEqual(context === "BECAUSE" ? [] : await listed(", diversity: 0"));
    }
  });

  it("asks stores as often whatever there is to suggest", async () => {
    const calls = async (asked: string) => (await kinds(asked)).calls;
    const about = await calls('context: AFTER_WATCHING, title: "Title:c1"');
    expect(await calls('context: BECAUSE, title: "Title:c1"')).toBe(about);
    expect(await calls('context: AFTER_WATCHING, title: "Title:s2"')).toBe(about);
    expect(await calls('context: AFTER_WATCHING, title: "Title:nothing"')).toBe(about);
    expect(about).toBeLessThanOrEqual(8);
  });

  it("says what is accepted", async () => {
    const title = await profileOf('recommendations(title: "Title:c1") { score }');
    expect(title.errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", field: "title" } }]);
    const id = await profileOf('recommendations(context: BECAUSE, title: "!") { score }');
    expect(id.errors).toMatchObject([{ extensions: { code: "INVALID_ID", field: "title" } }]);
  });
});
