/** A value as one text: two values have the same text where they hold the same, whatever the order of their keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    isPlain(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * An instant as text, always in UTC with six decimals, so that equal instants have equal texts.
 *
 * @param text ISO 8601 with `Z` or an offset, of up to microseconds.
 */
export function instantText(text: string): string {
  const [, fraction = ""] = /\.(\d+)/.exec(text) ?? [];
  return `${new Date(text).toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, "0")}Z`;
}

/** A record without some of its fields. */
export function omit<T extends object, K extends keyof T>(record: T, ...fields: readonly K[]): Omit<T, K> {
  const left: Partial<T> = { ...record };
  for (const field of fields) delete left[field];
  return left as Omit<T, K>;
}
