import { HttpPayments } from "../../datasources/payments/payments.http.js";
import { type Payments } from "../../datasources/payments/payments.js";
import { SandboxPayments } from "../../datasources/payments/payments.sandbox.js";
import { type Config } from "../config.js";

/** The configured provider; without one a demo gets the sandbox, and everybody else none. */
export function openPayments(config: Pick<Config, "payments" | "demo">): Payments | null {
  const { url, key, deadlineMs } = config.payments;
  if (url !== null) return new HttpPayments({ url, key, deadlineMs });
  return config.demo ? new SandboxPayments() : null;
}
