/** How long tests wait for what must come, looking again and again: longer than anything takes on a busy machine. Milliseconds. */
export const PATIENCE = { timeout: 30_000, interval: 50 };

/** Time that a call of a store may take where it is not what is tested. Milliseconds. */
export const PATIENT_DEADLINE_MS = 30_000;
