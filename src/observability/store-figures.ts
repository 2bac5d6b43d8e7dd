/** What one look tells serves all gauges of one scrape. Milliseconds. */
const KNOWN_MS = 500;
/** How long a scrape waits for a store: figures of a gateway are wanted most while one does not answer. Milliseconds. */
const WAIT_MS = 250;

/**
 * Figures of a store for gauges. It is asked once at a time; where it fails or takes too long there are none, and the
 * scrape goes on without them.
 */
export function storeFigures<T>(ask: () => Promise<T[]>): () => Promise<T[]> {
  let known: { since: number; until: number; figures: Promise<T[]> } | undefined;
  return () => {
    const now = performance.now();
    if (!known || now > known.until) {
      const asked = { since: now, until: Infinity, figures: ask().catch(() => []) };
      void asked.figures.then(() => (asked.until = performance.now() + KNOWN_MS));
      known = asked;
    }
    // One scrape has waited for it; those after it do not.
    return Promise.race([known.figures, nothingAfter<T>(known.since + WAIT_MS - now)]);
  };
}

function nothingAfter<T>(ms: number): Promise<T[]> {
  return new Promise((resolve) => void setTimeout(() => resolve([]), Math.max(0, ms)).unref());
}
