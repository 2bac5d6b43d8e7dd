/** What V8 takes for an object or a list beside what is in it, for a place in one, and for a text beside its letters. Bytes. */
const OBJECT = 32;
const PLACE = 8;
const TEXT = 16;
/** What a letter takes at most. Bytes. */
const LETTER = 2;

/**
 * Freezes a value that is made of plain objects, lists, texts and numbers, all through.
 *
 * @returns about how much memory it takes, and rather more than less. Bytes.
 */
export function frozenSize(value: unknown): number {
  if (typeof value === "string") return TEXT + LETTER * value.length;
  if (typeof value !== "object" || value === null) return PLACE;
  Object.freeze(value);
  let bytes = OBJECT;
  for (const part of Object.values(value)) bytes += PLACE + frozenSize(part);
  return bytes;
}
