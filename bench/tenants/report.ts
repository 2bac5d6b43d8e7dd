import { cpus, loadavg } from "node:os";

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

/** The page. */
export function report(findings: readonly Finding[]): string {
  return [
    "# Two hundred tenants",
    "Written by `npm run bench:tenants -- --write`; the head of bench/tenants.ts says how to run it. Gateways and PostgreSQL have one processor, what asks them the other.",
    ...findings.flatMap(partOf),
  ].join("\n\n");
}

/** A page with the parts of an earlier one that it does not have itself, in the order of that. */
export function withOthers(page: string, earlier: string): string {
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
