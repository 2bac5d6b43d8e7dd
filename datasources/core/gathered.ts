import DataLoader from "dataloader";

/** Most keys in one call. */
const MAX_BATCH = 500;

/**
 * Answers of a store to many askers, one call at a time: what is asked while a call is under way travels with the next,
 * so that its answer tells of a state no older than the question. Nothing is remembered.
 *
 * @param ask one call for all keys; answers in their order.
 */
export function gathered<K, V>(ask: (keys: readonly K[]) => Promise<readonly V[]>): (key: K) => Promise<V> {
  let underWay: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<K, V>(
    (keys) => {
      const answers = ask(keys);
      underWay = answers.catch(() => undefined);
      return answers;
    },
    {
      cache: false,
      maxBatchSize: MAX_BATCH,
      batchScheduleFn: (dispatch) => void underWay.then(dispatch),
    },
  );
  return (key) => loader.load(key);
}
