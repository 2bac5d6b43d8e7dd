import { TitleBodies } from "../datasources/catalog/title-bodies.js";
import { checkTitle, type CheckedTitle } from "../datasources/catalog/title-rules.js";
import { END_OF_TIME, type TitleVersionInput } from "../datasources/catalog/title-versions.js";
import { CallLog } from "../datasources/core/store-request.js";
import { type Stores } from "../datasources/stores/stores.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { projecting, type DrainStores } from "../datasources/projection/following/drain.js";
import { importLines, type GoodLine } from "./import-lines.js";
import { type ImportOptions, type ImportReport } from "./import-report.js";
import { type SourceChunk } from "./ndjson.js";

export type TitleStores = Pick<Stores, "titleVersions"> & DrainStores;

const BATCH = 2_000;

/**
 * Imports titles as versions, which the projections follow; done when they have caught up. Can be run again: what says the same adds
 * nothing, what differs adds a version.
 */
export async function importTitles(
  stores: TitleStores,
  tenant: Tenant,
  source: AsyncIterable<SourceChunk>,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const bodies = new TitleBodies();
  const run = () =>
    importLines(
      source,
      {
        check: checkTitle,
        keyOf: ({ id, effectiveFrom }) => (effectiveFrom === undefined ? id : `${id} from ${effectiveFrom}`),
        keyField: "id",
        batch: BATCH,
        async write(lines) {
          const versions = await toVersions(stores, tenant, lines, bodies);
          const imported = await stores.titleVersions.append(tenant, versions);
          return { imported, unchanged: lines.length - imported };
        },
      },
      options,
    );
  const started = performance.now();
  const report = await projecting(stores, tenant, run, options);
  return { ...report, seconds: (performance.now() - started) / 1000 };
}

async function toVersions(
  stores: Pick<Stores, "titleVersions">,
  tenant: Tenant,
  lines: readonly GoodLine<CheckedTitle>[],
  bodies: TitleBodies,
): Promise<TitleVersionInput[]> {
  const added = await addedAtOf(stores, tenant, lines);
  const now = new Date().toISOString();
  return lines.map(({ line }) => {
    const addedAt = line.addedAt ?? added.get(line.id) ?? line.effectiveFrom ?? now;
    added.set(line.id, addedAt);
    return { body: bodies.from(line, addedAt), effectiveFrom: line.effectiveFrom ?? null };
  });
}

/** When titles joined the catalogue whose lines do not say it: it stays what it was, or else every import would change them. */
async function addedAtOf(
  stores: Pick<Stores, "titleVersions">,
  tenant: Tenant,
  lines: readonly GoodLine<CheckedTitle>[],
): Promise<Map<string, string>> {
  const silent = [
    ...new Set(lines.filter(({ line }) => line.addedAt === undefined).map(({ line }) => line.id)),
  ];
  if (silent.length === 0) return new Map();
  const known = await stores.titleVersions.titlesAsOf(
    { tenant, calls: new CallLog() },
    silent.map((id) => ({ id, at: END_OF_TIME })),
  );
  return new Map(
    silent.flatMap((id) => {
      const title = known.get(`${id} ${END_OF_TIME}`);
      return title ? [[id, title.addedAt] as const] : [];
    }),
  );
}
