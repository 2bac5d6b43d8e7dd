import { type Problem } from "../datasources/core/checking.js";
import { type DrainListener } from "../datasources/projection/following/catch-up.js";

/** A line that was not imported, and why. */
export interface BadLine {
  /** Counted from 1. */
  line: number;
  problems: Problem[];
}

/** A line of which something was left as it was: an editor has set these fields otherwise. */
export interface LineLeftAlone {
  /** Counted from 1. */
  line: number;
  fields: readonly string[];
}

/** What an import did. */
export interface ImportReport {
  /** Lines read, without blank ones and the header. */
  read: number;
  /** Good lines that added or changed something; for events all good lines, since they are upserted. */
  imported: number;
  /** Good lines that said what was there already, or repeated an earlier one. */
  unchanged: number;
  /** Imported events that told of more than the running time of their film, and count with that. */
  cut: number;
  /** Imported events that lay ahead of the clock, and count as of now. */
  ahead: number;
  /** How many lines were bad. */
  badLines: number;
  /** The first bad lines, in order; all of them were told to `onBad`. */
  bad: BadLine[];
  /** How many lines had something left alone; all of them were told to `onLeftAlone`. */
  linesLeftAlone: number;
  /** Fields that editors hold and that lines say otherwise, with the number of these lines. */
  leftAlone: Map<string, number>;
  /** Fields that are not part of the format and were passed over, with the number of lines that had each. */
  ignoredFields: Map<string, number>;
  seconds: number;
}

export interface ImportOptions {
  /** Told of every bad line as it is found. */
  onBad?: (bad: BadLine) => void;
  /** Told of every batch that has been stored: how many lines changed something. */
  onStored?: (imported: number) => void;
  /** Told of every line of which something was left alone. */
  onLeftAlone?: (line: LineLeftAlone) => void;
  /** Told now and then: lines read, and the share of the source that has been read. */
  onProgress?: (lines: number, fraction: number) => void;
  /** Told while the projections catch up with what was imported. */
  onProjecting?: DrainListener["onProjecting"];
  /** Told of a projection that does not catch up, and why, in one line. */
  onBehind?: DrainListener["onBehind"];
}

/** Bad lines that a report holds; a file of nothing but bad lines must not fill the memory. */
const KEPT = 1_000;
const KEPT_FIELDS = 100;

/** Gathers a report while lines are imported. */
export class ReportBuilder {
  readonly #started = performance.now();
  readonly #report: Omit<ImportReport, "seconds"> = {
    read: 0,
    imported: 0,
    unchanged: 0,
    cut: 0,
    ahead: 0,
    badLines: 0,
    bad: [],
    linesLeftAlone: 0,
    leftAlone: new Map(),
    ignoredFields: new Map(),
  };

  constructor(private readonly options: ImportOptions) {}

  read(): void {
    this.#report.read += 1;
  }

  stored(imported: number, unchanged: number): void {
    this.#report.imported += imported;
    this.#report.unchanged += unchanged;
    this.options.onStored?.(imported);
  }

  adjusted(cut: number, ahead: number): void {
    this.#report.cut += cut;
    this.#report.ahead += ahead;
  }

  bad(line: number, problems: Problem[]): void {
    this.#report.badLines += 1;
    if (this.#report.bad.length < KEPT) this.#report.bad.push({ line, problems });
    this.options.onBad?.({ line, problems });
  }

  leftAlone(line: number, fields: readonly string[]): void {
    this.#report.linesLeftAlone += 1;
    const counts = this.#report.leftAlone;
    for (const field of fields) counts.set(field, (counts.get(field) ?? 0) + 1);
    this.options.onLeftAlone?.({ line, fields });
  }

  ignored(fields: readonly string[]): void {
    const counts = this.#report.ignoredFields;
    for (const field of fields) {
      if (counts.has(field) || counts.size < KEPT_FIELDS) counts.set(field, (counts.get(field) ?? 0) + 1);
    }
  }

  progress(fraction: number): void {
    this.options.onProgress?.(this.#report.read, fraction);
  }

  finish(): ImportReport {
    this.#report.bad.sort((a, b) => a.line - b.line);
    return { ...this.#report, seconds: (performance.now() - this.#started) / 1000 };
  }
}

/** A bad line in words: `line 12: kind: found "FILM", accepted: one of MOVIE, SERIES`. */
export function describeBadLine({ line, problems }: BadLine): string {
  const parts = problems.map(({ field, found, accepted }) => {
    return `${field === "" ? "" : `${field}: `}found ${found === "" ? "nothing" : found}, accepted: ${accepted}`;
  });
  return `line ${line}: ${parts.join("; ")}`;
}

/** A line of which something was left alone, in words. */
export function describeLineLeftAlone({ line, fields }: LineLeftAlone): string {
  return `line ${line}: left alone, as an editor has set it: ${fields.join(", ")}`;
}
