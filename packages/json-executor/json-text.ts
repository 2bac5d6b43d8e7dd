/** A value that is written as JSON already. Whoever makes JSON of it without knowing that gets the same, at a price. */
export class JsonText {
  constructor(readonly text: string) {}

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/**
 * `JSON.stringify` for an object of which some properties are `JsonText`, which is taken as it is.
 *
 * @returns the same bytes, properties without a value left out.
 */
export function stringifyWithText(value: object): string {
  const properties: string[] = [];
  for (const [name, property] of Object.entries(value)) {
    const text =
      property instanceof JsonText ? property.text : (JSON.stringify(property) as string | undefined);
    if (text !== undefined) properties.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${properties.join()}}`;
}
