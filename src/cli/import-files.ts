import { closeSync, openSync, writeSync } from "node:fs";

import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import {
  describeBadLine,
  describeLineLeftAlone,
  importEventsFile,
  importTitlesFile,
  type BadLine,
  type ImportOptions,
  type ImportReport,
  type LineLeftAlone,
} from "../../importer/import.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { learnWithProgress } from "./learn.js";
import { counted, rate } from "./numbers.js";
import { createProgress } from "./progress.js";

/** What `marquee import` is asked for. */
export interface ImportFlags {
  tenant: string;
  titles?: string;
  events?: string;
  errors?: string;
  learn: boolean;
  replace?: boolean;
}

/** Answers whether every line was good. */
export async function importFiles(stores: Stores, tenant: Tenant, flags: ImportFlags): Promise<boolean> {
  const bad = new BadLines(flags.errors);
  try {
    if (flags.titles) {
      const { replace = false } = flags;
      await importFile(stores, tenant, "titles", flags.titles, bad, (file, options) =>
        importTitlesFile(stores, tenant, file, { ...options, replace }),
      );
    }
    if (flags.events)
      await importFile(
        stores,
        tenant,
        "events",
        flags.events,
        bad,
        importEventsFile.bind(null, stores, tenant),
      );
  } finally {
    bad.close();
  }
  if (flags.events && flags.learn) await learnWithProgress(stores, tenant);
  else if (flags.events) {
    process.stdout.write(
      `Recommendations and charts are as before; "marquee learn --tenant ${tenant.slug}" renews them.\n`,
    );
  }
  return bad.total === 0;
}

type ImportFile = (file: string, options: Required<ImportOptions>) => Promise<ImportReport>;

async function importFile(
  stores: Stores,
  tenant: Tenant,
  what: "titles" | "events",
  file: string,
  bad: BadLines,
  run: ImportFile,
): Promise<void> {
  const progress = createProgress();
  const onProgress = (lines: number, fraction: number) =>
    progress.show(what, fraction, `${counted(lines)} lines`);
  const behind: string[] = [];
  const alone: LineLeftAlone[] = [];
  let imported = 0;
  const note = () =>
    stores.audit.record(tenant, { act: "IMPORTED", actor: "command", details: { what, imported } });
  const tell = () => {
    for (const line of behind) process.stderr.write(`${line}\n`);
    bad.print(file);
    for (const line of alone) process.stderr.write(`${file}: ${describeLineLeftAlone(line)}\n`);
  };
  try {
    const report = await run(file, {
      onBad: (line) => bad.add(file, line),
      onStored: (lines) => void (imported += lines),
      onLeftAlone: (line) => void (alone.length < SHOWN && alone.push(line)),
      onProgress,
      onProjecting: (fraction, left, waitsFor) =>
        progress.show(`projecting ${what}`, fraction, describeLeft(left, waitsFor)),
      onBehind: (line) => behind.push(line),
    }).finally(() => progress.end());
    await note();
    tell();
    process.stdout.write(`${describeImport(what, report)}\n`);
  } catch (error) {
    // What was stored before stays. Where the store is away, this cannot be noted either.
    if (imported > 0) await note().catch(() => undefined);
    tell();
    process.stderr.write(`${what}: ${counted(imported)} lines were imported before it failed.\n`);
    throw error;
  }
}

/** How much the projections have yet to follow, and what has to end before. */
function describeLeft(left: number, waitsFor: string | null): string {
  return `${counted(left)} left${waitsFor === null ? "" : `, waiting for ${waitsFor} to end`}`;
}

/** What an import did, in words. */
function describeImport(what: string, report: ImportReport): string {
  const { read, imported, unchanged, cut, ahead, badLines, ignoredFields, seconds } = report;
  const parts = [`${counted(imported)} of ${counted(read)} lines imported`];
  if (unchanged > 0) parts.push(`${counted(unchanged)} unchanged`);
  if (cut > 0) parts.push(`${counted(cut)} cut to the running time of their film`);
  if (ahead > 0) parts.push(`${counted(ahead)} ahead of the clock, counted as of now`);
  if (badLines > 0) parts.push(`${counted(badLines)} bad`);
  const notes =
    fieldsNote("Not part of the format and passed over", ignoredFields) +
    fieldsNote("Left alone, as editors have set them", report.leftAlone);
  return `${what}: ${parts.join(", ")}, in ${seconds.toFixed(1)} s (${rate(read, seconds)}).${notes}`;
}

function fieldsNote(what: string, fields: ReadonlyMap<string, number>): string {
  const counts = [...fields].map(([field, lines]) => `${field} (${counted(lines)} lines)`);
  return counts.length > 0 ? `\n${what}: ${counts.join(", ")}.` : "";
}

/** Bad lines in full up to this many a file; the rest is counted. */
const SHOWN = 100;

/** Puts bad lines where they are read: the first on standard error once the progress is gone, all in a file if one is named. */
class BadLines {
  total = 0;
  readonly #file: number | undefined;
  #shown: BadLine[] = [];
  #count = 0;

  constructor(file: string | undefined) {
    this.#file = file === undefined ? undefined : openForWriting(file);
  }

  add(source: string, bad: BadLine): void {
    this.total += 1;
    this.#count += 1;
    if (this.#shown.length < SHOWN) this.#shown.push(bad);
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify({ file: source, ...bad })}\n`);
  }

  /** Shows those of a file. */
  print(source: string): void {
    const lines = this.#shown
      .sort((a, b) => a.line - b.line)
      .map((bad) => `${source}: ${describeBadLine(bad)}`);
    if (this.#count > lines.length)
      lines.push(`${source}: and ${counted(this.#count - lines.length)} more bad lines`);
    [this.#shown, this.#count] = [[], 0];
    if (lines.length > 0) process.stderr.write(`${lines.join("\n")}\n`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

function openForWriting(file: string): number {
  try {
    return openSync(file, "w");
  } catch (error) {
    throw new StartupError(
      `--errors: ${file} cannot be written (${(error as Error).message}). Name a file in a folder that exists.`,
    );
  }
}
