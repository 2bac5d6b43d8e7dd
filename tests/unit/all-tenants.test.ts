import { describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { forTenants, LeftTenants } from "../../src/cli/all-tenants.js";

const tenants = (["down", "leaving", "well"] as const).map(
  (slug, id) => ({ id, slug, state: slug === "leaving" ? "DELETING" : "ACTIVE" }) as Tenant,
);
const stores = {
  tenants: {
    list: () => Promise.resolve(tenants),
    named: (slug: string) => Promise.resolve(tenants.find((tenant) => tenant.slug === slug)),
  },
} as unknown as Parameters<typeof forTenants>[0];

describe("what a command does for all tenants", () => {
  const work =
    (done: string[]) =>
    ({ slug }: Tenant) => {
      if (slug === "down") return Promise.reject(new Error("its server does not answer"));
      done.push(slug);
      return Promise.resolve();
    };

  it("is done for those behind one that fails, which is named, and for none that is being deleted", async () => {
    const [done, lines] = [[] as string[], [] as string[]];
    const left = new LeftTenants((line) => lines.push(line));
    await forTenants(stores, undefined, work(done), left);
    expect(done).toEqual(["well"]);
    expect(lines).toEqual(["down: its server does not answer"]);
    expect(() => left.check()).toThrow(new StartupError("It could not be done for: down."));
  });

  it("says nothing where all went well", async () => {
    const left = new LeftTenants(() => expect.unreachable());
    await forTenants(stores, undefined, () => Promise.resolve(), left);
    expect(() => left.check()).not.toThrow();
  });

  it("fails as it does where one tenant is named", async () => {
    await expect(forTenants(stores, "down", work([]), new LeftTenants())).rejects.toThrow(
      "its server does not answer",
    );
  });
});
