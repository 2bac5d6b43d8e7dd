/**
 * Text as bytes: each character stands for one byte of its UTF-8. So what is made of it is as long as it will be when it is
 * sent, and is sent without being encoded once more. Of ASCII, which is most of JSON, it is the text itself.
 */
export type ByteText = string;

/** A text as bytes. */
export function toBytes(text: string): ByteText {
  return Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString("latin1");
}

/** The text of bytes. */
export function fromBytes(bytes: ByteText): string {
  return bufferOf(bytes).toString();
}

/** Bytes as they are sent. */
export function bufferOf(bytes: ByteText): Buffer {
  return Buffer.from(bytes, "latin1");
}
