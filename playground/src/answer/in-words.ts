import { type StoreCall } from "./levels.js";

/** `1 call`, `2 calls`, `1,200 calls`. */
export function count(number: number, what: string): string {
  return `${number.toLocaleString("en")} ${what}${number === 1 ? "" : "s"}`;
}

/** `3 keys (2 different)` and `5 rows` of a store call; nothing where that is not told. */
export function countsOf({
  keys,
  uniqueKeys,
  rows,
}: Pick<StoreCall, "keys" | "uniqueKeys" | "rows">): string[] {
  if (keys === null || uniqueKeys === null || rows === null) return [];
  const twice = uniqueKeys < keys ? ` (${uniqueKeys.toLocaleString("en")} different)` : "";
  return [count(keys, "key") + twice, count(rows, "row")];
}

/** Milliseconds with the digits that mean something. */
export function inMilliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString("en")} ms`;
}

/** A size in bytes or kilobytes (1,000 bytes). */
export function inKilobytes(bytes: number): string {
  return bytes < 1_000 ? `${bytes} B` : `${(bytes / 1_000).toFixed(1)} kB`;
}
