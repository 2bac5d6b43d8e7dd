import { type RefusalCode } from "../datasources/core/refusal-codes.js";
import { text, whole } from "../datasources/core/field-rules.js";
import { Refusal } from "../datasources/core/refusal.js";
import { cellOf, permissionOf } from "./permissions.js";

/** Days that a key is good for, unless something else is said, and at most. */
export const KEY_DAYS = { standard: 90, most: 366 };
const MAX_NAME = 100;
const MAX_SCOPE = 100;

/** @throws Refusal INVALID. */
export function checkedKeyName(name: string): string {
  const checked = text(MAX_NAME).safeParse(name);
  if (checked.success) return checked.data;
  throw invalid("name", "INVALID", checked.error.issues[0]?.message);
}

/** @throws Refusal INVALID. */
export function checkedDays(days = KEY_DAYS.standard): number {
  const checked = whole(1, KEY_DAYS.most).safeParse(days);
  if (checked.success) return checked.data;
  throw invalid("days", "INVALID", checked.error.issues[0]?.message);
}

/**
 * The fields that a key is for, each once.
 *
 * @param may whether whoever makes it may ask for one.
 * @throws Refusal INVALID_SCOPE.
 */
export function checkedScope(scope: readonly string[], may: (coordinate: string) => boolean): string[] {
  const once = [...new Set(scope)];
  if (once.length === 0 || once.length > MAX_SCOPE)
    throw invalid("scope", "INVALID_SCOPE", `1 to ${MAX_SCOPE} fields`);
  const wrong = scope.findIndex((coordinate) => !isForKeys(coordinate) || !may(coordinate));
  if (wrong === -1) return once;
  const accepted = "fields such as Query.titles, which keys and you may ask for";
  throw invalid(`scope[${wrong}]`, "INVALID_SCOPE", accepted, "scope");
}

/** Whether keys may have a field at all. */
function isForKeys(coordinate: string): boolean {
  const [type = "", field = "", ...more] = coordinate.split(".");
  const permission = more.length === 0 ? permissionOf(type, field) : null;
  return permission !== null && cellOf(permission, "API key") === "scope";
}

function invalid(place: string, code: RefusalCode, accepted = "", field = place): Refusal {
  return new Refusal(field, code, `${place} cannot be accepted. Accepted: ${accepted}.`);
}
