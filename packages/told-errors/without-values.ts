/** What stands in the place of a value. */
const INSTEAD = "…";

/**
 * What values look like in the messages of databases, drivers, parsers and the system, in the order in which they are
 * taken out: PostgreSQL quotes whatever it repeats, MongoDB prints documents, OpenSearch puts values into brackets, the
 * system quotes paths.
 */
const VALUES: readonly RegExp[] = [
  // Connection strings and links, whatever they carry.
  /\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi,
  /"(?:[^"\\]|\\.)*"?/g,
  /`[^`]*`?/g,
  // An apostrophe is none of these.
  /(?<![\p{L}\p{N}])'(?:[^'\\]|\\.)*'?/gu,
  /[{[<(](?:[^{}[\]<>()]|[{[<(][^{}[\]<>()]*[)\]}>])*[)\]}>]/g,
  // Addresses of people, of IPv4 with what is behind them, paths.
  /[^\s@]+@[^\s@]+/g,
  /(?<=^|[\s=:])(?:\/[^\s/]+){2,}\/?/g,
  // Tokens, keys and ids: long, without a space, and no word.
  /(?<![\p{L}\p{N}_-])(?=[\w.-]*\d)[\w.-]{20,}/gu,
];

/** The first line of a message without what it repeats of statements, requests and settings. */
export function withoutValues(message: string): string {
  const [line = ""] = message.split("\n", 1);
  return VALUES.reduce((text, value) => text.replace(value, INSTEAD), line);
}
