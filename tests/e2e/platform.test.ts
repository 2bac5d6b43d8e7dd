/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- answers are read as clients read them */
import { beforeAll, describe, expect, it } from "vitest";

import { type Tenant, type TenantTier } from "../../datasources/core/tenant.js";
import { type AuditLine } from "../../datasources/audit/audit.js";
import { verifyAudit } from "../../datasources/audit/verify-audit.js";
import { removeNoted } from "../../datasources/stores/noted-states.js";
import { notedMoves } from "../../datasources/stores/noted-moves.js";
import { openAccount } from "../support/accounts.js";
import { publish } from "../support/catalogue.js";
import { use, useGateway } from "../support/fixtures.js";
import { clientDocuments } from "../support/gateway.js";
import { openPlacements } from "../support/placements.js";
import { testRequest } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const TIERS: readonly TenantTier[] = ["SHARED", "ISOLATED", "DEDICATED"];
const placements = use(openPlacements);
const gateway = useGateway(() => ({ ...placements.env, MARQUEE_DEFAULT_TENANT: "none" }));
const tenants: Tenant[] = [];
let token: string;
let documents: string;

beforeAll(async () => {
  documents = await clientDocuments("operators.graphql");
  for (const [at, tier] of TIERS.entries()) {
    const tenant = await placements.create(tier, gateway.stores);
    tenants.push(tenant);
    const addedAt = `2026-0${at + 1}-01T00:00:00.000Z`;
    await publish(gateway.stores, tenant, [titleBody({ id: "one", name: `Film of ${tier}`, addedAt })]);
  }
  ({ token } = await openAccount(gateway, tenants[0]!, { roles: ["VIEWER", "PLATFORM"] }));
});

const mutate = async (operationName: string, input: object, as = token) => {
  const answer = await gateway.ask(documents, { token: as, operationName, variables: { input } });
  return Object.values(answer.data ?? {})[0];
};

/** What the log of a tenant says was done to tenants, the first first. */
const actsOf = (tenant: Tenant) => actsIn(gateway.stores.audit.lines(tenant));

async function actsIn(log: AsyncIterable<readonly AuditLine[]>) {
  const acts: [act: string, actor: string, subject: string][] = [];
  for await (const lines of log)
    for (const { entry } of lines) {
      const [, , , act, , actor, subject] = JSON.parse(entry) as string[];
      if (act && /^(TENANT|PROJECTION)_/.test(act)) acts.push([act, actor!.replace(/:.*/, ""), subject!]);
    }
  return acts;
}

const PLATFORM = `{ platform {
  tenantCount
  tenants(first: 50) { edges { node { slug tier state titles profiles } } }
  titles(first: 10) { titles { tenant name addedAt } unanswered }
  viewing(days: 30) { tenants { tenant viewers watchedHours } unanswered } } }`;

describe("whoever runs the platform", () => {
  it("sees all tenants, wherever they are placed, in order", async () => {
    const { data, errors } = await gateway.ask(PLATFORM, { token });
    expect(errors).toBeUndefined();
    const { platform } = data;
    expect(platform.tenantCount).toBe(TIERS.length);
    const bySlug = [...tenants].sort((a, b) => (a.slug < b.slug ? -1 : 1));
    expect(platform.tenants.edges.map(({ node }: { node: object }) => node)).toEqual(
      bySlug.map(({ slug, tier }) => ({
        slug,
        tier,
        state: "ACTIVE",
        titles: 1,
        profiles: tier === "SHARED" ? 1 : 0,
      })),
    );
    expect(platform.titles.titles.map(({ name }: { name: string }) => name)).toEqual(
      [...TIERS].reverse().map((tier) => `Film of ${tier}`),
    );
    expect(platform.viewing.tenants).toHaveLength(TIERS.length);
    expect([platform.titles.unanswered, platform.viewing.unanswered]).toEqual([[], []]);
  });

  it("is told which tenants did not answer, and has the others'", async () => {
    const [database] = placements.databases;
    const servers = {
      postgres: "postgres://marquee@127.0.0.1:1/nowhere",
      mongodb: null,
      opensearch: null,
      neo4j: null,
    };
    await database!.query(
      `insert into marquee.tenants (slug, name, tier, schema_name, servers) values ('lost', 'Lost', 'DEDICATED', 'shared', $1)`,
      [JSON.stringify(servers)],
    );
    await expect.poll(() => gateway.stores.tenants.named("lost")).not.toBeNull();
    const { data, errors } = await gateway.ask(PLATFORM, { token });
    expect(errors).toBeUndefined();
    expect(data.platform.titles).toMatchObject({ unanswered: ["lost"], titles: { length: TIERS.length } });
    expect(data.platform.viewing.unanswered).toEqual(["lost"]);
    const lost = data.platform.tenants.edges.find(
      ({ node }: { node: { slug: string } }) => node.slug === "lost",
    );
    expect(lost.node).toMatchObject({ titles: null, profiles: null });
    await database!.query("delete from marquee.tenants where slug = 'lost'");
  });

  it("does without a tenant that is being deleted and whose schema is gone", async () => {
    const leaving = await placements.create("ISOLATED", gateway.stores);
    await gateway.stores.tenants.setState(leaving, "DELETING");
    await placements.databases[0]!.query(`drop schema ${leaving.schema} cascade`);
    const { data, errors } = await gateway.ask(PLATFORM, { token });
    expect(errors).toBeUndefined();
    const { platform } = data;
    const left = platform.tenants.edges.find(
      ({ node }: { node: { slug: string } }) => node.slug === leaving.slug,
    );
    expect(left.node).toMatchObject({ state: "DELETING", titles: null, profiles: null });
    expect(platform.titles).toMatchObject({ unanswered: [], titles: { length: TIERS.length } });
    expect(platform.viewing.tenants).toHaveLength(TIERS.length);
    expect(platform.viewing.unanswered).toEqual([]);
    await gateway.stores.removeTenant(leaving);
  });

  it("makes tenants", async () => {
    const input = {
      slug: "corner",
      name: "Corner Cinema",
      country: "FR",
      tier: "ISOLATED",
      domains: ["Corner.Example"],
    };
    expect(await mutate("CreateTenant", input)).toEqual({
      tenant: { slug: "corner", tier: "ISOLATED" },
      errors: [],
    });
    expect(await gateway.stores.tenants.byDomain("corner.example")).toMatchObject({
      slug: "corner",
      defaultCountry: "FR",
    });
    for (const [wrong, field, code] of [
      [{}, "slug", "TENANT_EXISTS"],
      [{ slug: "Corner" }, "slug", "INVALID"],
      [{ slug: "other" }, "domains", "DOMAIN_TAKEN"],
      [{ slug: "other", domains: [], tier: "DEDICATED" }, "tier", "INVALID"],
    ] as const) {
      const refused = await mutate("CreateTenant", { ...input, ...wrong });
      expect(refused).toMatchObject({ tenant: null, errors: [{ field, code }] });
    }
    expect(await gateway.stores.tenants.named("other")).toBeNull();
    const schemas = "select from information_schema.schemata where schema_name = 'tenant_other'";
    expect(await placements.databases[0]!.query(schemas)).toEqual([]);
  });

  it("makes one tenant of a name, whoever else makes one at that moment", async () => {
    const input = (tier: string) => ({ slug: "twin", name: `Twin ${tier}`, country: "FR", tier });
    const made = await Promise.all(
      ["SHARED", "ISOLATED", "SHARED", "ISOLATED"].map((tier) => mutate("CreateTenant", input(tier))),
    );
    const codes = made.map(({ errors }) => (errors as { code: string }[]).map(({ code }) => code));
    expect(codes.flat()).toEqual(["TENANT_EXISTS", "TENANT_EXISTS", "TENANT_EXISTS"]);
    const { tier } = (await gateway.stores.tenants.named("twin"))!;
    const schemas = "select from information_schema.schemata where schema_name = 'tenant_twin'";
    expect(await placements.databases[0]!.query(schemas)).toHaveLength(tier === "ISOLATED" ? 1 : 0);
  });

  it("moves tenants by a job, which is told of where they are", async () => {
    const [{ slug }] = tenants as [Tenant];
    const started = await mutate("PromoteTenant", { slug });
    expect(started).toMatchObject({
      tenant: { slug, tier: "SHARED" },
      job: { state: "RUNNING" },
      errors: [],
    });
    const tier = async () => (await gateway.stores.tenants.named(slug))?.tier;
    await expect.poll(tier, { timeout: 60_000 }).toBe("ISOLATED");
    // Who was signed in there still is.
    await expect.poll(async () => (await gateway.ask(PLATFORM, { token })).errors).toBeUndefined();
    expect(await mutate("PromoteTenant", { slug })).toMatchObject({
      job: null,
      errors: [{ code: "NOT_MOVED" }],
    });
    expect(await mutate("PromoteTenant", { slug: "nowhere" })).toMatchObject({
      errors: [{ code: "TENANT_NOT_FOUND" }],
    });
  });

  it("moves tenants onto servers of their own, whose secrets nobody states", async () => {
    const { servers } = await placements.destination("DEDICATED");
    const to = { slug: "corner", tier: "DEDICATED" };
    const postgres = "postgres://marquee:secret@127.0.0.1:1/nowhere";
    for (const wrong of [to, { ...to, servers: { postgres } }, { ...to, tier: "SHARED", servers }]) {
      const refused = await mutate("PromoteTenant", wrong);
      expect(refused).toMatchObject({ job: null, errors: [{ field: "servers", code: "SERVERS_INVALID" }] });
    }
    expect(await mutate("PromoteTenant", { ...to, servers })).toMatchObject({ job: { state: "RUNNING" } });
    const corner = async () => (await gateway.stores.tenants.named("corner"))!;
    await expect.poll(async () => (await corner()).tier, { timeout: 60_000 }).toBe("DEDICATED");
    const request = testRequest(await corner());
    const ended = async () =>
      (await gateway.stores.operations.jobs(request, { limit: 1, fromEnd: false })).rows;
    await expect
      .poll(ended, { timeout: 60_000 })
      .toMatchObject([{ entry: { state: "DONE", target: "DEDICATED" } }]);
  });

  it("suspends tenants, whose users are told the same as of one that there is not, and serves them again", async () => {
    const [, { slug }] = tenants as [Tenant, Tenant];
    const change = async (name: string) => {
      const query = `mutation ($input: TenantInput!) { ${name}(input: $input) { tenant { state } errors { code } } }`;
      return (await gateway.ask(query, { token, variables: { input: { slug } } })).data[name];
    };
    const refusedFor = async (tenant: string) => {
      const { status, errors } = await gateway.ask("{ genres { id } }", { tenant });
      return { status, errors: errors?.map(({ message, extensions }) => [message, extensions.code]) };
    };
    const before = await refusedFor(slug);
    expect(before.errors).toBeUndefined();
    expect(await change("suspendTenant")).toEqual({ tenant: { state: "SUSPENDED" }, errors: [] });
    expect(await refusedFor(slug)).toEqual(await refusedFor("no-such-tenant"));
    expect(await change("resumeTenant")).toEqual({ tenant: { state: "ACTIVE" }, errors: [] });
    expect(await refusedFor(slug)).toEqual(before);
  });

  it("has what it did in the tenants' logs, and in that of its own tenant by its name there", async () => {
    const now = (slug: string) => gateway.stores.tenants.named(slug).then((tenant) => tenant!);
    const [own, other] = await Promise.all([now(tenants[0]!.slug), now(tenants[1]!.slug)]);
    expect(await actsOf(await now("corner"))).toEqual([
      ["TENANT_CREATED", "platform", ""],
      ["PROJECTION_JOB", "platform", "projection:DEDICATED"],
      ["TENANT_MOVED", "platform", ""],
    ]);
    expect(await actsOf(other)).toEqual([
      ["TENANT_SUSPENDED", "platform", ""],
      ["TENANT_RESUMED", "platform", ""],
    ]);
    // The move was noted in its own log twice: as the tenant that was moved, and as that of whoever moved it. A job moves:
    // what was asked for after it may be done before.
    const texts = async () =>
      (await actsOf(own)).map(([act, actor, subject]) => `${act} ${actor} ${subject}`).sort();
    const noted = [
      "TENANT_CREATED account tenant:corner",
      "TENANT_CREATED account tenant:twin",
      "TENANT_MOVED platform ",
      "PROJECTION_JOB platform projection:ISOLATED",
      `TENANT_MOVED account tenant:${own.slug}`,
      "TENANT_MOVED account tenant:corner",
      `TENANT_SUSPENDED account tenant:${other.slug}`,
      `TENANT_RESUMED account tenant:${other.slug}`,
    ];
    await expect.poll(texts).toEqual(noted.sort());
    const moves = notedMoves(gateway.stores, "command");
    const { tenant: back } = await moves.undo(own);
    expect((await actsOf(back)).at(-1)).toEqual(["TENANT_MOVE_UNDONE", "command", ""]);
    const { tenant: gone } = await moves.move(back, { tier: "ISOLATED" });
    await moves.confirm(gone);
    expect((await actsOf(gone)).slice(-2).map(([act]) => act)).toEqual([
      "TENANT_MOVED",
      "TENANT_MOVE_CONFIRMED",
    ]);
    expect((await verifyAudit(gateway.stores.audit.lines(gone))).brokenAt).toBeNull();
    const { audit, deploymentAudit } = gateway.stores;
    const nothing = { rows: 0, tables: 0, engines: 0 };
    await removeNoted(
      { audit, deploymentAudit, removeTenant: () => Promise.resolve(nothing) },
      gone,
      "command",
    );
    expect((await actsOf(gone)).at(-1)).toEqual(["TENANT_DELETED", "command", ""]);
    // The deployment's own log stays, and calls whoever did it what the log of their tenant does.
    const deployment = async () => (await actsIn(deploymentAudit.lines())).map((act) => act.join(" "));
    const of = `tenant:${own.slug}`;
    expect(await deployment()).toEqual(
      expect.arrayContaining([
        "TENANT_CREATED account tenant:corner",
        "TENANT_CREATED account tenant:twin",
        "TENANT_MOVED account tenant:corner",
        `TENANT_MOVED account ${of}`,
        `TENANT_SUSPENDED account tenant:${other.slug}`,
        `TENANT_RESUMED account tenant:${other.slug}`,
        `TENANT_MOVE_UNDONE command ${of}`,
        `TENANT_MOVED command ${of}`,
        `TENANT_MOVE_CONFIRMED command ${of}`,
      ]),
    );
    expect((await deployment()).slice(-2)).toEqual([
      `TENANT_DELETED command ${of}`,
      `TENANT_GONE command ${of}`,
    ]);
    expect((await verifyAudit(deploymentAudit.lines())).brokenAt).toBeNull();
  });

  it("is nobody who only runs a tenant", async () => {
    const { token: operator } = await openAccount(gateway, tenants[1]!, { roles: ["VIEWER", "OPERATOR"] });
    const { data, errors } = await gateway.ask("{ platform { tenantCount } }", { token: operator });
    expect([data, errors?.[0]?.extensions.code]).toEqual([{ platform: null }, "FORBIDDEN"]);
  });
});
