import { wordsOf } from "../../packages/told-errors/index.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { notingReplay, replayErasures } from "./tombstone-file.js";

/** Time between two looks at who was erased by others. Milliseconds. */
const INTERVAL_MS = 600_000;

/** Keeps the file and the database of one mind about who was erased. */
export interface ErasureKeeper {
  /** Looks now. */
  look(): void;
  stop(): Promise<void>;
}

/**
 * Applies what is noted of erasures at the start, so that no restored backup brings anybody back, and notes from then on
 * who is erased.
 *
 * @param warn told, in one line, of those who came back, and of what goes wrong.
 */
export function keepErasures(
  stores: Pick<Stores, "tenants" | "privacy" | "audit">,
  file: string,
  warn: (line: string) => void,
): ErasureKeeper {
  let running: Promise<void> | undefined;
  const replay = async (everybody: boolean) => {
    try {
      const returned = await replayErasures(stores, file, {
        everybody,
        onLooked: notingReplay(stores, "job"),
        onFailed: ({ slug }, error) => warn(`Erasures of ${slug} cannot be kept: ${wordsOf(error)}`),
      });
      if (returned > 0) warn(`${returned} that were erased are there again, and are erased once more.`);
    } catch (error) {
      warn(`Erasures cannot be kept in the file of MARQUEE_ERASURES_FILE: ${wordsOf(error)}`);
    }
  };
  const look = (everybody = false) => {
    running ??= replay(everybody).finally(() => (running = undefined));
  };
  const timer = setInterval(look, INTERVAL_MS).unref();
  look(true);
  return {
    look: () => look(),
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
