import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type Tenant } from "../../datasources/core/tenant.js";
import { byInstant, watchTimes, type Report } from "../../packages/watch-time/index.js";
import { adultProfile } from "../support/catalogue.js";
import { useFacts, useStores } from "../support/fixtures.js";
import { reportSequences } from "../support/report-arbitraries.js";
import { createTestTenant } from "../support/stores.js";

const SEED = Number(process.env.MARQUEE_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const DURATION = 6_000;

const stores = useStores();
const facts = useFacts();
/** Long enough ago for a sequence with pauses of days to have passed. */
const begin = Date.now() - 40 * 86_400_000;

async function record(tenant: Tenant, profileId: string, report: Report): Promise<void> {
  await stores.viewingWriting.recordProgress(tenant, {
    profileId,
    titleId: "a",
    positionSeconds: report.position,
    durationSeconds: DURATION,
    completed: report.completed,
    device: report.device as "TV" | "WEB",
    country: "US",
    at: new Date(report.at),
    eventId: null,
  });
}

/** What is stored of every report, in order, and what follows from all of them. */
async function storedOf(tenant: Tenant, profile: string) {
  const events = await facts.rows(
    tenant,
    `select played_seconds as played, seconds from viewing_events where tenant_id = $1 and profile_id = '${profile}'
     order by at, completed, position_seconds, device, played_seconds desc`,
  );
  const [progress] = await facts.rows<{ watched: number }>(
    tenant,
    `select watched_seconds as watched, position_seconds as position, completed, first_watched_at, last_watched_at
     from title_progress where tenant_id = $1 and profile_id = '${profile}'`,
  );
  return { events, progress: progress! };
}

describe("watch time", () => {
  it(`is the same in whichever order reports arrive (seed ${SEED})`, async () => {
    const tenant = await createTestTenant(stores);
    let runs = 0;
    const property = fc.asyncProperty(reportSequences(begin, 8), async ({ reports, arrival }) => {
      const profiles = [`ordered-${(runs += 1)}`, `shuffled-${runs}`] as const;
      await stores.accounts.putProfiles(tenant, profiles.map(adultProfile));
      for (const report of reports) await record(tenant, profiles[0], report);
      for (const report of arrival) await record(tenant, profiles[1], report);
      const [ordered, shuffled] = await Promise.all(profiles.map((profile) => storedOf(tenant, profile)));
      const times = watchTimes([...reports].sort(byInstant));
      expect(ordered!.events).toEqual(times);
      expect(shuffled).toEqual(ordered);
      expect(ordered!.progress.watched).toBe(times.reduce((sum, { seconds }) => sum + seconds, 0));
    });
    await fc.assert(property, { seed: SEED, numRuns: 10 });
  });

  it("of reports that arrive at the same time is that of all of them", async () => {
    const tenant = await createTestTenant(stores);
    await stores.accounts.putProfiles(tenant, [adultProfile("u1")]);
    const reports = Array.from({ length: 120 }, (_, n) => ({
      at: begin + n * 5_000,
      position: n % 2 === 0 ? n * 5 : 3_000 + n * 5,
      device: n % 2 === 0 ? "TV" : "WEB",
      completed: false,
    }));
    await Promise.all([...reports].reverse().map((report) => record(tenant, "u1", report)));
    expect(await storedOf(tenant, "u1")).toMatchObject({
      events: watchTimes(reports),
      progress: { watched: 595, position: 3_595 },
    });
  });

  it("that was counted by another rule is counted anew, once", async () => {
    const tenant = await createTestTenant(stores);
    await stores.accounts.putProfiles(tenant, ["u1", "u2"].map(adultProfile));
    const reports = [0, 30, 60, 4_000, 4_010].map((position, n) => ({
      at: begin + n * 30_000,
      position,
      device: "TV",
      completed: false,
    }));
    for (const report of reports) {
      await record(tenant, "u1", report);
      await record(tenant, "u2", report);
    }
    const right = await storedOf(tenant, "u1");
    // As an earlier version did it: whatever the position had gone forward by.
    await facts.rows(
      tenant,
      `update viewing_events set seconds = 1310, played_seconds = 1310 where tenant_id = $1 and profile_id = 'u1'`,
    );
    await facts.rows(
      tenant,
      `update title_progress set watched_seconds = 6550 where tenant_id = $1 and profile_id = 'u1'`,
    );
    expect(await stores.viewingIngest.recount(tenant)).toBe(reports.length);
    expect(await storedOf(tenant, "u1")).toEqual(right);
    expect(await storedOf(tenant, "u2")).toEqual(right);
    expect(await stores.viewingIngest.recount(tenant)).toBe(0);
  });
});
