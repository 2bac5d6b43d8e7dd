import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { beforeAll, expect, inject, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { packageRoot } from "../../packages/process/package-root.js";
import { useGateway } from "../support/fixtures.js";
import { createTestTenant } from "../support/stores.js";
import { titleBody } from "../support/titles.js";

const gateway = useGateway();
let tenant: Tenant;

beforeAll(async () => {
  tenant = await createTestTenant(gateway.stores);
});

const marquee = (...args: string[]) =>
  promisify(execFile)(process.execPath, ["bin/marquee.js", ...args], {
    cwd: packageRoot(),
    env: { ...process.env, POSTGRES_URL: inject("postgresUrl") },
  });

it("answers what has been written, by itself", async () => {
  await gateway.stores.titleVersions.append(tenant, [
    { body: titleBody({ id: "a", name: "Casino" }), effectiveFrom: null },
  ]);
  const query = '{ title(id: "Title:a") { name } search(query: "casino") { edges { node { name } } } }';
  await expect
    .poll(async () => (await gateway.ask(query, { tenant: tenant.slug })).data, { timeout: 20_000 })
    .toEqual({ title: { name: "Casino" }, search: { edges: [{ node: { name: "Casino" } }] } });
});

it("tells in its metrics how far each projection is behind", async () => {
  const text = await (await fetch(`${gateway.operationsUrl}/metrics`)).text();
  for (const target of ["catalog.postgres", "search.postgres"]) {
    for (const name of ["lag_events", "lag_seconds", "parked_events", "dead_letters"]) {
      expect(text).toMatch(new RegExp(`^marquee_projection_${name}\\{target="${target}"\\} [\\d.e-]+$`, "m"));
    }
  }
});

it("shows projections on the command line, and retries dead letters", async () => {
  const { stdout } = await marquee("projections", "status", "--tenant", tenant.slug);
  expect(stdout).toMatch(/^catalog\.postgres +test-\S+ +catalog_titles, 1 entries; never checked$/m);
  const retried = await marquee("projections", "retry", "--tenant", tenant.slug);
  expect(retried.stdout).toBe("0 dead letters are tried again.\n");
  await expect(marquee("projections", "retry", "--target", "nowhere")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Accepted: catalog.postgres, search.postgres") as string,
  });
});
