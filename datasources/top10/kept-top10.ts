import { audienceKey } from "../catalog/audience.js";
import { type KeptReads } from "../core/kept-reads.js";
import { type StoreRequest } from "../core/store-request.js";
import { type Top10 } from "./top10.js";

/** By the clocks of every country days begin at a whole quarter of an hour: what is closed stays so until the next. Milliseconds. */
const QUARTER_MS = 900_000;

/** Charts that are asked for no list which is known already, for an audience. What editors and operators alone ask is not kept. */
export function keptTop10(top10: Top10, reads: KeptReads): Top10 {
  const list = async <V>(
    request: StoreRequest,
    operation: string,
    key: readonly unknown[],
    at: Date | null,
    ask: () => Promise<V[]>,
  ): Promise<V[]> => {
    const keys = [`${operation} ${JSON.stringify(key)}`];
    const [rows = []] = await reads.read<V[]>(request, {
      operation,
      keys,
      at,
      ask: async () => [await ask()],
    });
    return [...rows];
  };
  const quarter = () => Math.floor(Date.now() / QUARTER_MS);
  return {
    top10: (request, audience, country, day, period = "DAY") =>
      list(
        request,
        "top10.top10",
        [audienceKey(audience), quarter(), country, day, period],
        audience.now,
        () => top10.top10(request, audience, country, day, period),
      ),
    places: (request, audience, country) =>
      list(request, "top10.places", [audienceKey(audience), quarter(), country], audience.now, () =>
        top10.places(request, audience, country),
      ),
    weeklyChanges: (request, audience, country, day) => top10.weeklyChanges(request, audience, country, day),
    checks: (request) => top10.checks(request),
    trending: (request, country, limit) =>
      list(request, "top10.trending", [country, limit], null, () => top10.trending(request, country, limit)),
  };
}
