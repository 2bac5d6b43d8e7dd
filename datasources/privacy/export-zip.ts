import { Readable } from "node:stream";

import yazl from "yazl";

/** A file of an export: its name, and its lines, batch by batch. */
export interface ExportFile {
  name: string;
  lines: () => AsyncIterable<readonly object[]>;
}

/** Bytes of a part, but for the last one. */
const PART_BYTES = 256 * 1024;

/**
 * Packs files of NDJSON into a ZIP, one after the other: whatever their size, only a batch and a part are in memory.
 *
 * @returns the parts of the ZIP in their order.
 */
export async function* zipOf(files: readonly ExportFile[]): AsyncGenerator<Buffer> {
  const zip = new yazl.ZipFile();
  const output = zip.outputStream as Readable;
  zip.on("error", (error: Error) => output.destroy(error));
  for (const { name, lines } of files) {
    zip.addReadStreamLazy(name, (take) => {
      const text = Readable.from(textOf(lines()), { objectMode: false });
      text.on("error", (error) => output.destroy(error));
      take(null, text);
    });
  }
  zip.end();
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of output as AsyncIterable<Buffer>) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < PART_BYTES) continue;
    yield Buffer.concat(held);
    [held, bytes] = [[], 0];
  }
  if (bytes > 0) yield Buffer.concat(held);
}

async function* textOf(batches: AsyncIterable<readonly object[]>): AsyncGenerator<Buffer> {
  for await (const lines of batches) {
    if (lines.length > 0)
      yield Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), "utf8");
  }
}
