import { expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { RETENTION_KINDS, type RetentionDays } from "../../datasources/retention/retention.js";
import { keepRounds } from "../../src/privacy/rounds.js";

type RoundStores = Parameters<typeof keepRounds>[0];

const days = Object.fromEntries(
  Object.entries(RETENTION_KINDS).map(([kind, { days }]) => [kind, days]),
) as RetentionDays;
const servers = { postgres: "postgres://there/own", mongodb: null, opensearch: null, neo4j: null };
const tenants = [
  { slug: "here", servers: null },
  { slug: "silent", servers },
  { slug: "leaving", servers, state: "DELETING" },
  { slug: "asleep", servers },
] as Tenant[];

/** Stores of which only what rounds do with them is looked at; one tenant's servers do not answer. */
function going(stayMs: number) {
  const [turns, warnings]: [string[], string[]] = [[], []];
  let [open, most] = [0, 0];
  const own = {
    retention: {
      enforce: ({ slug }: Tenant) => {
        turns.push(slug);
        return slug === "silent" ? Promise.reject(new Error("It does not answer")) : Promise.resolve({});
      },
    },
  };
  const use = async (_: Tenant, work: (there: unknown) => Promise<unknown>) => {
    most = Math.max(most, (open += 1));
    await work(own).finally(() => (open -= 1));
  };
  const stores = { tenants: { list: () => Promise.resolve(tenants) }, use } as unknown as RoundStores;
  const warn = (line: string) => void warnings.push(line);
  const rounds = keepRounds(stores, { days, at: "* * * * * *" }, warn, { spreadMs: 10, stayMs });
  return { turns, warnings, rounds, most: () => most };
}

it("has the turn of each dedicated tenant come again and again, one after the other", async () => {
  const { turns, warnings, rounds, most } = going(10);
  await expect.poll(() => turns, { timeout: 5_000 }).toHaveLength(4);
  await rounds.stop();
  expect(turns).toEqual(["silent", "asleep", "silent", "asleep"]);
  expect(most()).toBe(1);
  expect(warnings).toEqual(
    Array(2).fill("silent, that nobody asks, could not be looked after: It does not answer"),
  );
});

it("is stopped in the middle of a stay, and goes no further", async () => {
  const { turns, rounds } = going(600_000);
  await expect.poll(() => turns).toEqual(["silent", "asleep"]);
  await rounds.stop();
  expect(turns).toHaveLength(2);
});
