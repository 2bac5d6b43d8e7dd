import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { MOST_OF_DAY, MOST_OF_TENANT } from "../../datasources/served-lists/served-lists.js";
import { hashPassword } from "../../packages/passwords/index.js";
import { graph, MODEL, watch } from "../contract/recommendations-support.js";
import { openAccount } from "../support/accounts.js";
import { adultProfile, publish } from "../support/catalogue.js";
import { isUnderTest } from "../support/engines.js";
import { useFacts, useGateway, useSuperuser } from "../support/fixtures.js";
import { PATIENCE } from "../support/patience.js";
import { titleBody } from "../support/titles.js";

const PASSWORD = "correct horse battery";
const gateway = useGateway(() => ({ MARQUEE_CACHE_MB: "8" }));
const facts = useFacts();
const superuser = useSuperuser("shared");
let tenant: Tenant;

beforeAll(async () => {
  tenant = await gateway.createTenant();
  const { stores } = gateway;
  await publish(
    stores,
    tenant,
    ["seen", "near", "far", "other"].map((id) => titleBody({ id })),
  );
  await stores.tasteGraph.replace(tenant, graph("seen near 1\nseen far 0.5"), MODEL);
});

interface Row {
  context: string;
  place: number;
  titles: string[];
  model: string | null;
  number: number | null;
}

/** What is noted of a profile, in the order in which it was served. */
async function noted(profile: string): Promise<Row[]> {
  await gateway.stores.servedLists.settle();
  return facts.rows<Row & Record<string, unknown>>(
    tenant,
    `select context, place, title_ids as titles, model, model_number as number from served_lists
     where tenant_id = $1 and profile_id = '${profile}' order by at`,
  );
}

/** Notes a list of a profile, as a request that had it would. */
function note(profileId: string, at: Date | string, of = tenant): Promise<void> {
  return gateway.stores.servedLists.note(of, {
    profileId,
    context: "HOME",
    row: null,
    teams: null,
    place: 1,
    titles: ["near"],
    learned: true,
    model: null,
    arms: [],
    latencyMs: 1,
    kept: false,
    at: typeof at === "string" ? at : at.toISOString(),
  });
}

async function ask(token: string, fields: string, profile = "") {
  const query =
    profile === ""
      ? `{ viewer { profile { ${fields} } } }`
      : `{ node(id: "Profile:${profile}") { ... on Profile { ${fields} } } }`;
  const { data, errors, extensions } = await gateway.ask(query, { token, explain: true });
  expect(errors).toBeUndefined();
  const found = profile === "" ? (data.viewer as { profile: object }).profile : (data.node as object);
  return { profile: found as Record<string, unknown>, extensions };
}

const LIST = "recommendations(first: 3, diversity: 0) { model title { externalId } }";

/** Somebody who has watched the one title that others are like. */
async function viewer(fields: Parameters<typeof openAccount>[2] = {}) {
  const opened = await openAccount(gateway, tenant, fields);
  const profile = fields.profiles?.[0]?.id ?? opened.account;
  await gateway.stores.viewingIngest.ingest(tenant, [watch(profile, "seen", "2026-05-01T00:00:00Z")]);
  const models = async () => JSON.stringify((await ask(opened.token, LIST)).profile);
  await expect.poll(models, PATIENCE).toContain("SIMILAR");
  await gateway.stores.servedLists.settle();
  await facts.run(
    tenant,
    `delete from served_lists where tenant_id = ${tenant.id} and profile_id = '${profile}'`,
  );
  return { ...opened, profile };
}

describe("served lists", () => {
  it("are noted with what they were, page by page, behind the answer", async () => {
    const { token, profile } = await viewer();
    await ask(token, LIST);
    const page = (after = "") =>
      `recommendedTitles(first: 1${after}, diversity: 0) { edges { node { externalId } } pageInfo { endCursor } }`;
    const first = (await ask(token, page())).profile.recommendedTitles as { pageInfo: { endCursor: string } };
    await ask(token, page(`, after: "${first.pageInfo.endCursor}"`));
    await ask(token, "recommendations(first: 2, context: SEARCH_EMPTY) { model }");
    await ask(token, "recommendations(first: 0) { model }");
    const live = (await gateway.stores.tasteModels.models(tenant)).find((model) => model.live)!;
    const learned = { model: "EASE", number: live.number };
    expect(await noted(profile)).toEqual([
      { context: "HOME", place: 1, titles: ["near", "far", "other"], ...learned },
      { context: "HOME", place: 1, titles: ["near"], ...learned },
      { context: "HOME", place: 2, titles: ["far"], ...learned },
      { context: "SEARCH_EMPTY", place: 1, titles: ["other", "near"], model: null, number: null },
    ]);
    const [figures] = await facts.rows<{ least: number; most: number; late: number; kept: boolean }>(
      tenant,
      `select min(latency_ms) as least, max(latency_ms) as most, max(extract(epoch from now() - at)) as late,
         bool_or(kept) as kept
       from served_lists where tenant_id = $1 and profile_id = '${profile}'`,
    );
    expect(figures!.least).toBeGreaterThan(0);
    expect(figures!.most).toBeLessThan(60_000);
    expect(Number(figures!.late)).toBeLessThan(600);
    // The catalogue had been asked the same before; what MongoDB answers is not kept.
    expect(figures!.kept).toBe(!isUnderTest("MONGODB_URL"));
  });

  it("cost no store call of the request", async () => {
    const { token } = await viewer();
    const { extensions } = await ask(token, LIST);
    const { calls } = (extensions as { explain: { calls: { operation: string }[] } }).explain;
    expect(calls.map(({ operation }) => operation).join()).not.toContain("servedLists");
  });

  it("are not noted without consent to personalisation, and go when that ends", async () => {
    const { token, profile } = await viewer();
    await ask(token, LIST);
    expect(await noted(profile)).toHaveLength(1);
    const consents = "mutation { setConsents(input: { personalisation: false }) { errors { code } } }";
    expect((await gateway.ask(consents, { token })).data.setConsents).toEqual({ errors: [] });
    expect(await noted(profile)).toEqual([]);
    await ask(token, LIST);
    expect(await noted(profile)).toEqual([]);
    // What was on its way when the consent ended is not kept either.
    await note(profile, new Date());
    expect(await noted(profile)).toEqual([]);
  });

  it("are not noted of children, of profiles without an account, nor of what somebody else looks at", async () => {
    const kid = { ...adultProfile("kid"), kind: "KIDS" as const, maturityLimit: 8 };
    const { account, token } = await viewer({ profiles: [adultProfile("parent"), kid] });
    const kids = await gateway.tokenFor({ tenant: tenant.slug, account, profile: "kid" });
    await ask(kids, LIST);
    await ask(token, LIST, "kid");
    await gateway.stores.accounts.putProfiles(tenant, [adultProfile("imported")]);
    await ask(await gateway.tokenFor({ tenant: tenant.slug, account: null, profile: "imported" }), LIST);
    for (const profile of ["parent", "kid", "imported"]) expect(await noted(profile), profile).toEqual([]);
  });

  it("go with their profile", async () => {
    const { account, token } = await viewer({ profiles: [adultProfile("stays"), adultProfile("goes")] });
    await ask(token, LIST);
    const other = await gateway.tokenFor({ tenant: tenant.slug, account, profile: "goes" });
    await ask(other, LIST);
    expect(await noted("goes")).toHaveLength(1);
    const remove = 'mutation { deleteProfile(input: { profile: "Profile:goes" }) { errors { code } } }';
    expect((await gateway.ask(remove, { token })).data.deleteProfile).toEqual({ errors: [] });
    expect(await noted("goes")).toEqual([]);
    expect(await noted("stays")).toHaveLength(1);
  });

  it("go where their profile becomes a child's, as what it has searched for does", async () => {
    const { account, token } = await viewer({
      profiles: [adultProfile("grown"), adultProfile("younger")],
      passwordHash: await hashPassword(PASSWORD),
    });
    const younger = await gateway.tokenFor({ tenant: tenant.slug, account, profile: "younger" });
    const searches = () =>
      facts.rows(tenant, "select query from search_log where tenant_id = $1 and profile_id = 'younger'");
    const look = async () => {
      await ask(younger, LIST);
      await gateway.ask('{ search(query: "harbour", first: 1) { edges { cursor } } }', { token: younger });
      await gateway.stores.searchLog.settle();
      expect(await noted("younger")).toHaveLength(1);
      expect(await searches()).toHaveLength(1);
    };
    const { accounts } = gateway.stores;
    await look();
    const input = `{ profile: "Profile:younger", kind: KIDS, password: "${PASSWORD}" }`;
    const change = `mutation { updateProfile(input: ${input}) { errors { code } } }`;
    expect((await gateway.ask(change, { token })).data.updateProfile).toEqual({ errors: [] });
    expect([await noted("younger"), await searches()]).toEqual([[], []]);
    await accounts.putProfiles(tenant, [adultProfile("younger")]);
    await look();
    // So does what is written of profiles that another system keeps.
    const child = { ...adultProfile("younger"), kind: "KIDS" as const, maturityLimit: 8 };
    await accounts.putProfiles(tenant, [child]);
    expect([await noted("younger"), await searches()]).toEqual([[], []]);
  });

  it("that come while too many wait, or cannot be kept, are counted and waited for by nobody", async () => {
    const count = async (name: string) => {
      const text = await (await fetch(`${gateway.operationsUrl}/metrics`)).text();
      return Number(new RegExp(`^marquee_served_lists_${name}_total (\\d+)$`, "m").exec(text)?.[1]);
    };
    const { profile } = await viewer();
    const [kept, lost] = [await count("kept"), await count("lost")];
    const now = Date.now();
    // Each a day apart, since of one day not so many are kept.
    const waiting = Array.from({ length: MOST_OF_TENANT + 3 }, (_, n) =>
      note(profile, new Date(now - n * 2 * 86_400_000)),
    );
    await Promise.all(waiting);
    expect(await count("kept")).toBe(kept + MOST_OF_TENANT);
    expect(await count("lost")).toBe(lost + 3);
    await note(profile, "no instant");
    expect(await count("lost")).toBe(lost + 4);
    // What comes behind is kept.
    await note(profile, new Date(now));
    expect(await count("kept")).toBe(kept + MOST_OF_TENANT + 1);
  });

  it("of a tenant whose own have to wait hold up no other tenant's", async () => {
    const other = await gateway.createTenant();
    const [held, free] = [await openAccount(gateway, tenant), await openAccount(gateway, other)];
    const countOf = async (of: Tenant) =>
      (
        await facts.rows<{ n: number }>(
          of,
          `select count(*)::int as n from served_lists
           where tenant_id = $1 and profile_id in ('${held.account}', '${free.account}')`,
        )
      )[0]!.n;
    await superuser.query("begin");
    await superuser.query("select 1 from profiles where tenant_id = $1 and id = $2 for update", [
      tenant.id,
      held.account,
    ]);
    const waiting = note(held.account, new Date());
    void note(free.account, new Date(), other);
    await expect.poll(() => countOf(other), PATIENCE).toBe(1);
    expect(await countOf(tenant)).toBe(0);
    await superuser.query("rollback");
    await waiting;
    expect(await countOf(tenant)).toBe(1);
  });

  it("of a profile are so many of a day, those that come together among them", async () => {
    const { account } = await openAccount(gateway, tenant);
    await facts.run(
      tenant,
      `insert into served_lists (tenant_id, id, profile_id, at, context, place, title_ids, latency_ms, kept)
       select ${tenant.id}, gen_random_uuid(), '${account}', now() - interval '1 hour', 'HOME', 1, '{near}', 1, false
       from generate_series(1, ${MOST_OF_DAY - 2})`,
    );
    const now = Date.now();
    await Promise.all(Array.from({ length: 5 }, (_, n) => note(account, new Date(now - n))));
    expect(await noted(account)).toHaveLength(MOST_OF_DAY);
  });

  it("of a request are a few, whatever it asks for", async () => {
    const { token, profile } = await viewer();
    const aliases = Array.from({ length: 10 }, (_, n) => `a${n}: recommendations(first: ${n + 1}) { model }`);
    await ask(token, aliases.join(" "));
    expect(await noted(profile)).toHaveLength(5);
  });
});
