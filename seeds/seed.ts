import { CallLog } from "../datasources/core/store-request.js";
import { type Stores } from "../datasources/stores/stores.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { hashPassword, verifyPassword } from "../packages/passwords/index.js";
import { demoTenants } from "./demo-tenants.js";
import { importEvents } from "../importer/import-events.js";
import { describeBadLine, type ImportReport } from "../importer/import-report.js";
import { importTitles } from "../importer/import-titles.js";
import { type AccountLine, type DemoTenant, type ProfileLine } from "./demo.js";
import { linesOf } from "../importer/ndjson.js";
import { checkSeedOptions, demoSlugs, type SeedOptions } from "./seed-options.js";

export { type SeedOptions } from "./seed-options.js";

/** Told of each step of each tenant: the share that is done, in [0, 1], and a few words on it. */
export type SeedProgress = (tenant: string, step: string, fraction: number, note?: string) => void;

/** The batch jobs that make charts and recommendations of what was seeded. */
export type Learn = (
  stores: Stores,
  tenant: Tenant,
  onProgress: (step: string, fraction: number) => void,
) => Promise<unknown>;

/** What a seed wrote, by tenant. */
export interface SeedReport {
  tenants: { slug: string; titles: ImportReport; events: ImportReport; learnSeconds: number }[];
  seconds: number;
}

const PLANS = [
  { id: "BASIC", name: "Basic", maxStreams: 1, maxHeight: 720, priceCents: 799, currency: "USD" },
  { id: "STANDARD", name: "Standard", maxStreams: 2, maxHeight: 1080, priceCents: 1299, currency: "USD" },
  { id: "PREMIUM", name: "Premium", maxStreams: 4, maxHeight: 2160, priceCents: 1799, currency: "USD" },
];
const PROFILE_BATCH = 5_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Generated viewing ends where the options say, be it in the future. */
const ANY_TIME = new Date("9999-12-31T00:00:00Z");

/**
 * Writes the demo tenants through the same ways in as an import. Running it again until the same
 * day changes nothing; running it after it was broken off completes it. The accounts come last: a tenant that can be signed in to is complete.
 *
 * @throws StartupError when the options make no sense.
 */
export async function seedDemo(
  stores: Stores,
  learn: Learn,
  options: SeedOptions = {},
  progress: SeedProgress = () => {},
): Promise<SeedReport> {
  checkSeedOptions(options);
  const started = performance.now();
  const chosen = demoTenants(options).filter(({ slug }) => options.tenants?.includes(slug) ?? true);
  const until = options.until ?? new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
  const tenants: SeedReport["tenants"] = [];
  for (const demo of chosen) tenants.push(await seedTenant(stores, learn, demo, until, progress));
  return { tenants, seconds: (performance.now() - started) / 1000 };
}

/** Whether every demo tenant has been seeded to the end. */
export async function isSeeded(stores: Pick<Stores, "tenants" | "accounts">): Promise<boolean> {
  for (const slug of demoSlugs()) {
    const tenant = await stores.tenants.bySlug(slug);
    if (!tenant) return false;
    const request = { tenant, calls: new CallLog() };
    if (!(await stores.accounts.credentials(request, `viewer@${slug}.example`))) return false;
  }
  return true;
}

async function seedTenant(
  stores: Stores,
  learn: Learn,
  demo: DemoTenant,
  until: Date,
  progress: SeedProgress,
): Promise<SeedReport["tenants"][number]> {
  const { slug, name, tier, defaultCountry, counts } = demo;
  const there = await stores.tenants.named(slug);
  const tenant = there ?? (await stores.tenants.create({ slug, name, tier, defaultCountry }));
  const watch = (step: string) => (lines: number, fraction: number) =>
    progress(slug, step, fraction, `${lines.toLocaleString("en")} lines`);
  const projected = (step: string) => (fraction: number, left: number, waitsFor: string | null) => {
    const waiting = waitsFor === null ? "" : `, waiting for ${waitsFor} to end`;
    progress(slug, `projecting ${step}`, fraction, `${left.toLocaleString("en")} left${waiting}`);
  };
  const titles = await importTitles(stores, tenant, linesOf(demo.titles(), counts.titles), {
    onProgress: watch("titles"),
    onProjecting: projected("titles"),
  });
  await putProfiles(stores, tenant, demo);
  const events = await importEvents(stores, tenant, linesOf(demo.events(), counts.events), {
    onProgress: watch("events"),
    onProjecting: projected("events"),
    until: ANY_TIME,
  });
  for (const report of [titles, events]) refuseBadLines(slug, report);
  const learning = performance.now();
  await learn(stores, tenant, (step, fraction) => progress(slug, "learn", fraction, step));
  const learnSeconds = (performance.now() - learning) / 1000;
  await putAccounts(stores, tenant, demo.accounts, until);
  return { slug, titles, events, learnSeconds };
}

function refuseBadLines(slug: string, { bad: [first], badLines }: ImportReport): void {
  if (first)
    throw new Error(
      `The generator of ${slug} made ${badLines} lines that are not valid: ${describeBadLine(first)}`,
    );
}

async function putProfiles(stores: Stores, tenant: Tenant, demo: DemoTenant): Promise<void> {
  let batch: ProfileLine[] = demo.accounts.flatMap((account) => account.profiles);
  for (const profile of demo.profiles()) {
    batch.push(profile);
    if (batch.length < PROFILE_BATCH) continue;
    await stores.accounts.putProfiles(tenant, batch);
    batch = [];
  }
  await stores.accounts.putProfiles(tenant, batch);
}

async function putAccounts(
  stores: Stores,
  tenant: Tenant,
  accounts: AccountLine[],
  until: Date,
): Promise<void> {
  await stores.accounts.putPlans(tenant, PLANS);
  const entries = accounts.flatMap(({ watchlist }) => Object.entries(watchlist));
  await stores.viewingIngest.addToWatchlists(
    tenant,
    entries.flatMap(([profileId, titles]) =>
      titles.map((titleId, index) => {
        const addedAt = new Date(until.getTime() - (titles.length - index) * HOUR_MS).toISOString();
        return { profileId, titleId, addedAt };
      }),
    ),
  );
  const made = accounts.map(async ({ email, password, roles, country, plan, profiles }) => ({
    id: email.slice(0, email.indexOf("@")),
    email,
    passwordHash: await passwordHash(stores, tenant, email, password),
    roles,
    country,
    planId: plan,
    profiles,
  }));
  await stores.accounts.putAccounts(tenant, await Promise.all(made));
}

/** The hash that is there already where it is of this password: a new one would differ by its salt. */
async function passwordHash(
  stores: Stores,
  tenant: Tenant,
  email: string,
  password: string,
): Promise<string> {
  const known = await stores.accounts.credentials({ tenant, calls: new CallLog() }, email);
  const fits = known !== null && (await verifyPassword(password, known.passwordHash)).right;
  return fits ? known.passwordHash : hashPassword(password);
}
