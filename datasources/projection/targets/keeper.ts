import { wordsOf } from "../../../packages/told-errors/index.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { shareOf } from "../jobs/progress.js";
import { type ProjectionTarget } from "./projection-target.js";
import { type ProjectionStores } from "./projection-stores.js";
import { type Tenant } from "../../core/tenant.js";

/** Told of a projection being filled: which, and the share that is done, in [0, 1]. */
export type FillProgress = (what: string, fraction: number, note: string) => void;

/** Time between two looks at what is filled. Milliseconds. */
const INTERVAL_MS = 5_000;

/** Keeps the projections filled, in the form that this program stores; what happens afterwards, they follow by the outbox. */
export interface ProjectionKeeper {
  stop(): void;
}

/**
 * Fills what is empty: engines once now, with progress, and from then on in the background, so that an engine that was
 * absent is filled when it comes, and a tenant that was made meanwhile too. Until then PostgreSQL answers for them. Its
 * own projections go on answering while they are put again in another form, and no longer need looking after then.
 *
 * @param warn told once of an engine that does not answer, and once when it does again.
 */
export async function keepProjections(
  stores: Pick<ProjectionStores, "tenants" | "projections" | "outbox">,
  warn: (line: string) => void,
  onProgress: FillProgress = () => {},
): Promise<ProjectionKeeper> {
  const absent = new Set<string>();
  let stopped = false;
  // What is under way when the stores are closed fails by that.
  const told = (line: string) => void (stopped || warn(line));
  const engines = stores.projections.filter(({ embedded }) => !embedded);
  const look = (target: ProjectionTarget, progress: FillProgress) =>
    fillWhatIsEmpty(stores, target, absent, told, progress);
  await Promise.all(engines.map((target) => look(target, onProgress)));
  // Each on its own: one that takes long to say that it is absent keeps no other waiting.
  const timers = stores.projections.map((target) => {
    let looking = false;
    const timer = setInterval(() => {
      if (looking) return;
      looking = true;
      void look(target, () => {})
        .then((filled) => filled && target.embedded && clearInterval(timer))
        .finally(() => (looking = false));
    }, INTERVAL_MS);
    return timer;
  });
  const stop = () => {
    stopped = true;
    timers.forEach((timer) => clearInterval(timer));
  };
  return { stop };
}

/** Answers whether everything is filled now. */
async function fillWhatIsEmpty(
  stores: Pick<ProjectionStores, "tenants" | "outbox">,
  target: ProjectionTarget,
  absent: Set<string>,
  warn: (line: string) => void,
  onProgress: FillProgress,
): Promise<boolean> {
  try {
    await target.prepare();
    const lacking = await stores.outbox.needsRebuild(target.name);
    for (const tenant of await stores.tenants.list()) await fill(target, tenant, lacking, onProgress);
    if (lacking) await stores.outbox.rebuilt(target.name);
    if (absent.delete(target.store)) warn(`${target.store} answers again.`);
    return true;
  } catch (error) {
    if (absent.has(target.store)) return false;
    absent.add(target.store);
    const why =
      error instanceof StoreUnavailableError ? "does not answer" : `cannot be filled: ${wordsOf(error)}`;
    warn(`${target.store} ${why}.${target.embedded ? "" : " PostgreSQL answers for it meanwhile."}`);
    return false;
  }
}

/** @param lacking whether events may have gone that the target never saw. */
async function fill(
  target: ProjectionTarget,
  tenant: Tenant,
  lacking: boolean,
  onProgress: FillProgress,
): Promise<void> {
  const { live } = await target.status(tenant);
  if (live !== null && !lacking) {
    if (!target.needsRebuild(tenant)) return;
    // Every process knows of a write that was missed, and one rebuild makes up for it: what another fills is looked at later.
    if (await target.isReplaced(tenant)) return;
  }
  const started = performance.now();
  await target.rebuild(tenant, (done, total) => {
    const rate = Math.round(done / ((performance.now() - started) / 1000));
    const known = total === null ? `${done.toLocaleString("en")} done, ` : "";
    onProgress(
      `${tenant.slug} ${target.domain}`,
      shareOf(done, total),
      `${known}${rate.toLocaleString("en")}/s`,
    );
  });
}
