import { TitleBodies } from "../datasources/catalog/title-bodies.js";
import { checkTitle, type CheckedTitle } from "../datasources/catalog/title-rules.js";
import { type AppendOptions, type AppendOutcome } from "../datasources/catalog/title-versions.js";
import { type Stores } from "../datasources/stores/stores.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { projecting, type DrainStores } from "../datasources/projection/following/drain.js";
import { importLines, type GoodLine } from "./import-lines.js";
import { type ImportOptions, type ImportReport, type ReportBuilder } from "./import-report.js";
import { type SourceChunk } from "./ndjson.js";

export type TitleStores = Pick<Stores, "titleVersions"> & DrainStores;

export type TitleImportOptions = ImportOptions & AppendOptions;

const BATCH = 2_000;

/**
 * Imports titles as versions, which the projections follow; done when they have caught up. Can be run again: what says
 * the same adds nothing, what differs adds a version. What a line does not say stays as it is, and what an editor has
 * set is left alone.
 */
export async function importTitles(
  stores: TitleStores,
  tenant: Tenant,
  source: AsyncIterable<SourceChunk>,
  options: TitleImportOptions = {},
): Promise<ImportReport> {
  const bodies = new TitleBodies();
  const lines = () =>
    importLines(
      source,
      {
        check: checkTitle,
        keyOf: ({ id, effectiveFrom }) => (effectiveFrom === undefined ? id : `${id} from ${effectiveFrom}`),
        keyField: "id",
        batch: BATCH,
        async write(lines, report) {
          const versions = lines.map(({ line }) => toVersion(line, bodies));
          const outcomes = await stores.titleVersions.append(tenant, versions, options);
          return tell(report, lines, outcomes);
        },
      },
      options,
    );
  const run = async () => {
    const imported = await lines();
    // A name that is shown otherwise now concerns titles that no line spoke of.
    await stores.titleSchedule.takeEffect(tenant);
    return imported;
  };
  const started = performance.now();
  const report = await projecting(stores, tenant, run, options);
  return { ...report, seconds: (performance.now() - started) / 1000 };
}

function toVersion(line: CheckedTitle, bodies: TitleBodies) {
  const { id, effectiveFrom = null } = line;
  return { body: { id, ...bodies.changes(id, line) }, effectiveFrom };
}

/** Tells the report what became of lines, and answers how many changed something and how many did not. */
function tell(
  report: ReportBuilder,
  lines: readonly GoodLine<CheckedTitle>[],
  outcomes: readonly AppendOutcome[],
): { imported: number; unchanged: number } {
  const counts = { imported: 0, unchanged: 0 };
  outcomes.forEach((outcome, n) => {
    const number = lines[n]?.number ?? 0;
    if ("refused" in outcome) return report.bad(number, [outcome.refused]);
    counts[outcome.added ? "imported" : "unchanged"] += 1;
    if (outcome.leftAlone.length > 0) report.leftAlone(number, outcome.leftAlone);
  });
  return counts;
}
