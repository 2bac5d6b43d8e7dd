import { Cron } from "croner";
import { z } from "zod";

import {
  RETENTION_KINDS,
  type RetentionDays,
  type RetentionKind,
} from "../../datasources/retention/retention.js";
import { list } from "../config-values.js";

const KINDS = Object.keys(RETENTION_KINDS) as RetentionKind[];
/** For how long something can be kept at most. Days. */
const MOST_DAYS = 36_500;
const STANDARD = Object.fromEntries(KINDS.map((kind) => [kind, RETENTION_KINDS[kind].days])) as RetentionDays;

/** Variables about how long data is kept. */
export const RETENTION_VARIABLES = {
  MARQUEE_RETENTION_DAYS: z.string().default("").transform(readDays),
  MARQUEE_RETENTION_AT: z
    .string()
    .refine(isSchedule, { error: "is not a time in the form of cron, such as 17 3 * * *" })
    .default("17 3 * * *"),
};

function readDays(text: string, context: z.RefinementCtx): RetentionDays {
  const parts = list(text).filter((part) => part !== "");
  const known = new RegExp(`^(${KINDS.join("|")})=(none|\\d{1,5})$`);
  const read = parts.map((part) => known.exec(part));
  if (read.every((match) => match && !(Number(match[2]) > MOST_DAYS)))
    return { ...STANDARD, ...daysOf(read) };
  const accepted = `kinds and days such as ${KINDS[0]}=730,mails=none; kinds are ${KINDS.join(", ")}, and days at most ${MOST_DAYS}`;
  context.addIssue({ code: "custom", message: `is not a list of ${accepted}` });
  return STANDARD;
}

function daysOf(read: readonly (RegExpExecArray | null)[]): Partial<RetentionDays> {
  const days = read.map((match) => [match?.[1], match?.[2] === "none" ? null : Number(match?.[2])] as const);
  return Object.fromEntries(days) as Partial<RetentionDays>;
}

function isSchedule(text: string): boolean {
  try {
    return new Cron(text, { paused: true, timezone: "UTC" }).nextRun() !== null;
  } catch {
    return false;
  }
}
