import { expect, it } from "vitest";

import { GatheredWrites } from "../../datasources/core/gathered-writes.js";
import { type Tenant } from "../../datasources/core/tenant.js";

const tenant = (id: number) => ({ id, schema: "shared" }) as Tenant;

/** What is written is answered by hand. */
function gathering() {
  const figures = { kept: 0, lost: 0 };
  const writes: { tenant: number; items: readonly string[]; end(): void; fail(): void }[] = [];
  const gathered = new GatheredWrites<string>({
    gatheringMs: 1,
    most: 8,
    mostOfTenant: 5,
    tenants: 2,
    group: 2,
    keep: ({ id }, items) =>
      new Promise((resolve, reject) =>
        writes.push({
          tenant: id,
          items,
          end: () => resolve(items.length),
          fail: () => reject(new Error("down")),
        }),
      ),
    figures,
  });
  return { figures, writes, gathered };
}

it("writes in groups, those of a tenant one after the other, of several at once", async () => {
  const { figures, writes, gathered } = gathering();
  for (const item of ["a", "b", "c"]) void gathered.add(tenant(1), item);
  void gathered.add(tenant(2), "d");
  const settled = gathered.settle();
  await expect
    .poll(() => writes.map(({ tenant: of, items }) => [of, items]))
    .toEqual([
      [1, ["a", "b"]],
      [2, ["d"]],
    ]);
  writes[0]!.end();
  await expect.poll(() => writes[2]?.items).toEqual(["c"]);
  writes[1]!.fail();
  writes[2]!.end();
  await settled;
  expect(figures).toEqual({ kept: 3, lost: 1 });
});

it("loses what comes while a tenant's share waits, or all there may be, and takes more once that is kept", async () => {
  const { figures, writes, gathered } = gathering();
  for (let n = 0; n < 6; n += 1) void gathered.add(tenant(1), `one ${n}`);
  expect(figures.lost).toBe(1);
  for (let n = 0; n < 4; n += 1) void gathered.add(tenant(2), `two ${n}`);
  expect(figures.lost).toBe(2);
  const settled = gathered.settle();
  // What is being written waits still.
  await expect.poll(() => writes.length).toBe(2);
  void gathered.add(tenant(3), "three");
  expect(figures.lost).toBe(3);
  writes[0]!.end();
  await expect.poll(() => figures.kept).toBe(2);
  void gathered.add(tenant(3), "three");
  expect(figures.lost).toBe(3);
  const endAll = () => {
    for (const write of writes) write.end();
    return figures.kept;
  };
  await expect.poll(endAll).toBe(9);
  await settled;
  expect(figures).toEqual({ kept: 9, lost: 3 });
  expect(writes.flatMap(({ items }) => items).sort()).toEqual([
    ...Array.from({ length: 5 }, (_, n) => `one ${n}`),
    "three",
    ...Array.from({ length: 3 }, (_, n) => `two ${n}`),
  ]);
});
