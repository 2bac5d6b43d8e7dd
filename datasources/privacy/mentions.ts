/** Letters that ids and addresses go on with: `u1` is not mentioned where `u10` is. */
const INNER = "[A-Za-z0-9_-]";

/** Names shorter than this are words of all kinds, and are found everywhere. Characters. */
const TELLING_NAME = 8;

/** What somebody can be found by. */
export interface Marks {
  /** Of the account and its profiles. */
  ids: readonly string[];
  address: string;
  /** What the address is found by. */
  addressHash: string;
  names: readonly string[];
}

/** Texts that nothing may mention any more, wherever it is. */
export function wantedAnywhere({ ids, address, addressHash }: Marks): string[] {
  return [...new Set([...ids, address, addressHash])].filter((text) => text !== "");
}

/** Texts that what is kept about people may not mention any more; titles and other people may be called so. */
export function wantedAmongPeople({ names }: Marks): string[] {
  return [...new Set(names)].filter((name) => [...name].length >= TELLING_NAME);
}

/**
 * Patterns for PostgreSQL and JavaScript alike that match a text which mentions one of the wanted: as a whole, or as the
 * bytes of it in hexadecimal, which is how PostgreSQL writes bytes.
 */
export function patternsOf(wanted: readonly string[]): string[] {
  return wanted.flatMap((text) => [
    `(^|(?!${INNER}).)${text.replace(/[^\p{L}\p{N}\s_]/gu, "\\$&")}($|(?!${INNER}).)`,
    Buffer.from(text, "utf8").toString("hex"),
  ]);
}

/** What says of a text whether it mentions one of the wanted. */
export function mentionOf(wanted: readonly string[]): (text: string) => boolean {
  const patterns = patternsOf(wanted).map((pattern) => new RegExp(pattern, "s"));
  return (text) => patterns.some((pattern) => pattern.test(text));
}
