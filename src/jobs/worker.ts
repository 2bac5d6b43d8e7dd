import {
  CHECKOUT_TASK,
  END_MEMBERSHIP_TASK,
  type CheckoutTimes,
} from "../../datasources/checkouts/checkouts.js";
import { ERASURE_TASK, EXPORT_TASK } from "../../datasources/privacy/privacy.js";
import { type RunningJobs, type SagaJob } from "../../datasources/jobs/jobs.js";
import { MAIL_TASK } from "../../datasources/mail/mails.js";
import { type Payments } from "../../datasources/payments/payments.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { type Tenant } from "../../datasources/core/tenant.js";
import { runErasure } from "../privacy/run-erasure.js";
import { runCheckout } from "../checkouts/run-checkout.js";
import { sendMail, type MailTools } from "../mail/send-mail.js";

/** What the worker works with. */
export interface WorkerTools {
  stores: Pick<Stores, "tenants" | "jobs" | "checkouts" | "checkoutSteps" | "privacy">;
  /** Null where no provider is configured: checkouts are left to gateways that have one. */
  payments: Payments | null;
  times: CheckoutTimes;
  /** Null where no mails are sent: they are left to gateways that send them. */
  mails: MailTools | null;
  /** Told of an account that has been erased. */
  onErased?: () => void;
}

/** Works on the deployment's sagas until stopped, beside every other gateway of it. */
export function startWorker({ stores, payments, times, mails, onErased }: WorkerTools): Promise<RunningJobs> {
  const { checkoutSteps: steps, checkouts, privacy } = stores;
  const of = (run: (tenant: Tenant, id: string) => Promise<void>) => async (job: SagaJob) => {
    const tenant = (await stores.tenants.list()).find(({ id }) => id === job.tenant);
    // Made by another gateway a moment ago: the job is run again.
    if (!tenant) throw new Error(`Tenant ${job.tenant} is not known`);
    await run(tenant, job.id);
  };
  return stores.jobs.run({
    ...(payments && {
      [CHECKOUT_TASK]: of((tenant, id) => runCheckout({ steps, payments, times }, tenant, id)),
    }),
    ...(mails && { [MAIL_TASK]: of((tenant, id) => sendMail(mails, tenant, id)) }),
    [END_MEMBERSHIP_TASK]: of((tenant, id) => checkouts.end(tenant, id)),
    [EXPORT_TASK]: of((tenant, id) => privacy.runExport(tenant, id)),
    [ERASURE_TASK]: of((tenant, id) => runErasure(privacy, tenant, id).then(() => onErased?.())),
  });
}
