import { type Audience } from "../datasources/catalog/audience.js";
import { END_OF_TIME } from "../datasources/catalog/title-versions.js";
import { shorten, type Checked } from "../datasources/core/checking.js";
import { CallLog } from "../datasources/core/store-request.js";
import { type Stores } from "../datasources/stores/stores.js";
import { type Tenant } from "../datasources/core/tenant.js";
import { type ViewingEvent } from "../datasources/viewing/viewing.js";
import { EARLIEST } from "../datasources/viewing/viewing-writing.js";
import { projecting, type DrainStores } from "../datasources/projection/following/drain.js";
import { importLines, type GoodLine } from "./import-lines.js";
import { type ImportOptions, type ImportReport } from "./import-report.js";
import { checkEvent, type CheckedEvent } from "./line-validation.js";
import { type SourceChunk } from "./ndjson.js";

export type EventStores = Pick<Stores, "titleVersions" | "catalog" | "viewingIngest"> & DrainStores;

export interface EventImportOptions extends ImportOptions {
  /**
   * Events at or behind this instant are refused, those before it count as of their instant. Default: a day from now is
   * taken, for clocks that run ahead, and an instant to come counts as now.
   */
  until?: Date;
}

const BATCH = 10_000;
const DAY_MS = 86_400_000;

/**
 * Imports viewing events, making profiles as needed and ratings where an event carries one. Can be run again: an event
 * is known by its id and instant. What is learned from events is not brought up to date here: see `learn`.
 */
export async function importEvents(
  stores: EventStores,
  tenant: Tenant,
  source: AsyncIterable<SourceChunk>,
  options: EventImportOptions = {},
): Promise<ImportReport> {
  const titles = new KnownTitles(stores, tenant);
  const until = options.until ?? new Date(Date.now() + DAY_MS);
  const run = () =>
    importLines(
      source,
      {
        check: (value) => within(checkEvent(value), EARLIEST.toISOString(), until.toISOString()),
        keyOf: ({ id }) => id,
        keyField: "id",
        batch: BATCH,
        async write(lines, report) {
          const unknown = await titles.unknown(lines.map(({ line }) => line.title));
          const good = lines.filter(({ line }) => !unknown.has(line.title));
          const events = good.map(toEventUntil(options.until ?? new Date()));
          const { cut } = await stores.viewingIngest.ingest(tenant, events);
          report.adjusted(cut, events.filter(({ toldAt }) => toldAt !== null).length);
          for (const { number, line } of lines) {
            if (!unknown.has(line.title)) continue;
            const accepted = `the id of a title of ${tenant.slug}; import its titles first`;
            report.bad(number, [{ field: "title", found: shorten(JSON.stringify(line.title)), accepted }]);
          }
          return { imported: good.length, unchanged: 0 };
        },
      },
      options,
    );
  const started = performance.now();
  const report = await projecting(stores, tenant, run, options);
  return { ...report, seconds: (performance.now() - started) / 1000 };
}

function within(checked: Checked<CheckedEvent>, from: string, until: string): Checked<CheckedEvent> {
  if ("problems" in checked || (checked.line.at >= from && checked.line.at < until)) return checked;
  const accepted = `an instant from ${from} to before ${until}`;
  return { problems: [{ field: "at", found: checked.line.at, accepted }] };
}

/** @param latest what an instant behind it counts as. */
function toEventUntil(latest: Date): (good: GoodLine<CheckedEvent>) => ViewingEvent {
  const now = latest.toISOString();
  return ({ line }) => ({
    id: line.id,
    profileId: line.profile,
    titleId: line.title,
    at: line.at > now ? now : line.at,
    toldAt: line.at > now ? line.at : null,
    seconds: line.seconds ?? 0,
    completed: line.completed ?? null,
    country: line.country ?? null,
    device: line.device ?? "UNKNOWN",
    rating: line.rating ?? null,
  });
}

/** Which titles a tenant has; each is asked for once an import. */
class KnownTitles {
  readonly #known = new Set<string>();

  constructor(
    private readonly stores: EventStores,
    private readonly tenant: Tenant,
  ) {}

  /** Those of the ids that no title has. */
  async unknown(ids: readonly string[]): Promise<Set<string>> {
    const asked = new Set(ids.filter((id) => !this.#known.has(id)));
    if (asked.size === 0) return asked;
    const request = { tenant: this.tenant, calls: new CallLog() };
    const inForce = await this.stores.catalog.visibleTitles(request, EDITOR, [...asked]);
    this.#note(inForce.keys(), asked);
    if (asked.size === 0) return asked;
    // A title whose first version is still to come is not in the catalog, and yet one may have watched it early.
    const keys = [...asked].map((id) => ({ id, at: END_OF_TIME }));
    // Under its own id also where it was merged into another: what was watched of it counts for that.
    const announced = await this.stores.titleVersions.titlesAsOf(request, keys);
    this.#note(
      keys.filter(({ id, at }) => announced.has(`${id} ${at}`)).map(({ id }) => id),
      asked,
    );
    return asked;
  }

  #note(found: Iterable<string>, asked: Set<string>): void {
    for (const id of found) {
      this.#known.add(id);
      asked.delete(id);
    }
  }
}

/** Meets every title, whatever its state, rating and rights. */
const EDITOR: Audience = { country: "US", maturityLimit: 18, editor: true, now: new Date(0) };
