import { placementOf, type Tenant } from "../core/tenant.js";
import { KNOWN_MS, type RunningExperiment } from "./experiments.js";

type Running = readonly RunningExperiment[];

/** Tenants whose experiments are known at once. */
const MOST_KNOWN = 1_000;
/** From when on it is looked again, while what is known is still answered. Milliseconds. */
const LOOK_AFTER_MS = KNOWN_MS / 2;
/** For how long it is not looked again after a look has failed. Milliseconds. */
const FAILED_MS = 1_000;

/** What is known of a tenant's experiments. Instants are on the clock that was given. */
interface Known {
  /** What was found last, and when it was looked for; null before. */
  found: { running: Running; at: number } | null;
  /** Why the last look has found nothing; null where it has. */
  failure: { error: unknown } | null;
  /** When it is to be looked again. */
  again: number;
  looking: Promise<Running> | null;
}

/**
 * Which experiments go on, as far as it is known. One look of a tenant is under way at once, for all who ask. What was found
 * is answered for {@link KNOWN_MS}, and while looks fail: a store that is slow or down ends no experiment, and is asked once
 * a second.
 */
export class KnownExperiments {
  readonly #known = new Map<string, Known>();

  /**
   * @param look reads them.
   * @param now the clock. Milliseconds.
   */
  constructor(
    private readonly look: (tenant: Tenant) => Promise<Running>,
    private readonly now = () => performance.now(),
  ) {}

  /** What the last look has found, for whom the next is not worth waiting for; none before the first. */
  known(tenant: Tenant): Running {
    return this.#lookedFor(tenant).found?.running ?? [];
  }

  /** @throws what the look threw, where nothing is known. */
  async running(tenant: Tenant): Promise<Running> {
    const known = this.#lookedFor(tenant);
    const found = this.#foundOf(known);
    if (found) return found;
    if (known.looking) return known.looking;
    throw known.failure?.error;
  }

  /** Has the tenant's be looked for anew, also where a look is under way. */
  forget(tenant: Tenant): void {
    this.#known.delete(placementOf(tenant));
  }

  #foundOf({ found, failure }: Known): Running | undefined {
    return found && (failure || this.now() - found.at < KNOWN_MS) ? found.running : undefined;
  }

  #lookedFor(tenant: Tenant): Known {
    const known = this.#of(tenant);
    if (!known.looking && this.now() >= known.again) this.#begin(tenant, known);
    return known;
  }

  #of(tenant: Tenant): Known {
    const place = placementOf(tenant);
    const known = this.#known.get(place);
    if (known) return known;
    const unknown = { found: null, failure: null, again: -Infinity, looking: null };
    this.#known.set(place, unknown);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return unknown;
  }

  #begin(tenant: Tenant, known: Known): void {
    known.looking = this.#look(tenant, known).finally(() => (known.looking = null));
    // Perhaps nobody waits for it.
    known.looking.catch(() => undefined);
  }

  async #look(tenant: Tenant, known: Known): Promise<Running> {
    const at = this.now();
    try {
      const running = await this.look(tenant);
      Object.assign(known, { found: { running, at }, failure: null, again: at + LOOK_AFTER_MS });
      return running;
    } catch (error) {
      Object.assign(known, { failure: { error }, again: this.now() + FAILED_MS });
      if (known.found) return known.found.running;
      throw error;
    }
  }
}
