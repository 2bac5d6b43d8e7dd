/** Somebody who waits to be let in. */
export interface Turn {
  /** Whom it counts for. */
  readonly party: string;
  readonly arrived: number;
  /** Goes before all others. */
  readonly urgent: boolean;
  enter(): void;
  refuse(): void;
}

interface Party {
  /** What has been done for it, in cost, on the common clock: who has had least is next. */
  had: number;
  readonly waiting: Turn[];
}

/** Parties that are remembered while they wait for nothing. */
const REMEMBERED = 1_000;

/**
 * Those who wait, fair between parties by cost (start-time fair queueing, Goyal et al. 1996): next is somebody of the
 * party that has had least, and a party that comes back begins where the others are. Within a party the first goes
 * first, or the last, as the caller wants it: where not all can be served in time, the first are late already.
 */
export class Turns {
  readonly #parties = new Map<string, Party>();
  readonly #urgent: Turn[] = [];
  #clock = 0;
  #size = 0;

  /** Those who wait. */
  get size(): number {
    return this.#size;
  }

  /** When the one who has waited longest came; undefined where nobody waits but who is urgent. */
  get oldest(): number | undefined {
    let oldest: number | undefined;
    for (const { waiting } of this.#parties.values()) {
      const [first] = waiting;
      if (first && (oldest === undefined || first.arrived < oldest)) oldest = first.arrived;
    }
    return oldest;
  }

  add(turn: Turn): void {
    this.#size += 1;
    if (turn.urgent) return void this.#urgent.push(turn);
    const party = this.#partyOf(turn.party);
    if (party.waiting.length === 0) party.had = Math.max(party.had, this.#clock);
    party.waiting.push(turn);
  }

  /** Takes out somebody who has gone. */
  remove(turn: Turn): void {
    const among = turn.urgent ? this.#urgent : this.#parties.get(turn.party)?.waiting;
    const at = among?.indexOf(turn) ?? -1;
    if (at >= 0) this.#take(among ?? [], at);
  }

  /** Takes out who is next; `lastFirst` as to the order within a party. */
  next(lastFirst: boolean): Turn | undefined {
    if (this.#urgent.length > 0) return this.#take(this.#urgent, 0);
    const least = this.#least();
    if (!least) return undefined;
    this.#clock = Math.max(this.#clock, least.had);
    return this.#take(least.waiting, lastFirst ? least.waiting.length - 1 : 0);
  }

  /** Takes out who is to make room: the first of the party that has most waiting. Nobody who is urgent. */
  surplus(): Turn | undefined {
    let most: Party | undefined;
    for (const party of this.#parties.values())
      if (party.waiting.length > (most?.waiting.length ?? 0)) most = party;
    return most && this.#take(most.waiting, 0);
  }

  /** Takes out everybody who came before an instant and is not urgent. */
  *before(instant: number): Generator<Turn> {
    for (const { waiting } of this.#parties.values())
      for (let [first] = waiting; first && first.arrived < instant; [first] = waiting)
        yield this.#take(waiting, 0);
  }

  /** Charges a party for what is done for it. */
  charge(name: string, cost: number): void {
    this.#partyOf(name).had += cost;
  }

  #take(among: Turn[], at: number): Turn {
    this.#size -= 1;
    return among.splice(at, 1)[0] as Turn;
  }

  #least(): Party | undefined {
    let least: Party | undefined;
    for (const party of this.#parties.values())
      if (party.waiting.length > 0 && (!least || party.had < least.had)) least = party;
    return least;
  }

  #partyOf(name: string): Party {
    let party = this.#parties.get(name);
    if (party) return party;
    if (this.#parties.size >= REMEMBERED) this.#forgetIdle();
    this.#parties.set(name, (party = { had: this.#clock, waiting: [] }));
    return party;
  }

  #forgetIdle(): void {
    for (const [name, { waiting }] of this.#parties) if (waiting.length === 0) this.#parties.delete(name);
  }
}
