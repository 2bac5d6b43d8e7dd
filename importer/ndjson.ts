import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import { shorten, type Problem } from "../datasources/core/checking.js";
import { StartupError } from "../packages/process/startup-error.js";

/** One line before it is checked against its format. */
export interface SourceLine {
  /** Counted from 1, blank lines included. */
  number: number;
  /** Size of its text. Bytes. */
  bytes: number;
  /** The value that the line holds, or what keeps it from holding one. */
  content: { value: unknown } | { problem: Problem };
}

/** Lines as they come, with how much of the source has been read: a share in [0, 1]. */
export interface SourceChunk {
  lines: SourceLine[];
  fraction: number;
}

const CHUNK_BYTES = 1 << 18;
/** A line longer than this is refused rather than gathered in memory. */
const MAX_LINE_BYTES = 64 << 20;
const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const JSON_OBJECT = "a JSON object on one line";

/**
 * Reads a file of one JSON value a line without holding more of it than a line. Takes LF and CRLF, a byte order mark,
 * blank lines, and a header object that has a `source` and no `id` in place of the first line.
 *
 * @throws StartupError when the file cannot be read.
 */
export async function* readNdjson(file: string): AsyncGenerator<SourceChunk> {
  const size = await sizeOf(file);
  const splitter = new LineSplitter();
  let read = 0;
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    read += chunk.length;
    yield { lines: splitter.push(chunk), fraction: size === 0 ? 1 : Math.min(1, read / size) };
  }
  yield { lines: splitter.end(), fraction: 1 };
}

const VALUES_PER_CHUNK = 1_000;

/** Values that are made rather than read, in the shape of a file's lines. `total` is how many are expected. */
export async function* linesOf(values: Iterable<unknown>, total: number): AsyncGenerator<SourceChunk> {
  let lines: SourceLine[] = [];
  let number = 0;
  for (const value of values) {
    number += 1;
    lines.push({ number, bytes: 0, content: { value } });
    if (lines.length < VALUES_PER_CHUNK) continue;
    yield { lines, fraction: Math.min(1, number / total) };
    lines = [];
  }
  yield { lines, fraction: 1 };
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isDirectory()) throw new Error("it is a folder");
    return found.size;
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message;
    throw new StartupError(`${file} cannot be read: ${reason}. Name a file of one JSON object a line.`);
  }
}

/** Cuts bytes into lines and parses them. Only LF ends a line: JSON texts may contain other separators of Unicode. */
class LineSplitter {
  #number = 0;
  #started = false;
  #parts: Buffer[] = [];
  #length = 0;

  push(chunk: Buffer): SourceLine[] {
    const lines: SourceLine[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, end));
      this.#take(lines);
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  end(): SourceLine[] {
    const lines: SourceLine[] = [];
    if (this.#length > 0) this.#take(lines);
    return lines;
  }

  #keep(part: Buffer): void {
    this.#length += part.length;
    if (this.#length > MAX_LINE_BYTES) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #take(lines: SourceLine[]): void {
    this.#number += 1;
    const bytes = this.#length;
    let text = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    if (this.#number === 1 && BYTE_ORDER_MARK.every((byte, index) => text[index] === byte))
      text = text.subarray(3);
    const content = bytes > MAX_LINE_BYTES ? tooLong(bytes) : parse(text);
    if (content === null) return;
    const isHeader = !this.#started && "value" in content && describesSource(content.value);
    this.#started = true;
    if (!isHeader) lines.push({ number: this.#number, bytes, content });
  }
}

/** Null for a blank line. */
function parse(bytes: Buffer): SourceLine["content"] | null {
  if (!isUtf8(bytes)) return wrong(bytes.toString("latin1"), "text in UTF-8");
  const text = bytes.toString("utf8").trim();
  if (text === "") return null;
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return wrong(text, JSON_OBJECT);
  }
}

function tooLong(bytes: number): SourceLine["content"] {
  return {
    problem: { field: "", found: `${bytes} bytes`, accepted: `a line of at most ${MAX_LINE_BYTES} bytes` },
  };
}

function wrong(text: string, accepted: string): SourceLine["content"] {
  return { problem: { field: "", found: shorten(text), accepted } };
}

function describesSource(value: unknown): boolean {
  return typeof value === "object" && value !== null && "source" in value && !("id" in value);
}
