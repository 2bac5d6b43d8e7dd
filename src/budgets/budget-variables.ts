import { z } from "zod";

import { wholeNumber } from "../config-values.js";
import { type BudgetPlan } from "./budgets.js";

const MOST = 1_000_000_000;

/** What somebody may spend in a window. */
const points = z
  .union([z.literal("none"), wholeNumber(1, MOST)], {
    error: `is neither none nor a whole number from 1 to ${MOST}`,
  })
  .default("none");

/** The variables that set budgets, for the schema of the environment. */
export const BUDGET_VARIABLES = {
  MARQUEE_BUDGET_PRINCIPAL: points,
  MARQUEE_BUDGET_KEY: points,
  MARQUEE_BUDGET_ADDRESS: points,
  MARQUEE_BUDGET_TENANT: points,
  MARQUEE_BUDGET_SECONDS: wholeNumber(1, 86_400).default(60),
};

const orNull = (value: "none" | number) => (value === "none" ? null : value);

/** What requests may cost over time. */
export function budgetsOf(value: z.infer<z.ZodObject<typeof BUDGET_VARIABLES>>): BudgetPlan {
  return {
    points: {
      principal: orNull(value.MARQUEE_BUDGET_PRINCIPAL),
      address: orNull(value.MARQUEE_BUDGET_ADDRESS),
      key: orNull(value.MARQUEE_BUDGET_KEY),
      tenant: orNull(value.MARQUEE_BUDGET_TENANT),
    },
    windowSeconds: value.MARQUEE_BUDGET_SECONDS,
  };
}
