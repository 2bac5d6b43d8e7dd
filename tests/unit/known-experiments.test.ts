import { describe, expect, it } from "vitest";

import { KNOWN_MS, type RunningExperiment } from "../../datasources/experiments/experiments.js";
import { KnownExperiments } from "../../datasources/experiments/known-experiments.js";
import { type Tenant } from "../../datasources/core/tenant.js";

const tenant = { id: 7, schema: "shared" } as Tenant;
const named = (id: string): RunningExperiment[] => [
  { id, kind: "ARMS" as const, exclusionGroup: null, firstPlace: 0, arms: [] },
];
const ids = async (running: Promise<readonly RunningExperiment[]>) => (await running).map(({ id }) => id);

/** What is known on a clock of its own; looks are answered by hand. */
function known() {
  const clock = { now: 1_000 };
  const looks: { found: (id: string) => void; failed: (error: Error) => void }[] = [];
  const look = () =>
    new Promise<RunningExperiment[]>((resolve, reject) =>
      looks.push({ found: (id) => resolve(named(id)), failed: reject }),
    );
  return { clock, looks, experiments: new KnownExperiments(look, () => clock.now) };
}

/** The same, where one has been found. */
async function found() {
  const all = known();
  const first = all.experiments.running(tenant);
  all.looks[0]!.found("first");
  await first;
  return all;
}

describe("which experiments go on", () => {
  it("is looked for once by all who ask, and known for ten seconds", async () => {
    const { clock, looks, experiments } = known();
    const both = [experiments.running(tenant), experiments.running(tenant)];
    expect(looks).toHaveLength(1);
    looks[0]!.found("first");
    expect(await Promise.all(both.map(ids))).toEqual([["first"], ["first"]]);
    // Half of the time later it is looked again, for whom nobody waits.
    clock.now += KNOWN_MS / 2;
    expect(await ids(experiments.running(tenant))).toEqual(["first"]);
    expect(looks).toHaveLength(2);
    looks[1]!.found("second");
    await expect.poll(() => ids(experiments.running(tenant))).toEqual(["second"]);
  });

  it("is not answered once it is older than that, unless looks fail", async () => {
    const { clock, looks, experiments } = await found();
    clock.now += KNOWN_MS;
    const asked = experiments.running(tenant);
    looks[1]!.failed(new RangeError("down"));
    expect(await ids(asked)).toEqual(["first"]);
    // Not asked again for a second, and what is known is answered while it is then.
    expect(await ids(experiments.running(tenant))).toEqual(["first"]);
    expect(looks).toHaveLength(2);
    clock.now += 1_000;
    expect(await ids(experiments.running(tenant))).toEqual(["first"]);
    expect(looks).toHaveLength(3);
    looks[2]!.found("second");
    await expect.poll(() => ids(experiments.running(tenant))).toEqual(["second"]);
  });

  it("is not asked for a second after nobody knew", async () => {
    const { clock, looks, experiments } = known();
    const asked = experiments.running(tenant);
    looks[0]!.failed(new RangeError("down"));
    await expect(asked).rejects.toThrow("down");
    await expect(experiments.running(tenant)).rejects.toThrow("down");
    expect(looks).toHaveLength(1);
    clock.now += 1_000;
    const again = experiments.running(tenant);
    looks[1]!.found("first");
    expect(await ids(again)).toEqual(["first"]);
  });

  it("is what was found last for who does not wait, however old, while it is looked anew; none before", async () => {
    const { clock, looks, experiments } = known();
    const knownIds = () => experiments.known(tenant).map(({ id }) => id);
    expect([knownIds(), knownIds()]).toEqual([[], []]);
    looks[0]!.found("first");
    await expect.poll(knownIds).toEqual(["first"]);
    clock.now += 10 * KNOWN_MS;
    expect([knownIds(), knownIds()]).toEqual([["first"], ["first"]]);
    looks[1]!.found("second");
    await expect.poll(knownIds).toEqual(["second"]);
    expect(looks).toHaveLength(2);
  });

  it("is looked for anew once it is to be forgotten, whatever a look before that finds", async () => {
    const { looks, experiments } = known();
    const before = experiments.running(tenant);
    experiments.forget(tenant);
    const after = experiments.running(tenant);
    looks[0]!.failed(new RangeError("down"));
    await expect(before).rejects.toThrow("down");
    looks[1]!.found("second");
    expect(await ids(after)).toEqual(["second"]);
    expect(await ids(experiments.running(tenant))).toEqual(["second"]);
    expect(looks).toHaveLength(2);
  });
});
