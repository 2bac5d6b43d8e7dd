import { bufferOf, fromBytes, toBytes, type ByteText } from "./byte-text.js";

/** A value that is written as JSON already. Whoever makes JSON of it without knowing that gets the same, at a price. */
export class JsonText {
  constructor(readonly bytes: ByteText) {}

  get text(): string {
    return fromBytes(this.bytes);
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}

/**
 * `JSON.stringify` for an object of which some properties are `JsonText`, which is taken as it is.
 *
 * @param end what is put behind it.
 * @returns the same in UTF-8, properties without a value left out.
 */
export function bytesWithText(value: object, end = ""): Buffer {
  // Added up, and not joined: joining copies what is copied once more when it becomes a buffer.
  let whole: ByteText = "";
  for (const [name, property] of Object.entries(value)) {
    const bytes = property instanceof JsonText ? property.bytes : jsonBytes(property);
    if (bytes !== undefined) whole += `${whole === "" ? "" : ","}${toBytes(JSON.stringify(name))}:${bytes}`;
  }
  return bufferOf(`{${whole}}${end}`);
}

function jsonBytes(value: unknown): ByteText | undefined {
  const json = JSON.stringify(value) as string | undefined;
  return json === undefined ? undefined : toBytes(json);
}
