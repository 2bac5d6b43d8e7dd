import { Cron } from "croner";
import { z } from "zod";

/** What variables are read as: each part of the environment's schema is made of these. */

/** True or false. */
export const flag = z
  .enum(["true", "false", "1", "0"], { error: "is neither true nor false" })
  .transform((value) => value === "true" || value === "1");

/** A whole number of a range, both ends included. */
export function wholeNumber(min: number, max: number) {
  const error = `is not a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

const WHOM = ["all", "operators", "off"] as const;
/** Who is told of something. */
export type Whom = (typeof WHOM)[number];
/** Everybody, operators or nobody. */
export const whom = z.enum(WHOM, { error: `is none of ${WHOM.join(", ")}` });

/** A time that comes again, in the form of cron, or a word for never where there is one. */
export function schedule(never?: string) {
  const word = never === undefined ? "" : `, or ${never}`;
  return z.string().refine((text) => text === never || isCron(text), {
    error: `is not a time in the form of cron, such as 17 3 * * *${word}`,
  });
}

function isCron(text: string): boolean {
  try {
    return new Cron(text, { paused: true, timezone: "UTC" }).nextRun() !== null;
  } catch {
    return false;
  }
}

/** Parts of a text with commas between. */
export function list(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

/** Whether a text is an origin as browsers send it: `https://app.example`, and a port where it is not the scheme's. */
export function isOrigin(text: string): boolean {
  try {
    return /^https?:/.test(text) && new URL(text).origin === text;
  } catch {
    return false;
  }
}
