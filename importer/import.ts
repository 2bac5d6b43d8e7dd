import { type Stores } from "../datasources/stores/stores.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { importEvents, type EventImportOptions, type EventStores } from "./import-events.js";
import { type ImportReport } from "./import-report.js";
import { importTitles, type TitleImportOptions, type TitleStores } from "./import-titles.js";
import { readNdjson } from "./ndjson.js";

export {
  describeBadLine,
  describeLineLeftAlone,
  type BadLine,
  type ImportOptions,
  type ImportReport,
  type LineLeftAlone,
} from "./import-report.js";

/**
 * Imports a file of titles, one JSON object a line, into a tenant; done when the projections have them.
 *
 * @throws StartupError when the file cannot be read.
 */
export async function importTitlesFile(
  stores: TitleStores & Pick<Stores, "settle">,
  tenant: Tenant,
  file: string,
  options: TitleImportOptions = {},
): Promise<ImportReport> {
  const report = await importTitles(stores, tenant, readNdjson(file), options);
  await stores.settle(tenant);
  return report;
}

/**
 * Imports a file of viewing events, one JSON object a line. Call `learn` afterwards: recommendations and charts follow
 * from events.
 *
 * @throws StartupError when the file cannot be read.
 */
export function importEventsFile(
  stores: EventStores,
  tenant: Tenant,
  file: string,
  options: EventImportOptions = {},
): Promise<ImportReport> {
  return importEvents(stores, tenant, readNdjson(file), options);
}
