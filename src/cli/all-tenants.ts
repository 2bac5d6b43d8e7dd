import { type Tenant } from "../../datasources/core/tenant.js";
import { type Stores } from "../../datasources/stores/stores.js";
import { StartupError } from "../../packages/process/startup-error.js";
import { wordsOf } from "../../packages/told-errors/index.js";
import { eachTenant } from "../tenancy/each-tenant.js";
import { tenantOf } from "./with-stores.js";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Tells, in one line each, of the tenants that something could not be done for, and keeps their names. */
export class LeftTenants {
  readonly names: string[] = [];

  constructor(private readonly tell: (line: string) => void = (line) => process.stderr.write(`${line}\n`)) {}

  /** To be told of each. */
  readonly note = ({ slug }: Tenant, error: unknown): void => {
    this.names.push(slug);
    this.tell(`${slug}: ${wordsOf(error)}`);
  };

  /** @throws StartupError that names them, where there are any: the command ends with 1. */
  check(): void {
    if (this.names.length > 0) throw new StartupError(this.told());
  }

  /** They in words; empty where there are none. */
  told(): string {
    return this.names.length === 0 ? "" : `It could not be done for: ${this.names.join(", ")}.`;
  }
}

/**
 * Does a command's work for the tenant that is named, or for each there is: then one that fails keeps it from no other.
 *
 * @param left told of those that failed.
 */
export async function forTenants(
  stores: Pick<Stores, "tenants">,
  slug: string | undefined,
  work: (tenant: Tenant) => Promise<void>,
  left: LeftTenants,
): Promise<void> {
  if (slug !== undefined) return work(await tenantOf(stores, slug));
  const tenants = await stores.tenants.list();
  // Somebody who has the command stop means all of it: what fails from there on fails because the stores are closed.
  let over = false;
  const stop = () => void (over = true);
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    const unlessOver = async (tenant: Tenant) => (over ? undefined : work(tenant));
    await eachTenant(tenants, unlessOver, (tenant, error) => (over ? undefined : left.note(tenant, error)));
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

/**
 * The same for commands that have nothing to say of it in the end but who was left.
 *
 * @throws StartupError that names those that failed, once the others are done.
 */
export async function forAllTenants(
  stores: Pick<Stores, "tenants">,
  slug: string | undefined,
  work: (tenant: Tenant) => Promise<void>,
): Promise<void> {
  const left = new LeftTenants();
  await forTenants(stores, slug, work, left);
  left.check();
}
