/** A kind of hostile request, at any size. */
export interface Family {
  name: string;
  /**
   * @param bytes about how long the body is to be.
   * @param salt makes each one a request that the server has not seen.
   * @returns the body of a POST: JSON, or what looks like it.
   */
  make(bytes: number, salt: number): string;
}

/** As many parts as fit into so many bytes; at least one. */
export function fill(bytes: number, part: (index: number) => string, separator = " "): string {
  const parts: string[] = [];
  for (let length = 0, index = 0; length < bytes || index === 0; index += 1) {
    const next = part(index);
    parts.push(next);
    length += next.length + separator.length;
  }
  return parts.join(separator);
}

/** Something within something, as deep as fits into so many bytes. */
export function nest(bytes: number, open: string, inside: string, close: string): string {
  const depth = Math.max(1, Math.floor(bytes / (open.length + close.length)));
  return `${open.repeat(depth)}${inside}${close.repeat(depth)}`;
}

/** A body of one document, and variables where there are some. */
export function asking(query: string, variables?: unknown): string {
  return JSON.stringify({ query, variables });
}
