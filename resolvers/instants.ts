import { badInput } from "./request/errors.js";

/**
 * Refuses what a calendar date or an instant can be in JavaScript and not in a store.
 *
 * @throws BAD_USER_INPUT, naming the argument.
 */
export function checkYear(field: string, date: Date): void {
  const year = date.getUTCFullYear();
  if (year < 1 || year > 9999) throw badInput(field, `the year ${year} is out of range`, "years 1 to 9999");
}
