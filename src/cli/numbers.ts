import { InvalidArgumentError } from "commander";

/** An option's text as a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Accepted: a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** An option's text as a number over zero. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !(value > 0)) throw new InvalidArgumentError("Accepted: a number over 0.");
  return value;
}

/** An option's text as a day, `YYYY-MM-DD`, at its first instant in UTC. */
export function day(text: string): Date {
  const date = new Date(`${text}T00:00:00Z`);
  const sound = /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime());
  if (!sound || date.toISOString().slice(0, 10) !== text) {
    throw new InvalidArgumentError("Accepted: a date such as 2026-05-01.");
  }
  return date;
}

/** `1,234,567`. */
export function counted(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** `12,345/s`. */
export function rate(count: number, seconds: number): string {
  return `${counted(count / Math.max(seconds, 0.001))}/s`;
}
