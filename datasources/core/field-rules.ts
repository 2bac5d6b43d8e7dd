import { z } from "zod";

import { COUNTRY_ACCEPTED, countryOf, EVERYWHERE } from "./countries.js";
import { canonicalAddress, tidyName } from "../../packages/names/index.js";

/*
 * Every schema's error message is what the field accepts: reports put it behind what was found. Texts must be ones that
 * PostgreSQL keeps: neither NUL nor half a surrogate pair.
 */

const UNSTORABLE = /[\0\p{Cs}]/u;
/** Whether every store can keep a text, and tell it from others. */
export function isStorable(value: string): boolean {
  return !UNSTORABLE.test(value);
}

/** No white space: compound keys are joined by it. Global ids have a limit that longer ones would pass. */
const ID = /^[^\s\p{Cc}\p{Cs}]+$/u;
const MAX_ID_BYTES = 200;
const ID_ACCEPTED = `a text of 1 to ${MAX_ID_BYTES} bytes without white space`;

export const id = z
  .string({ error: ID_ACCEPTED })
  .refine((text) => ID.test(text) && Buffer.byteLength(text) <= MAX_ID_BYTES, { error: ID_ACCEPTED });

const UNNAMEABLE = /[\p{Cc}\p{Cs}]/u;

/** A name of one to `max` characters, as `tidyName` leaves it. */
export function text(max: number) {
  const error = `a text of 1 to ${max} characters that can be seen, without NUL, other control characters and broken surrogates`;
  return z
    .string({ error })
    .transform(tidyName)
    .refine((value) => value !== "" && value.length <= max && !UNNAMEABLE.test(value), { error });
}

/** A text that may be empty. */
export function prose(max: number) {
  const error = `a text of at most ${max} characters, without NUL and broken surrogates`;
  return z.string({ error }).refine((value) => value.length <= max && !UNSTORABLE.test(value), { error });
}

export function whole(least: number, most: number) {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

export const yesOrNo = z.boolean({ error: "true or false" });

export function oneOf<const T extends readonly [string, ...string[]]>(values: T) {
  return z.enum(values, { error: `one of ${values.join(", ")}` });
}

export function list<T extends z.ZodType>(item: T, max: number, what: string) {
  const error = `a list of at most ${max} ${what}`;
  return z.array(item, { error }).max(max, { error });
}

const INSTANT = "an ISO 8601 instant such as 2026-05-01T20:11:00Z";
const DAY_OR_INSTANT = `an ISO 8601 date such as 2026-05-01, or ${INSTANT}`;
const FIRST_YEAR = "1000";

/** The instants that every store keeps, in words. */
export const STORABLE_YEARS = "an instant in the years 1 to 9999, in UTC";

/** Whether every store can keep an instant. */
export function isStorableInstant(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999;
}

const INSTANT_PATTERN = z.regexes.datetime({ offset: true });
const DAY_PATTERN = z.regexes.date;

/** Normalised to UTC with milliseconds. */
export const instant = moment(INSTANT, (value) => INSTANT_PATTERN.test(value));

/** A date means the first instant of the day in UTC. Normalised like `instant`. */
export const dayOrInstant = moment(
  DAY_OR_INSTANT,
  (value) => DAY_PATTERN.test(value) || INSTANT_PATTERN.test(value),
);

function moment(error: string, isWellFormed: (value: string) => boolean) {
  return z
    .string({ error })
    .refine((value) => isWellFormed(value) && value >= FIRST_YEAR && isStorableInstant(new Date(value)), {
      error,
    })
    .transform((value) => new Date(value).toISOString());
}

const SLUG_ACCEPTED = "2 to 40 of a-z, 0-9 and -, beginning with a letter and ending with none of -";

/** A tenant's name in URLs, tokens, headers, e-mail domains and ids. */
export const slug = z
  .string({ error: SLUG_ACCEPTED })
  .regex(/^[a-z][a-z0-9-]{0,38}[a-z0-9]$/, { error: SLUG_ACCEPTED });

const DOMAIN_ACCEPTED = "the name of a host such as watch.corner.example, without a port";
const LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const DOMAIN = new RegExp(`^${LABEL}(\\.${LABEL})+$`);

/** A host of a tenant's own. In small letters. */
export const domain = z
  .string({ error: DOMAIN_ACCEPTED })
  .transform((text) => text.toLowerCase())
  .refine((text) => text.length <= 253 && DOMAIN.test(text), { error: DOMAIN_ACCEPTED });

/** In capitals. */
export const country = z
  .string({ error: COUNTRY_ACCEPTED })
  .refine((text) => countryOf(text) !== null, { error: COUNTRY_ACCEPTED })
  .transform((text) => text.toUpperCase());

const PLACE_ACCEPTED = `${COUNTRY_ACCEPTED}, or ${EVERYWHERE} for everywhere`;

export const countryOrEverywhere = z
  .string({ error: PLACE_ACCEPTED })
  .refine((text) => text === EVERYWHERE || countryOf(text) !== null, { error: PLACE_ACCEPTED })
  .transform((text) => text.toUpperCase());

const EMAIL_ACCEPTED =
  "an address of the form name@domain.example, of at most 254 characters that can be seen: before the @ letters, digits, any of !#$%&'*+/=?^_`{|}~- and single dots between these, behind it the name of a host";

/** An e-mail address in its one form, `canonicalAddress`. What is behind a domain's last dot is not looked up anywhere. */
export const email = z
  .string({ error: EMAIL_ACCEPTED })
  .transform(canonicalAddress)
  .pipe(z.string({ error: EMAIL_ACCEPTED }));
