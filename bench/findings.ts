import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";

import prettier from "prettier";

/** What one part has measured. */
export interface Finding {
  heading: string;
  note: string;
  columns: string[];
  rows: (string | number)[][];
  /** Where a figure misses its goal. */
  missed: string[];
}

export const finding = (found: Finding): Finding => found;

/** A page: its head, and what each part has found. */
function page(head: string, findings: readonly Finding[]): string {
  return [head, ...findings.flatMap(partOf)].join("\n\n");
}

/**
 * Runs parts of a benchmark, prints what each finds, and keeps that in a file where one is given: there, parts that were left
 * out stay as they are, and a run that is ended has measured something.
 *
 * @param head of the page.
 * @returns whether every goal is met.
 */
export async function findingsOf(
  head: string,
  parts: Readonly<Record<string, () => Promise<Finding>>>,
  { only, file }: { only: readonly string[]; file?: string },
): Promise<boolean> {
  const unknown = only.find((name) => !(name in parts));
  if (unknown !== undefined)
    throw new Error(`--only ${unknown}: accepted are ${Object.keys(parts).join(", ")}`);
  const findings: Finding[] = [];
  for (const name of only) {
    console.error(`${name} …`);
    const found = await parts[name]!();
    console.log(partOf(found).join("\n\n"));
    findings.push(found);
    if (file === undefined) continue;
    const text = await prettier.format(page(head, findings), { parser: "markdown", printWidth: 110 });
    writeFileSync(file, withOthers(text, existsSync(file) ? readFileSync(file, "utf8") : ""));
  }
  return findings.every(({ missed }) => missed.length === 0);
}

/** A page with the parts of an earlier one that it does not have itself, in the order of that. */
function withOthers(page: string, earlier: string): string {
  const [head = "", ...parts] = partsOf(page);
  const [, ...before] = partsOf(earlier);
  const anew = new Map(parts.map((part) => [headingOf(part), part]));
  const kept = before.map((part) => anew.get(headingOf(part)) ?? part);
  const names = new Set(before.map(headingOf));
  return [head, ...kept, ...parts.filter((part) => !names.has(headingOf(part)))].join("\n\n") + "\n";
}

const partsOf = (page: string) => page.split(/\n(?=## )/).map((part) => part.trim());
const headingOf = (part: string) => part.split("\n")[0] ?? "";

function partOf({ heading, note, columns, rows, missed }: Finding): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(shown).join(" | ")} |`;
  const table = [line(columns), line(columns.map((_, n) => (n === 0 ? "---" : "---:"))), ...rows.map(line)];
  const verdict =
    missed.length > 0 ? missed.map((each) => `- missed: ${each}`).join("\n") : "Every goal is met.";
  const machine = `${cpus().length} cores, Node ${process.versions.node}; load of the machine: ${loadavg()[0]?.toFixed(1)}.`;
  return [`## ${heading}`, note, table.join("\n"), verdict, machine];
}

function shown(cell: string | number): string {
  if (typeof cell === "string" || Number.isInteger(cell)) return String(cell);
  return Math.abs(cell) < 10 ? cell.toFixed(2) : cell.toFixed(0);
}
