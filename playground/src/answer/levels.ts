/** One call to a store, as `extensions.explain.calls` has it. Times in milliseconds, counted from the request's beginning. */
export interface StoreCall {
  store: string;
  operation: string;
  /** How much was asked for and read: of operators' answers; null in those of others. */
  keys: number | null;
  uniqueKeys: number | null;
  rows: number | null;
  startMs: number;
  ms: number;
  path: string;
}

/** Calls that were sent before any of them had been answered: one round trip of the query. Times as in the calls. */
export interface Level {
  calls: StoreCall[];
  startMs: number;
  endMs: number;
}

/**
 * The levels of a request, in order of time. What is sent after an answer of a level may depend on it and begins the
 * next one, even where a slower call of the level is still under way.
 */
export function levelsOf(calls: readonly StoreCall[]): Level[] {
  const levels: StoreCall[][] = [];
  for (const call of [...calls].sort((one, other) => one.startMs - other.startMs)) {
    const level = levels.at(-1);
    if (level && call.startMs < Math.min(...level.map(endOf))) level.push(call);
    else levels.push([call]);
  }
  return levels.map((level) => ({
    calls: level,
    startMs: Math.min(...level.map(({ startMs }) => startMs)),
    endMs: Math.max(...level.map(endOf)),
  }));
}

function endOf({ startMs, ms }: StoreCall): number {
  return startMs + ms;
}
