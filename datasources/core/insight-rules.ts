/*
 * What insights count of a profile and of a title (docs/privacy.md): said to clients by the schema, and counted by the store.
 */

/** Titles of one profile that count, those that it watched longest in the period. */
export const MAX_TITLES = 5;
/** Time of one profile that counts on a day. Seconds. */
export const MAX_DAY_SECONDS = 7_200;
/** Whoever has watched for so long has stayed. Seconds. */
export const STAYED_SECONDS = 300;
/** Days that may be asked about at once. */
export const MAX_DAYS = 90;
/** Days that are asked about unless somebody says. */
export const STANDARD_DAYS = 28;
