import { type z } from "zod";

import { WATCH_RULES, type WatchRules } from "../datasources/viewing/watch-rules.js";
import { DIVERSITY_PERCENT } from "../resolvers/diversity.js";
import { wholeNumber } from "./config-values.js";

/** Variables about what counts as watched, and how it is suggested from that. */
export const WATCHING_VARIABLES = {
  MARQUEE_FINISHED_PERCENT: wholeNumber(50, 100).default(WATCH_RULES.finishedPercent),
  MARQUEE_BEGUN_SECONDS: wholeNumber(0, 3_600).default(WATCH_RULES.begunSeconds),
  MARQUEE_DIVERSITY_PERCENT: wholeNumber(0, 100).default(DIVERSITY_PERCENT),
};

type Variables = z.infer<z.ZodObject<typeof WATCHING_VARIABLES>>;

/** What they say; the diversity from 0 to 1. */
export function watchingOf(value: Variables): { watching: WatchRules; diversity: number } {
  return {
    watching: { finishedPercent: value.MARQUEE_FINISHED_PERCENT, begunSeconds: value.MARQUEE_BEGUN_SECONDS },
    diversity: value.MARQUEE_DIVERSITY_PERCENT / 100,
  };
}
