import { type CheckoutTimes } from "../datasources/checkouts/checkouts.js";
import { type IdentityChanges } from "../datasources/identity/identity-changes.js";
import { type Payments } from "../datasources/payments/payments.js";
import { startProjector } from "../datasources/projection/following/projector.js";
import { type ProjectorObserver } from "../datasources/projection/following/target-loop.js";
import { keepProjections, type FillProgress } from "../datasources/projection/targets/keeper.js";
import { type Attend } from "../datasources/stores/dedicated-stores.js";
import { type Config } from "./config.js";
import { type MailTools } from "./mail/send-mail.js";
import { keepSchedule, type ScheduleObserver } from "./jobs/schedule-keeper.js";
import { startWorker } from "./jobs/worker.js";
import { keepErasures } from "./privacy/erasure-keeper.js";
import { keepRetention } from "./privacy/retention-keeper.js";

/** What a gateway does beside requests with every set of servers that it has open. */
export interface AttendanceTools {
  /** Follows what tokens are believed by, until it is stopped. */
  watchIdentity(this: void, changes: IdentityChanges): { stop(): unknown };
  payments: Payments | null;
  times: CheckoutTimes;
  /** What mails are sent with; null where none are. */
  mails: Omit<MailTools, "mails"> | null;
  warn: (line: string) => void;
  /** Told that a model was not switched to. */
  onRefusedModel: ScheduleObserver["onRefusedModel"];
  observer: ProjectorObserver;
  onFill: FillProgress;
  onFailedChecks: ScheduleObserver["onFailedChecks"];
}

/** Fills and follows the projections of a set of servers and works on its jobs, for the tenants that live there. */
export function attendance(
  { projector, privacy, schedule }: Pick<Config, "projector" | "privacy" | "schedule">,
  {
    watchIdentity,
    payments,
    times,
    mails,
    warn,
    onRefusedModel,
    observer,
    onFill,
    onFailedChecks,
  }: AttendanceTools,
): Attend {
  return async (deployment) => {
    const stores = { ...deployment, tenants: deployment.residents };
    // Begun last, stopped first.
    const parts: { stop(): unknown }[] = [];
    const stop = async () => {
      for (const part of [...parts].reverse()) await part.stop();
    };
    try {
      parts.push(watchIdentity(stores.identityChanges));
      parts.push(await keepProjections(stores, warn, onFill));
      if (projector) parts.push(await startProjector(stores, { warn, observer }));
      const erasures = keepErasures(stores, privacy.erasuresFile, warn);
      parts.push(erasures);
      parts.push(keepRetention(stores, privacy.retention, warn));
      parts.push(keepSchedule(stores, schedule, { warn, onFailedChecks, onRefusedModel }));
      const sent = mails && { ...mails, mails: stores.mails };
      const onErased = () => erasures.look();
      parts.push(await startWorker({ stores, payments, times, mails: sent, onErased }));
      return { stop };
    } catch (error) {
      await stop();
      throw error;
    }
  };
}
