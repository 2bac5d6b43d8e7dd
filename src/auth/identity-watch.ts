import { type IdentityChanges } from "../../datasources/identity/identity-changes.js";

/** Time between two looks that nobody asked for. Milliseconds. */
const LOOK_MS = 2_000;

/**
 * Keeps what a process believes tokens by as it is in PostgreSQL: looks when it is told that something has changed, and by
 * itself every two seconds. While PostgreSQL is down, what was known last stands.
 */
export class IdentityWatch {
  readonly #listener: { stop(): Promise<void> };
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;
  #again = false;

  /** @param look reads anew; that it fails is no matter. */
  constructor(
    changes: IdentityChanges,
    private readonly look: () => Promise<unknown>,
  ) {
    this.#listener = changes.watch(() => this.#look());
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#listener.stop();
    await this.#looking;
  }

  /** What is told while it looks may have come too late for that look: it looks again. */
  #look(): void {
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = this.look()
      .catch(() => undefined)
      .then(() => {
        this.#looking = undefined;
        if (!this.#again) return;
        this.#again = false;
        this.#look();
      });
  }
}
