import { inForceAt, sameBody, type VersionRow } from "./title-version-rows.postgres.js";
import { type TitleFacts } from "../../core/title-fields.js";

/** What a change sets on a body. */
export type TitleChange = (body: TitleFacts) => Partial<TitleFacts>;

/** A version to record. */
export type PlannedVersion = Pick<VersionRow, "effective" | "body">;

/**
 * The versions that a change makes of a title from an instant on (milliseconds since 1970), its own the last. Versions
 * that begin later were recorded whole: without new ones in their place they would undo the change when they come into
 * force. Each field goes on until the first of them that says something of its own about it.
 *
 * @param versions the title's, from the one in force at the instant on; at least one.
 */
export function plannedVersions(
  versions: readonly VersionRow[],
  effective: number,
  change: TitleChange,
): PlannedVersion[] {
  const base = inForceAt(versions, effective);
  const { body } = base ?? earliestOf(versions);
  const changed = { ...body, ...change(body) };
  if (!base) return [{ effective, body: changed }];
  if (sameBody(changed, body)) return [];
  return [...carriedOn(versions, effective, base, change), { effective, body: changed }];
}

/** The first body that a title ever had: what a version before all others is made from. */
function earliestOf(versions: readonly VersionRow[]): VersionRow {
  const first = Math.min(...versions.map((version) => version.effective));
  const earliest = inForceAt(versions, first);
  if (!earliest) throw new RangeError("A title without versions cannot be changed");
  return earliest;
}

function carriedOn(
  versions: readonly VersionRow[],
  effective: number,
  base: VersionRow,
  change: TitleChange,
): PlannedVersion[] {
  const planned: PlannedVersion[] = [];
  let before = base.body;
  let fields = changedFields(before, change(before));
  for (const at of instantsBehind(versions, effective)) {
    const { body } = inForceAt(versions, at) ?? base;
    fields = fields.filter((field) => sameBody(before[field], body[field]));
    if (fields.length === 0) break;
    const values = change(body);
    planned.push({
      effective: at,
      body: { ...body, ...Object.fromEntries(fields.map((field) => [field, values[field]])) },
    });
    before = body;
  }
  return planned;
}

function changedFields(body: TitleFacts, values: Partial<TitleFacts>): (keyof TitleFacts)[] {
  return (Object.keys(values) as (keyof TitleFacts)[]).filter(
    (field) => !sameBody(body[field], values[field]),
  );
}

function instantsBehind(versions: readonly VersionRow[], effective: number): number[] {
  const instants = versions.map((version) => version.effective).filter((instant) => instant > effective);
  return [...new Set(instants)].sort((a, b) => a - b);
}
