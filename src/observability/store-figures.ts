/** What one look tells serves all gauges of one scrape. Milliseconds. */
const KNOWN_MS = 500;
/** How long a scrape waits for a store: figures of a gateway are wanted most while one does not answer. Milliseconds. */
const WAIT_MS = 250;

/**
 * Figures of a store for gauges. It is asked once at a time; where it fails or takes too long there are none, and the
 * scrape goes on without them.
 */
export function storeFigures<T>(ask: () => Promise<T[]>): () => Promise<T[]> {
  let known: { until: number; figures: Promise<T[]> } | undefined;
  return () => {
    if (!known || performance.now() > known.until) {
      const asked = { until: Infinity, figures: ask().catch(() => []) };
      void asked.figures.then(() => (asked.until = performance.now() + KNOWN_MS));
      known = asked;
    }
    return Promise.race([known.figures, nothingAfter<T>(WAIT_MS)]);
  };
}

function nothingAfter<T>(ms: number): Promise<T[]> {
  return new Promise((resolve) => void setTimeout(() => resolve([]), ms).unref());
}
