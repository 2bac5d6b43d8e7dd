import { finding, type Finding } from "../findings.js";
import { median, startGenerator } from "../tenants/generators.js";
import { makeTenantsGround } from "../tenants/ground.js";

const TITLES = 20;
const FEW = 3;
/** Requests a second: far from what it can answer, since it is the time of an answer that is compared. */
const RATE = 40;
const ROUNDS = 5;
const SECONDS = 8;
const GOALS = { kilobytes: 50, times: 1.1 };

/** What many small tenants in one process cost beside a few: memory of each, and the time of an answer. */
export async function thousandTenants(tenants: number): Promise<Finding> {
  const ground = await makeTenantsGround({ tenants, dedicated: 0, servers: 0, titles: TITLES });
  try {
    const gateway = await ground.start();
    const generator = startGenerator();
    try {
      const { url } = gateway;
      const all = ground.shared.map(({ slug }) => slug);
      const few = all.slice(0, FEW);
      const until = async (times: number, slugs: string[]) => {
        for (let served = 0; served < times;)
          served += (await generator.ask({ url, tenants: slugs, seconds: 15, connections: 4 })).served;
      };
      await until(3 * tenants, few);
      const before = await gateway.testify();
      await until(3 * tenants, all);
      const after = await gateway.testify();
      const times = { few: [] as number[], all: [] as number[] };
      for (let round = 0; round < ROUNDS; round += 1)
        for (const [name, slugs] of [["few", few] as const, ["all", all] as const])
          times[name].push((await generator.ask({ url, tenants: slugs, seconds: SECONDS, rate: RATE })).p50);
      const each = (from: number, to: number) => Math.max(0, to - from) / 1024 / (tenants - FEW);
      const live = each(before.heapBytes, after.heapBytes);
      const ratio = median(times.all) / median(times.few);
      return finding({
        heading: "A thousand tenants",
        note: `One gateway, ${tenants} tenants of ${TITLES} titles in the deployment's PostgreSQL, all of which have been asked for a list; memory is what the process holds after collecting garbage, beside what it held when ${FEW} had been asked as often. Answers: medians at ${RATE} requests a second, in ${ROUNDS} turns. Goals: ${GOALS.kilobytes} KB a tenant, ${GOALS.times} × the time.`,
        columns: ["", `${FEW} tenants`, `${tenants} tenants`, "a tenant / ratio"],
        rows: [
          ["live objects, MB, and KB a tenant", mb(before.heapBytes), mb(after.heapBytes), live],
          [
            "resident, MB, and KB a tenant",
            mb(before.residentBytes),
            mb(after.residentBytes),
            each(before.residentBytes, after.residentBytes),
          ],
          ["a list, ms", median(times.few), median(times.all), ratio],
        ],
        missed: [
          ...(live > GOALS.kilobytes ? [`${live.toFixed(0)} KB a tenant`] : []),
          ...(ratio > GOALS.times ? [`answers take ${ratio.toFixed(2)} × the time`] : []),
        ],
      });
    } finally {
      generator.end();
      await gateway.close();
    }
  } finally {
    await ground.close();
  }
}

const mb = (bytes: number): number => bytes / 1024 / 1024;
