import { expect, it } from "vitest";

import { checkDefaultTenant } from "../../src/tenancy/default-tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";

const slugs = ["meridian", "atelier"];
const stores = {
  tenants: {
    bySlug: async (slug: string) => (slugs.includes(slug) ? { slug } : null),
    list: async () => slugs.map((slug) => ({ slug })),
  },
} as unknown as Stores;

async function told(defaultTenant: string | null): Promise<string[]> {
  const lines: string[] = [];
  await checkDefaultTenant({ defaultTenant }, stores, (line) => lines.push(line));
  return lines;
}

it("says which tenants there are where the default is none of them", async () => {
  await expect(told("netflix")).rejects.toThrow(
    'MARQUEE_DEFAULT_TENANT: there is no tenant "netflix". Accepted: atelier, meridian, none.',
  );
  for (const fine of ["atelier", "Atelier", "meridian", null]) expect(await told(fine)).toEqual([]);
});

it("only warns where nobody has chosen one", async () => {
  slugs.shift();
  expect(await told("meridian")).toEqual([
    'MARQUEE_DEFAULT_TENANT: there is no tenant "meridian". Accepted: atelier, none. Requests that name no tenant are refused.',
  ]);
});
