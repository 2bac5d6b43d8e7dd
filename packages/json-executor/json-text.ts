import { bufferOf, fromBytes, toBytes, type ByteText } from "./byte-text.js";
import { type KeptText } from "./kept-texts.js";

/** A value that is written as JSON already. Whoever makes JSON of it without knowing that gets the same, at a price. */
export class JsonText {
  /** @param kept the text that it is, but for `before` and `after`. */
  constructor(
    readonly bytes: ByteText,
    private readonly kept?: { text: KeptText; before: string; after: string },
  ) {}

  get text(): string {
    return fromBytes(this.bytes);
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }

  /** Its bytes with something around them; of a text that is kept the same ones, which nobody may change. */
  sent(around: { before: string; after: string }): Buffer {
    if (!this.kept) return bufferOf(around.before + this.bytes + around.after);
    const { text } = this.kept;
    const before = around.before + this.kept.before;
    const after = this.kept.after + around.after;
    const { sent } = text;
    if (sent?.before === before && sent.after === after) return sent.bytes;
    const bytes = bufferOf(before + text.text + after);
    text.sent = { before, after, bytes };
    return bytes;
  }
}

/**
 * `JSON.stringify` for an object of which some properties are `JsonText`, which is taken as it is.
 *
 * @param end what is put behind it.
 * @returns the same in UTF-8, properties without a value left out.
 */
export function bytesWithText(value: object, end = ""): Buffer {
  const [first, ...others] = Object.entries(value).filter(([, property]) => property !== undefined);
  if (first?.[1] instanceof JsonText && others.length === 0)
    return first[1].sent({ before: `{${toBytes(JSON.stringify(first[0]))}:`, after: `}${end}` });
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
