import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { readNdjson, type SourceLine } from "../../importer/ndjson.js";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "marquee-ndjson-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Buffer): Promise<SourceLine[]> {
  const file = path.join(folder, "lines.ndjson");
  await writeFile(file, content);
  const lines: SourceLine[] = [];
  for await (const chunk of readNdjson(file)) lines.push(...chunk.lines);
  return lines;
}

describe("readNdjson", () => {
  it("takes CRLF, blank lines, a byte order mark and a last line without an end", async () => {
    const lines = await read('\uFEFF{"id":"a"}\r\n\r\n  \n{"id":"b"}\n{"id":"c"}');
    expect(lines.map(({ number, content }) => [number, content])).toEqual([
      [1, { value: { id: "a" } }],
      [4, { value: { id: "b" } }],
      [5, { value: { id: "c" } }],
    ]);
  });

  it("skips a header that names its source, and only in first place", async () => {
    const lines = await read('{"source":"x"}\n{"id":"a"}\n{"source":"y"}\n');
    expect(lines.map(({ number }) => number)).toEqual([2, 3]);
    expect(await read('{"id":"a","source":"x"}\n')).toHaveLength(1);
  });

  it("ends lines at LF only: other separators may stand in a JSON text", async () => {
    const lines = await read('{"id":"a\u2028b\u2029c\u0085d"}\n');
    expect(lines).toMatchObject([{ content: { value: { id: "a\u2028b\u2029c\u0085d" } } }]);
  });

  it("puts lines of megabytes together and keeps characters whole across reads", async () => {
    const name = "é€😀".repeat(400_000);
    const lines = await read(`${JSON.stringify({ id: "a", name })}\n${JSON.stringify({ id: "b" })}\n`);
    expect(lines).toHaveLength(2);
    expect(lines[0]?.content).toEqual({ value: { id: "a", name } });
    expect(lines[0]?.bytes).toBeGreaterThan(3_000_000);
  });

  it("reports what is not JSON and what is not UTF-8, and goes on", async () => {
    const broken = Buffer.concat([
      Buffer.from('{"id":\n{"name":"'),
      Buffer.from([0xe9]),
      Buffer.from('"}\n{"id":"c"}\n'),
    ]);
    const lines = await read(broken);
    expect(lines).toMatchObject([
      {
        number: 1,
        content: { problem: { field: "", found: '{"id":', accepted: "a JSON object on one line" } },
      },
      { number: 2, content: { problem: { accepted: "text in UTF-8" } } },
      { number: 3, content: { value: { id: "c" } } },
    ]);
  });

  it("answers nothing for an empty file", async () => {
    expect(await read("")).toEqual([]);
  });

  it("says which file cannot be read", async () => {
    const reading = readNdjson(path.join(folder, "missing.ndjson")).next();
    await expect(reading).rejects.toThrow(/missing\.ndjson cannot be read: there is no such file/);
    await expect(readNdjson(folder).next()).rejects.toThrow(/it is a folder/);
  });
});
