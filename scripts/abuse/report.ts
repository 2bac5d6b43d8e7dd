/** What a suite has found: a table for people, and what is not as it has to be. */
export interface Finding {
  heading: string;
  /** What was done, and how the figures were taken. */
  note: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  /** One sentence for each promise that was broken; empty where all were kept. */
  broken: readonly string[];
  /** The same for promises of time, which a machine that has something else to do can break. */
  slow?: readonly string[];
}

/** All promises that were broken, of whatever kind. */
export function brokenIn({ broken, slow = [] }: Finding): string[] {
  return [...broken, ...slow];
}

/** A finding as a section of Markdown. */
export function section(finding: Finding): string {
  const { heading, note, columns, rows } = finding;
  const broken = brokenIn(finding);
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const aligned = columns.map((_, at) => (rows.every((row) => typeof row[at] === "number") ? "---:" : "---"));
  const table = [line(columns), line(aligned), ...rows.map(line)].join("\n");
  const verdict = broken.length === 0 ? "All as it has to be." : broken.map((each) => `- ${each}`).join("\n");
  return `## ${heading}\n\n${note}\n\n${table}\n\n${verdict}`;
}

/** A figure for a table: two digits below ten, whole above. */
export function figure(value: number): number {
  return value < 10 ? Math.round(value * 100) / 100 : Math.round(value);
}

/** The value below which that share (0 to 1) of the values lies; NaN for none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
