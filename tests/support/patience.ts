/** How long tests wait for what must come, looking again and again: longer than anything takes on a busy machine. Milliseconds. */
export const PATIENCE = { timeout: 30_000, interval: 50 };

/** Time that a call of a store may take where it is not what is tested. Milliseconds. */
export const PATIENT_DEADLINE_MS = 30_000;

/** For what a job does: few are done at once, and a try of an erasure, which waits 20 seconds for projections to hear of it, comes again later. */
export const JOB_PATIENCE = { ...PATIENCE, timeout: 120_000 };
