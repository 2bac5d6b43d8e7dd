import { type Tenant } from "../../core/tenant.js";
import {
  TITLE_FIELD_NAMES,
  TITLE_FIELDS,
  type TitleFacts,
  type TitleFieldName,
} from "../../core/title-fields.js";
import { type TitleField } from "../../core/title-field.js";
import { newTitle } from "../new-title.js";
import { filmWithSeasons } from "../title-rules.js";
import { type AppendOptions, type AppendOutcome, type TitleVersionInput } from "../title-versions.js";
import { plannedVersions, type PlannedVersion } from "./title-change.js";
import { inForceAt, sameBody, type TitleHead, type VersionRow } from "./title-version-rows.postgres.js";

/** What versions are appended to. */
export interface AppendGround {
  tenant: Pick<Tenant, "defaultCountry">;
  heads: ReadonlyMap<string, TitleHead>;
  /** By title. */
  versions: ReadonlyMap<string, readonly VersionRow[]>;
  /** Milliseconds since 1970. */
  now: number;
}

/** What is recorded of an import, and what became of each of its titles. */
export interface PlannedAppend {
  rows: VersionRow[];
  outcomes: AppendOutcome[];
}

/** Plans what is appended, in order: a title that comes twice goes on from its first. */
export function plannedAppend(
  ground: AppendGround,
  inputs: readonly TitleVersionInput[],
  options: AppendOptions,
): PlannedAppend {
  const versions = new Map(ground.versions);
  const rows: VersionRow[] = [];
  const outcomes = inputs.map((input) => {
    const { id } = input.body;
    const known = versions.get(id) ?? [];
    const { outcome, planned } = planOne(ground, known, input, options);
    const added = numbered(id, known, planned);
    versions.set(id, [...known, ...added]);
    rows.push(...added);
    return outcome;
  });
  return { rows, outcomes };
}

function planOne(
  { tenant, heads, now }: AppendGround,
  versions: readonly VersionRow[],
  { body, effectiveFrom }: TitleVersionInput,
  { replace = false }: AppendOptions,
): { outcome: AppendOutcome; planned: PlannedVersion[] } {
  const head = heads.get(body.id);
  const locked = new Set(head?.locked_fields);
  const effective = effectiveAt(versions, body.addedAt, effectiveFrom, now);
  const stated = fieldsWithout(replace ? { ...EMPTIED, ...body } : body, locked);
  const planned =
    versions.length === 0
      ? [{ effective, body: newTitle({ ...stated, id: body.id }, tenant, new Date(effective).toISOString()) }]
      : plannedVersions(versions, effective, () => stated);
  const problem = planned.length > 0 ? problemOf(planned, head?.merged_into ?? null) : null;
  if (problem) return { outcome: { refused: problem }, planned: [] };
  const current = inForceAt(versions, effective)?.body;
  const leftAlone = [...locked].filter(
    (name) => body[name] !== undefined && current !== undefined && !sameBody(current[name], body[name]),
  );
  return { outcome: { added: planned.length > 0, leftAlone }, planned };
}

/** A title known already changes now, or when it joins the catalogue where that is still to come: a second import of it then changes nothing. */
function effectiveAt(
  versions: readonly VersionRow[],
  stated: string | undefined,
  effectiveFrom: string | null,
  now: number,
): number {
  if (effectiveFrom !== null) return Date.parse(effectiveFrom);
  const latest = versions.reduce<VersionRow | undefined>(
    (last, each) => (!last || each.version > last.version ? each : last),
    undefined,
  );
  if (!latest) return stated === undefined ? now : Date.parse(stated);
  return Math.max(Date.parse(stated ?? latest.body.addedAt), now);
}

function problemOf(planned: readonly PlannedVersion[], mergedInto: string | null) {
  if (mergedInto !== null) {
    const accepted = `the title that it was merged into, ${mergedInto}; a line that says nothing new may stay`;
    return { field: "id", found: "a title that was merged into another", accepted };
  }
  return planned.map(({ body }) => filmWithSeasons(body)).find((problem) => problem !== null) ?? null;
}

function numbered(
  id: string,
  known: readonly VersionRow[],
  planned: readonly PlannedVersion[],
): VersionRow[] {
  const latest = known.reduce((highest, { version }) => Math.max(highest, version), 0);
  return planned.map((each, n) => ({ title_id: id, version: latest + 1 + n, ...each }));
}

/** What a title has that is replaced by one which says nothing of it. */
const EMPTIED = Object.fromEntries(
  TITLE_FIELD_NAMES.flatMap((name) => {
    const { absent, rights }: TitleField = TITLE_FIELDS[name];
    return rights || absent === undefined ? [] : [[name, absent]];
  }),
) as Partial<TitleFacts>;

function fieldsWithout(body: Partial<TitleFacts>, names: ReadonlySet<TitleFieldName>): Partial<TitleFacts> {
  const kept = TITLE_FIELD_NAMES.filter((name) => body[name] !== undefined && !names.has(name));
  return Object.fromEntries(kept.map((name) => [name, body[name]]));
}
