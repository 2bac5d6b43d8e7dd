import { type Audience } from "../catalog/audience.js";
import { onceByKey } from "../core/loader.js";
import { type FieldPath, type StoreRequest } from "../core/store-request.js";
import { type ChartPeriod } from "../core/vocabulary.js";
import { type Top10 } from "./top10.js";

export type Top10Loaders = ReturnType<typeof top10Loaders>;

/** Which list is asked for: as `Top10.top10` takes it. */
export interface AskedChart {
  country: string;
  day: string | null;
  period: ChartPeriod;
}

/**
 * The charts of one request, each asked for once.
 *
 * @param audienceOf as in `CatalogLoaders`.
 */
export function top10Loaders(
  top10: Top10,
  request: StoreRequest,
  audienceOf: (path?: FieldPath) => Promise<Audience>,
) {
  const json = (key: unknown) => JSON.stringify(key);
  const on = (path?: FieldPath) => ({ ...request, path });
  return {
    list: onceByKey(
      ({ country, day, period }: AskedChart) => json([country, day, period]),
      async ({ country, day, period }, path) =>
        top10.top10(on(path), await audienceOf(path), country, day, period),
    ),
    places: onceByKey(
      (country: string) => country,
      async (country, path) => top10.places(on(path), await audienceOf(path), country),
    ),
    trending: onceByKey(
      ({ country, limit }: { country: string; limit: number }) => json([country, limit]),
      ({ country, limit }, path) => top10.trending(on(path), country, limit),
    ),
  };
}
