import { setTimeout as sleep } from "node:timers/promises";

import { serves } from "../gateways.js";
import { Connection } from "./connection.js";
import { type Gateway } from "./ground.js";

/** Time between two looks of the balancer. */
const LOOK_MS = 100;

/** Clients that keep asking, behind a balancer that sends new connections to gateways that say they are ready. */
export class BalancedLoad {
  /** How long each answer took that was one. Milliseconds. */
  readonly times: number[] = [];
  readonly failures: string[] = [];
  readonly #ready = new Set<Gateway>();
  #clients: Promise<void>[] = [];
  #ended = false;

  /** @param gateways those that there are: put in and taken out as they come and go.
   * @param message what is asked, as it goes over the wire.
   * @param pauseMs of each client after an answer, on average. */
  constructor(
    readonly gateways: Gateway[],
    private readonly message: Buffer,
    private readonly pauseMs = 0,
  ) {
    for (const gateway of gateways) this.#ready.add(gateway);
  }

  begin(clients: number): void {
    this.#clients = [this.#balance(), ...Array.from({ length: clients }, () => this.#ask())];
  }

  async end(): Promise<void> {
    this.#ended = true;
    await Promise.all(this.#clients);
  }

  async #balance(): Promise<void> {
    for (; !this.#ended; await sleep(LOOK_MS))
      for (const gateway of [...this.#ready, ...this.gateways])
        if (this.gateways.includes(gateway) && (await serves(gateway.url))) this.#ready.add(gateway);
        else this.#ready.delete(gateway);
  }

  async #ask(): Promise<void> {
    let connection: Connection | undefined;
    while (!this.#ended) {
      if (!connection || connection.isClosed) {
        const ready = [...this.#ready];
        const gateway = ready[Math.floor(Math.random() * ready.length)];
        if (!gateway) {
          await sleep(10);
          continue;
        }
        connection = new Connection(gateway.url);
      }
      try {
        const { status, ms } = await connection.send(this.message);
        if (status === 200) this.times.push(ms);
        else this.failures.push(`status ${status}`);
      } catch (error) {
        this.failures.push((error as Error).message);
      }
      if (this.pauseMs > 0) await sleep(2 * this.pauseMs * Math.random());
    }
    connection?.close();
  }
}
