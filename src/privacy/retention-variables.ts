import { z } from "zod";

import {
  RETENTION_KINDS,
  type RetentionDays,
  type RetentionKind,
} from "../../datasources/retention/retention.js";
import { list, schedule } from "../config-values.js";

const KINDS = Object.keys(RETENTION_KINDS) as RetentionKind[];
/** For how long something can be kept at most. Days. */
const MOST_DAYS = 36_500;
const STANDARD = Object.fromEntries(KINDS.map((kind) => [kind, RETENTION_KINDS[kind].days])) as RetentionDays;

const KNOWN = new RegExp(`^(${KINDS.join("|")})=(none|\\d{1,5})$`);
const ACCEPTED = `kinds and days such as ${KINDS[0]}=730,mails=none; kinds are ${KINDS.join(", ")}, and days at most ${MOST_DAYS}`;

/** Variables about how long data is kept. */
export const RETENTION_VARIABLES = {
  MARQUEE_RETENTION_DAYS: z
    .string()
    .refine(areDays, { error: `is not a list of ${ACCEPTED}` })
    .default(""),
  MARQUEE_RETENTION_AT: schedule().default("17 3 * * *"),
};

/** @param text as MARQUEE_RETENTION_DAYS is accepted: kinds that it does not name are kept as long as by default. */
export function retentionDays(text: string): RetentionDays {
  const read = entries(text).map(([, kind, days]) => [kind, days === "none" ? null : Number(days)]);
  return { ...STANDARD, ...(Object.fromEntries(read) as Partial<RetentionDays>) };
}

const entries = (text: string) =>
  list(text)
    .filter((part) => part !== "")
    .map((part): readonly string[] => KNOWN.exec(part) ?? []);

/** A kind has one number of days: of two, one would count in silence. */
function areDays(text: string): boolean {
  const read = entries(text);
  const kinds = new Set(read.map(([, kind]) => kind));
  return (
    kinds.size === read.length &&
    read.every(([all, , days]) => all !== undefined && !(Number(days) > MOST_DAYS))
  );
}
