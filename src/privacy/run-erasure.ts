import { setTimeout as sleep } from "node:timers/promises";

import { type Privacy } from "../../datasources/privacy/privacy.js";
import { type Tenant } from "../../datasources/core/tenant.js";

/** How long projections are waited for at a time, and the pause between two looks. Milliseconds. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 100;

/**
 * Erases an account as far as that is not done: facts, projections, what is on its way to these; then looks through every
 * store whether anything is left. Run again, it goes on where it was.
 *
 * @throws Error where something is left, or a projection has not heard of it yet: to be run again.
 */
export async function runErasure(privacy: Privacy, tenant: Tenant, id: string): Promise<void> {
  const open = await privacy.openErasure(tenant, id);
  if (!open) return;
  await privacy.eraseFacts(tenant, id);
  const until = performance.now() + PATIENCE_MS;
  while (!(await privacy.eraseEvents(tenant, open.marks))) {
    if (performance.now() > until) throw new Error(`Erasure ${id} waits for projections to hear of it.`);
    await sleep(PAUSE_MS);
  }
  const traces = await privacy.searchTraces(tenant, open.marks);
  if (traces.length > 0) {
    await privacy.noteTraces(tenant, id, traces);
    throw new Error(
      `Erasure ${id} is not complete: something is left in ${traces.map(({ place }) => place).join(", ")}.`,
    );
  }
  await privacy.endErasure(tenant, id);
}
