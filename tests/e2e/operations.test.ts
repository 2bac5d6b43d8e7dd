import { beforeAll, describe, expect, it } from "vitest";

import { CallLog } from "../../datasources/core/store-request.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { useGateway, useSuperuser } from "../support/fixtures.js";
import { clientDocuments } from "../support/gateway.js";
import { PATIENCE } from "../support/patience.js";
import { createTestTenant } from "../support/stores.js";

const OPERATIONS = `query Operations {
  operations {
    stores { store mode state latencyMs version }
    projections { target lagEvents lagSeconds deadLetters lastCheck { at missing stale dangling orphaned } }
    tenants(first: 50) { edges { node { slug name tier titles profiles } } pageInfo { hasNextPage } }
    jobs { edges { node { id kind target state progress startedAt finishedAt reason } } }
    quality { check day country passed measured limit }
    deadLetters { edges { node { target topic entity reason attempts } } }
  }
}`;
const CHECK = `mutation Check($input: CheckProjectionInput!) {
  checkProjection(input: $input) { job { id kind state } errors { field code message } }
}`;
const RETRY = `mutation Retry($input: RetryDeadLettersInput!) {
  retryDeadLetters(input: $input) { retried errors { field code message } }
}`;

const gateway = useGateway();
const admin = useSuperuser("shared");
let operator: string;
let viewer: string;

beforeAll(async () => {
  operator = await gateway.signIn("operator@meridian.example");
  viewer = await gateway.signIn("viewer@meridian.example");
});

async function operations(token = operator) {
  const { data, errors } = await gateway.ask(OPERATIONS, { token });
  expect(errors).toBeUndefined();
  const nodesOf = ({ edges }: { edges: { node: unknown }[] }) => edges.map(({ node }) => node);
  const { jobs, deadLetters, ...others } = data.operations as Record<"jobs" | "deadLetters", { edges: [] }>;
  return { ...others, jobs: nodesOf(jobs), deadLetters: nodesOf(deadLetters) } as {
    stores: Record<string, unknown>[];
    projections: { target: string; lastCheck: Record<string, unknown> | null; deadLetters: number }[];
    tenants: { edges: { node: { slug: string; titles: number; profiles: number } }[] };
    jobs: { id: string; state: string; progress: number; reason: string | null }[];
    deadLetters: { target: string; entity: string; reason: string }[];
    quality: {
      check: string;
      day: string;
      country: string;
      passed: boolean;
      measured: number;
      limit: number;
    }[];
  };
}

async function ended(id: string) {
  const find = async () => (await operations()).jobs.find((each) => each.id === id);
  await expect.poll(async () => (await find())?.state ?? "RUNNING", PATIENCE).not.toBe("RUNNING");
  return (await find())!;
}

describe("operations", () => {
  it("is for operators", async () => {
    for (const document of [OPERATIONS, CHECK, RETRY]) {
      const variables = { input: document === RETRY ? {} : { target: "catalog.postgres" } };
      const visitor = await gateway.ask(document, { variables, tenant: "meridian" });
      expect(visitor.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
      const other = await gateway.ask(document, { variables, token: viewer });
      expect(other.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    }
  });

  it("shows the stores, the projections, and no tenant but the operator's own", async () => {
    const { stores, projections, tenants } = await operations();
    expect(stores).toContainEqual(
      expect.objectContaining({
        store: "POSTGRES",
        state: "UP",
        version: expect.stringMatching(/^18/) as string,
      }),
    );
    expect(projections.map(({ target }) => target)).toEqual(
      expect.arrayContaining(["catalog.postgres", "search.postgres"]),
    );
    expect(tenants.edges.map(({ node }) => node.slug)).toEqual(["meridian"]);
    expect(tenants.edges[0]!.node.titles).toBeGreaterThan(3_000);
    expect(tenants.edges[0]!.node.profiles).toBeGreaterThan(100);
  });

  it("shows what the checks of the Top 10 have found, what has not passed first", async () => {
    const { quality } = await operations();
    expect(quality.length).toBeGreaterThan(0);
    const sound = quality.filter(({ check }) => check === "RECONCILIATION" || check === "INTEGRITY");
    expect(new Set(sound.map(({ country }) => country)).size).toBeGreaterThan(3);
    for (const { passed, measured, limit, day } of sound) {
      expect(passed).toBe(true);
      expect(measured).toBeLessThanOrEqual(limit);
      expect(day).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    }
    expect(quality.map(({ passed }) => passed)).toEqual(quality.map(({ passed }) => passed).sort());
  });

  it("shows dead letters of the own tenant alone, and tries them again", async () => {
    const [own, foreign] = await Promise.all(
      ["meridian", "lumen"].map((slug) => gateway.stores.tenants.bySlug(slug) as Promise<Tenant>),
    );
    for (const { id } of [own!, foreign!]) {
      await admin.query(
        `insert into marquee.outbox_parked (target, tenant_id, topic, entity, xid, id, revision, attempts, dead, reason, next_attempt_at)
         values ('search.postgres', $1, 'TITLE', $2, 1, 1, 1, 8, true, 'too long', 'infinity')`,
        [id, `dead-${id}`],
      );
    }
    try {
      const { deadLetters, projections } = await operations();
      expect(deadLetters).toEqual([
        {
          target: "search.postgres",
          topic: "TITLE",
          entity: `dead-${own!.id}`,
          reason: "too long",
          attempts: 8,
        },
      ]);
      expect(projections.find(({ target }) => target === "search.postgres")!.deadLetters).toBe(1);
      const unknown = await gateway.ask(RETRY, {
        token: operator,
        variables: { input: { target: "search" } },
      });
      expect(unknown.data.retryDeadLetters).toMatchObject({
        retried: 0,
        errors: [
          {
            field: "target",
            code: "TARGET_NOT_FOUND",
            message: expect.stringContaining("search.postgres") as string,
          },
        ],
      });
      const retried = await gateway.ask(RETRY, { token: operator, variables: { input: {} } });
      expect(retried.data.retryDeadLetters).toEqual({ retried: 1, errors: [] });
      const { rows } = await admin.query("select dead from marquee.outbox_parked where tenant_id = $1", [
        foreign!.id,
      ]);
      expect(rows).toEqual([{ dead: true }]);
    } finally {
      await admin.query("delete from marquee.outbox_parked where entity like 'dead-%'");
    }
  });

  it("rebuilds a projection behind the answer, and refuses what is not there", async () => {
    const document = await clientDocuments("operators.graphql");
    const rebuild = (target: string) =>
      gateway.ask(document, { token: operator, operationName: "Rebuild", variables: { input: { target } } });
    const refused = await rebuild("catalog");
    expect(refused.data.rebuildProjection).toMatchObject({
      job: null,
      errors: [{ field: "target", code: "TARGET_NOT_FOUND" }],
    });
    const { data } = await rebuild("catalog.postgres");
    const { job, errors } = data.rebuildProjection as {
      job: { id: string; state: string };
      errors: unknown[];
    };
    expect(errors).toEqual([]);
    expect(job.state).toBe("RUNNING");
    const twice = await rebuild("catalog.postgres");
    expect(twice.data.rebuildProjection).toMatchObject({ job: null, errors: [{ code: "JOB_RUNNING" }] });
    expect(await ended(job.id)).toMatchObject({ state: "DONE", progress: 1, reason: null });
    const node = `query ($id: ID!) { node(id: $id) { id ... on Job { state progress } } }`;
    const variables = { id: job.id };
    const found = await gateway.ask(node, { token: operator, variables });
    expect(found.data.node).toEqual({ id: job.id, state: "DONE", progress: 1 });
    expect((await gateway.ask(node, { token: viewer, variables })).data.node).toBeNull();
    const lumen = await gateway.signIn("operator@lumen.example");
    expect((await operations(lumen)).jobs.map(({ id }) => id)).not.toContain(job.id);
  });

  it("checks and repairs a projection, and keeps what it found", async () => {
    const meridian = (await gateway.stores.tenants.bySlug("meridian"))!;
    const check = async (repair: boolean) => {
      const variables = { input: { target: "catalog.postgres", repair } };
      const { data } = await gateway.ask(CHECK, { token: operator, variables });
      const { job } = data.checkProjection as { job: { id: string } };
      expect(await ended(job.id)).toMatchObject({ state: "DONE" });
      const { projections } = await operations();
      return projections.find(({ target }) => target === "catalog.postgres")!.lastCheck;
    };
    expect(await check(false)).toMatchObject({ missing: 0, stale: 0, dangling: 0, orphaned: 0 });
    const { rowCount } = await admin.query(
      // One that nobody meets either way: others look at this tenant meanwhile.
      `update catalog_titles set state = case state when 'DRAFT' then 'ARCHIVED' else 'DRAFT' end
       where tenant_id = $1 and id = (select min(id) from catalog_titles where tenant_id = $1 and state <> 'PUBLISHED')`,
      [meridian.id],
    );
    expect(rowCount).toBe(1);
    expect(await check(false)).toMatchObject({ missing: 0, stale: 1, dangling: 0, orphaned: 0 });
    const metrics = await (await fetch(`${gateway.operationsUrl}/metrics`)).text();
    expect(metrics).toMatch(
      /^marquee_projection_check_faults\{target="catalog.postgres",fault="stale"\} [1-9]/m,
    );
    expect(await check(true)).toMatchObject({ missing: 0, stale: 0, dangling: 0, orphaned: 0 });
  });

  it("shows a job whose process is gone as failed", async () => {
    const tenant = await createTestTenant(gateway.stores);
    const job = await gateway.stores.operations.startJob(tenant, {
      id: "j1",
      kind: "REBUILD",
      target: "catalog.postgres",
      by: "command",
    });
    expect(job).toMatchObject({ state: "RUNNING", progress: 0 });
    await admin.query(
      "update marquee.operation_jobs set seen_at = now() - interval '2 minutes' where id = 'j1'",
    );
    const request = { tenant, calls: new CallLog() };
    expect(await gateway.stores.operations.jobs(request, { limit: 10, fromEnd: false })).toMatchObject({
      rows: [{ entry: { id: "j1", state: "FAILED", reason: "Its process ended." } }],
      hasMore: false,
    });
    const again = await gateway.stores.operations.startJob(tenant, {
      id: "j2",
      kind: "CHECK",
      target: "catalog.postgres",
      by: "command",
    });
    expect(again).toMatchObject({ id: "j2", state: "RUNNING" });
  });
});
