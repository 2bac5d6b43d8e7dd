import { type ProjectionTarget } from "./projection-target.js";
import { StoreUnavailableError } from "../../core/store-error.js";
import { type StoreRequest } from "../../core/store-request.js";
import { type Tenant } from "../../core/tenant.js";

type Read = (request: StoreRequest, ...rest: never[]) => Promise<unknown>;

/**
 * A domain whose engine has a standby: every method is asked of the engine, and of the standby while the engine's
 * store is unavailable, or its projection of the tenant has not been filled yet. The request's log notes a store that
 * was missed.
 *
 * @param methods the reading methods of the interface; each takes the request first.
 */
export function withStandby<T extends object, M extends keyof T & string>(
  engine: T,
  standby: T,
  target: Pick<ProjectionTarget, "isFilled">,
  methods: readonly M[],
): Pick<T, M> {
  const composed = methods.map((method) => [
    method,
    async (request: StoreRequest, ...rest: never[]) => {
      const fromStandby = () => (standby[method] as Read).call(standby, request, ...rest);
      if (!target.isFilled(request.tenant)) return fromStandby();
      try {
        return await (engine[method] as Read).call(engine, request, ...rest);
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        request.calls.missed.add(error.store);
        // Where neither answers, the error names the store that the field belongs to.
        return fromStandby().catch((failure: unknown) => {
          throw failure instanceof StoreUnavailableError ? error : failure;
        });
      }
    },
  ]);
  return Object.fromEntries(composed) as Pick<T, M>;
}

type Write = (tenant: Tenant, ...rest: never[]) => Promise<void>;

/**
 * What jobs compute, written to PostgreSQL and to an engine (facts follow the outbox instead): PostgreSQL first, then the engine where its projection of
 * the tenant has been filled (one that has not gets everything when it is). That the engine is owed it is noted before
 * anything is written: what it misses, because it is down or whoever writes dies, is made up for by a rebuild, of
 * whichever process looks after projections.
 */
export function writtenToBoth<T extends object, M extends keyof T & string>(
  standby: T,
  engine: T,
  target: Pick<ProjectionTarget, "owe" | "receives" | "missed">,
  methods: readonly M[],
): Pick<T, M> {
  const composed = methods.map((method) => [
    method,
    async (tenant: Tenant, ...rest: never[]) => {
      const owed = await target.owe(tenant);
      await (standby[method] as Write).call(standby, tenant, ...rest).catch(async (error: unknown) => {
        // What was refused is nowhere; where PostgreSQL was lost, nobody knows whether it has it.
        await (error instanceof StoreUnavailableError ? owed.missed() : owed.settled());
        throw error;
      });
      try {
        if (await target.receives(tenant)) await (engine[method] as Write).call(engine, tenant, ...rest);
      } catch (error) {
        await owed.missed();
        if (!(error instanceof StoreUnavailableError)) throw error;
        return target.missed(tenant);
      }
      await owed.settled();
    },
  ]);
  return Object.fromEntries(composed) as Pick<T, M>;
}
