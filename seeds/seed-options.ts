import { StartupError } from "../packages/process/startup-error.js";
import { demoTenants, type DemoOptions } from "./demo-tenants.js";

/** What to seed. */
export interface SeedOptions extends DemoOptions {
  /** Slugs of the demo tenants to seed. Default: all. */
  tenants?: string[];
}

const MAX_SCALE = 100;
const MAX_PROFILES = 1_000_000;
const MAX_EVENTS = 100_000_000;

/** Slugs of the demo tenants, in the order in which they are seeded. */
export function demoSlugs(): string[] {
  return demoTenants().map((tenant) => tenant.slug);
}

/**
 * Refuses options that make no sense, all of them at once.
 *
 * @throws StartupError that names each option, what was found and what is accepted.
 */
export function checkSeedOptions(options: SeedOptions): void {
  const { scale = 1, seed = 1, profiles = 1, events = 0, until = new Date(), tenants = [] } = options;
  const slugs = demoSlugs();
  const problems = [
    scale > 0 && scale <= MAX_SCALE
      ? null
      : `scale: found ${scale}, accepted: a number over 0, at most ${MAX_SCALE}`,
    Number.isSafeInteger(seed) ? null : `seed: found ${seed}, accepted: a whole number`,
    isWhole(profiles, 1, MAX_PROFILES)
      ? null
      : `profiles: found ${profiles}, accepted: a whole number from 1 to ${MAX_PROFILES}`,
    isWhole(events, 0, MAX_EVENTS)
      ? null
      : `events: found ${events}, accepted: a whole number from 0 to ${MAX_EVENTS}`,
    isDay(until) ? null : "until: accepted: a date such as 2026-05-01, from 1971 to 2100",
    ...tenants.map((slug) =>
      slugs.includes(slug) ? null : `tenant: found ${slug}, accepted: ${slugs.join(", ")}`,
    ),
  ].filter((problem) => problem !== null);
  if (problems.length > 0)
    throw new StartupError(`The demo cannot be seeded like this. ${problems.join("; ")}.`);
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function isDay(date: Date): boolean {
  return date.getTime() >= Date.UTC(1971) && date.getTime() < Date.UTC(2101);
}
