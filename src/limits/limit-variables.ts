import { z } from "zod";

import { LIMITS, type LimitName, type Limits } from "./limits.js";

const names = Object.keys(LIMITS) as LimitName[];
/** Past this nothing is limited any more. */
const MOST = 1_000_000_000;

const limit = (standard: number) => {
  const error = `is not a whole number from 1 to ${MOST}`;
  return z.coerce.number({ error }).int({ error }).min(1, { error }).max(MOST, { error }).default(standard);
};

/** The variables that set the limits, for the schema of the environment. */
export const LIMIT_VARIABLES: Record<string, ReturnType<typeof limit>> = Object.fromEntries(
  names.map((name) => [LIMITS[name].variable, limit(LIMITS[name].standard)]),
);

/** @param environment as it was read by a schema with `LIMIT_VARIABLES`. */
export function limitsOf(environment: Readonly<Record<string, unknown>>): Limits {
  const limits = {} as Record<LimitName, number>;
  for (const name of names) limits[name] = Number(environment[LIMITS[name].variable]);
  return limits;
}
