import { z } from "zod";

import { INSIGHT_BUDGET, THOUSANDTHS, type InsightBudget } from "../../datasources/insights/insights.js";
import { wholeNumber } from "../config-values.js";

/** The most ε that can be set: with as much, nobody is hidden. */
const MOST = 1_000;

/** ε in thousandths, of a text such as 0.5. */
const epsilon = (standard: number) =>
  z
    .string()
    .refine((text) => /^\d{1,4}(\.\d{1,3})?$/.test(text) && Number(text) > 0 && Number(text) <= MOST, {
      error: `is not a number above 0 and up to ${MOST}, with at most three decimals`,
    })
    .default(String(standard / THOUSANDTHS));

/** Variables about how much of viewers insights may tell. */
export const INSIGHT_VARIABLES = {
  MARQUEE_INSIGHTS_EPSILON: epsilon(INSIGHT_BUDGET.perRelease),
  MARQUEE_INSIGHTS_BUDGET: epsilon(INSIGHT_BUDGET.total),
  MARQUEE_INSIGHTS_DAYS: wholeNumber(1, 3_650).default(INSIGHT_BUDGET.days),
};

type Variables = z.infer<z.ZodObject<typeof INSIGHT_VARIABLES>>;

export function insightBudget(value: Variables): InsightBudget {
  const thousandths = (text: string) => Math.round(Number(text) * THOUSANDTHS);
  return {
    perRelease: thousandths(value.MARQUEE_INSIGHTS_EPSILON),
    total: thousandths(value.MARQUEE_INSIGHTS_BUDGET),
    days: value.MARQUEE_INSIGHTS_DAYS,
  };
}

/** Whether the budget does not pay for one release. */
export function isTooLittle(value: Variables): boolean {
  const { perRelease, total } = insightBudget(value);
  return total < perRelease;
}
