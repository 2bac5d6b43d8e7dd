import { text } from "node:stream/consumers";
import { promisify } from "node:util";

import yauzl from "yauzl";

/** The texts of the files in a ZIP, by name. */
export async function unzip(zip: Buffer): Promise<Map<string, string>> {
  const open = promisify<Buffer, yauzl.ZipFile>(yauzl.fromBuffer);
  const opened = await open(zip);
  const read = promisify(opened.openReadStream.bind(opened) as (entry: yauzl.Entry, done: Done) => void);
  const files: Promise<[string, string]>[] = [];
  await new Promise<void>((resolve, reject) => {
    opened.on("error", reject).on("end", resolve);
    opened.on("entry", (entry: yauzl.Entry) => {
      files.push(read(entry).then(async (stream) => [entry.fileName, await text(stream)]));
    });
  });
  return new Map(await Promise.all(files));
}

type Done = (error: Error | null, stream: NodeJS.ReadableStream) => void;
