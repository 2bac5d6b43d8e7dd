import { createHash } from "node:crypto";

import { shorten, type Checked } from "../datasources/core/checking.js";
import { type ImportOptions, type ImportReport, ReportBuilder } from "./import-report.js";
import { type SourceChunk, type SourceLine } from "./ndjson.js";

/** A checked line with its number. */
export interface GoodLine<T> {
  number: number;
  line: T;
}

/** What one kind of line needs to be imported. */
export interface LineKind<T> {
  check(value: unknown): Checked<T>;
  /**
   * Of lines with an equal key the second is bad, unless it says the same: then it changes nothing. Looked for among the
   * last lines (`REMEMBERED`); further apart they are stored one after the other, as from two files.
   */
  keyOf(line: T): string;
  /** The field that tells lines apart, for the report of one that repeats another. */
  keyField: string;
  /** Most lines in one batch. */
  batch: number;
  /**
   * Stores a batch as a whole or not at all; what it finds wrong in single lines it tells `report` and leaves out.
   * Answers how many lines changed something and how many did not.
   */
  write(lines: GoodLine<T>[], report: ReportBuilder): Promise<{ imported: number; unchanged: number }>;
}

/** Lines among which one that repeats another is found, at least: what is known of so many takes 150 MB. */
export const REMEMBERED = 500_000;
/** Text of one batch. Bytes. Keeps batches of long lines within what one statement should carry. */
const BATCH_BYTES = 8 << 20;

/**
 * Imports lines in batches: while one is being stored, the next is read and checked.
 * A bad line is reported and costs only itself, also when it is the store that refuses it.
 */
export async function importLines<T>(
  source: AsyncIterable<SourceChunk>,
  kind: LineKind<T>,
  options: ImportOptions = {},
  remembered = REMEMBERED,
): Promise<ImportReport> {
  const report = new ReportBuilder(options);
  const checker = new LineChecker(kind, report, remembered);
  const writer = new BatchWriter(kind, report);
  try {
    let pending: GoodLine<T>[] = [];
    let bytes = 0;
    for await (const { lines, fraction } of source) {
      for (const line of lines) {
        const good = checker.check(line);
        if (!good) continue;
        pending.push(good);
        bytes += line.bytes;
        if (pending.length < kind.batch && bytes < BATCH_BYTES) continue;
        await writer.add(pending);
        [pending, bytes] = [[], 0];
      }
      report.progress(fraction);
    }
    await writer.add(pending);
  } finally {
    // Where the source fails, a batch is still being stored.
    await writer.finish();
  }
  return report.finish();
}

/** Stores batches in order, one at a time. */
class BatchWriter<T> {
  #stored: Promise<void> = Promise.resolve();

  constructor(
    private readonly kind: LineKind<T>,
    private readonly report: ReportBuilder,
  ) {}

  /** Takes a batch once the one before has been stored. */
  async add(lines: GoodLine<T>[]): Promise<void> {
    await this.#stored;
    this.#stored = this.#store(lines);
    // Awaited by the next batch or at the end; until then a failure must not count as unhandled.
    this.#stored.catch(() => {});
  }

  finish(): Promise<void> {
    return this.#stored;
  }

  #store(lines: GoodLine<T>[]): Promise<void> {
    return this.#splitting(lines, async (part) => {
      const { imported, unchanged } = await this.kind.write(part, this.report);
      this.report.stored(imported, unchanged);
    });
  }

  /** Does something with a batch; one that the store refuses for its data is halved until the lines at fault stand alone. */
  async #splitting(lines: GoodLine<T>[], work: (lines: GoodLine<T>[]) => Promise<void>): Promise<void> {
    const [first] = lines;
    if (!first) return;
    try {
      await work(lines);
    } catch (error) {
      if (!isAboutData(error)) throw error;
      if (lines.length === 1) {
        const accepted = "a line that the store can keep";
        this.report.bad(first.number, [{ field: "", found: shorten(error.message), accepted }]);
        return;
      }
      const middle = lines.length >> 1;
      await this.#splitting(lines.slice(0, middle), work);
      await this.#splitting(lines.slice(middle), work);
    }
  }
}

/** What is known of a line that had a key first. */
interface SeenLine {
  number: number;
  /** What tells it from others of its key. */
  digest: string;
}

/** Tells good lines from bad ones and reports these. */
class LineChecker<T> {
  /** The line that had a key first, of the last lines and of as many before them. */
  #seen = new Map<string, SeenLine>();
  #before = new Map<string, SeenLine>();

  constructor(
    private readonly kind: LineKind<T>,
    private readonly report: ReportBuilder,
    private readonly remembered: number,
  ) {}

  check({ number, content }: SourceLine): GoodLine<T> | null {
    this.report.read();
    if ("problem" in content) return this.#refuse(number, [content.problem]);
    const checked = this.kind.check(content.value);
    if ("problems" in checked) return this.#refuse(number, checked.problems);
    const key = this.kind.keyOf(checked.line);
    const digest = digestOf(checked.line);
    const earlier = this.#seen.get(key) ?? this.#before.get(key);
    if (earlier) return this.#repeated(number, key, earlier.number, earlier.digest === digest);
    this.#remember(key, { number, digest });
    this.report.ignored(checked.unknownFields);
    return { number, line: checked.line };
  }

  #remember(key: string, line: SeenLine): void {
    if (this.#seen.size >= this.remembered) {
      this.#before = this.#seen;
      this.#seen = new Map();
    }
    this.#seen.set(key, line);
  }

  #repeated(number: number, key: string, earlier: number, same: boolean): null {
    if (same) {
      this.report.stored(0, 1);
      return null;
    }
    const accepted = `one that no other line has, or the same line again (line ${earlier} has it)`;
    return this.#refuse(number, [
      { field: this.kind.keyField, found: shorten(JSON.stringify(key)), accepted },
    ]);
  }

  #refuse(number: number, problems: Parameters<ReportBuilder["bad"]>[1]): null {
    this.report.bad(number, problems);
    return null;
  }
}

/** What tells lines apart that were checked: their fields are in the order of their rules. */
function digestOf(line: unknown): string {
  return createHash("sha1").update(JSON.stringify(line)).digest("base64");
}

/** SQLSTATE classes that speak of the data: data exception, constraint violation, program limit exceeded. */
function isAboutData(error: unknown): error is Error {
  return error instanceof Error && "code" in error && /^(22|23|54)/.test(String(error.code));
}
