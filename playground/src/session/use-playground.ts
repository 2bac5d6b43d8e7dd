import { useCallback, useState, useSyncExternalStore } from "react";
import { PlainError } from "../answer/graphql";
import { getState, type PlaygroundState, subscribe } from "./session-store";

/** The page's state, read anew whenever it changes. */
export function usePlayground(): PlaygroundState {
  return useSyncExternalStore(subscribe, getState);
}

/** What an action that takes time is doing: `run` starts one, `error` is the last one's refusal in plain words. */
export interface Action {
  busy: boolean;
  error: string | null;
  run: (work: () => Promise<void>) => void;
  clear: () => void;
}

/** Runs actions one at a time and keeps what went wrong for display. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const run = useCallback((work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    work()
      .catch((reason: unknown) => setError(inPlainWords(reason)))
      .finally(() => setBusy(false));
  }, []);
  const clear = useCallback(() => setError(null), []);
  return { busy, error, run, clear };
}

function inPlainWords(reason: unknown): string {
  if (reason instanceof PlainError) return reason.message;
  console.error(reason);
  return "Something went wrong in this page. Reload it and try again.";
}
