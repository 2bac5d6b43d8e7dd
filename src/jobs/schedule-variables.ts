import { type z } from "zod";

import { schedule } from "../config-values.js";

const NEVER = "none";

/** Variables about what the gateways do by themselves at set times. */
export const SCHEDULE_VARIABLES = {
  MARQUEE_LEARN_AT: schedule(NEVER).default("40 2 * * *"),
  MARQUEE_CHARTS_AT: schedule(NEVER).default("10 * * * *"),
};

/** When what is done at set times is done, in the form of cron, in UTC; null: never. */
export interface Schedule {
  learn: string | null;
  charts: string | null;
}

type Variables = z.infer<z.ZodObject<typeof SCHEDULE_VARIABLES>>;

export function scheduleOf({ MARQUEE_LEARN_AT: learn, MARQUEE_CHARTS_AT: charts }: Variables): Schedule {
  const timeOf = (at: string) => (at === NEVER ? null : at);
  return { learn: timeOf(learn), charts: timeOf(charts) };
}

/** The environment with those that are set to nothing switched off: for these, as for crontabs, no time is never. */
export function emptyIsNever(env: Record<string, string | undefined>): Record<string, string | undefined> {
  const empty = Object.keys(SCHEDULE_VARIABLES).filter((name) => env[name] === "");
  return { ...env, ...Object.fromEntries(empty.map((name) => [name, NEVER])) };
}
