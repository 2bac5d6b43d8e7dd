/** How long tests wait for what must come, looking again and again: longer than anything takes on a busy machine. Milliseconds. */
export const PATIENCE = { timeout: 30_000, interval: 50 };
