/** As many wait as may, and whoever comes is not one of those who should wait in their stead. */
export class PlacesFullError extends Error {
  constructor() {
    super("All places are taken, and as many wait for one as may");
    this.name = "PlacesFullError";
  }
}

export interface PlacesOptions {
  /** Work at once. */
  places: number;
  /** Work that may wait for a place. */
  waiting: number;
}

/** Who works and waits on behalf of one party. */
interface Party {
  working: number;
  /** When it has had its last place, counted in places given. */
  served: number;
  /** In the order of arrival. */
  readonly waiting: Set<Turn>;
}

interface Turn {
  begin(): void;
  giveUp(reason: Error): void;
}

/** For how long a party that has asked once is taken to be about to ask again. Milliseconds. */
const ABOUT_MS = 10_000;
/** Share of the places that one party leaves to others, where there are any. */
const LEFT_TO_OTHERS = 1 / 4;

/**
 * Places for work that several parties share. Whoever waits is served by need: next is the party with the least work
 * under way (max-min fairness; within a party the order of arrival holds), and while others are about, one party leaves
 * a quarter of the places to them. A full queue makes room at the expense of the party that has most in it.
 */
export class Places<P extends string | number = string> {
  readonly #parties = new Map<P, Party>();
  #working = 0;
  #given = 0;
  #waiting = 0;
  /** The two parties that have asked last. */
  #last: { party: P; at: number } | undefined;
  #before: { party: P; at: number } | undefined;

  constructor(private readonly options: PlacesOptions) {}

  /** Work under way. */
  get working(): number {
    return this.#working;
  }

  /** Work that waits for a place. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether any other party has asked lately. */
  hasOthers(party: P): boolean {
    const other = this.#last?.party === party ? this.#before : this.#last;
    return other !== undefined && performance.now() - other.at < ABOUT_MS;
  }

  /**
   * Works when there is a place; at once where there is one now.
   *
   * @param signal takes what waits out of the queue; what is under way is the work's own to end.
   * @throws PlacesFullError where too many wait; what the signal was aborted with.
   */
  async run<T>(party: P, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.#note(party);
    const known = this.#partyOf(party);
    if (this.#waiting > 0 || !this.#mayBegin(party, known)) await this.#turn(party, known, signal);
    else this.#begin(known);
    try {
      return await work();
    } finally {
      this.#end(party, known);
    }
  }

  #note(party: P): void {
    const at = performance.now();
    if (this.#last && this.#last.party !== party) this.#before = this.#last;
    this.#last = { party, at };
  }

  #partyOf(name: P): Party {
    let party = this.#parties.get(name);
    if (!party) this.#parties.set(name, (party = { working: 0, served: 0, waiting: new Set() }));
    return party;
  }

  #mayBegin(name: P, { working }: Party): boolean {
    const { places } = this.options;
    if (this.#working >= places) return false;
    const most = Math.max(1, places - Math.ceil(places * LEFT_TO_OTHERS));
    return working < most || !this.hasOthers(name);
  }

  #begin(party: Party): void {
    party.served = this.#given += 1;
    party.working += 1;
    this.#working += 1;
  }

  #end(name: P, party: Party): void {
    party.working -= 1;
    this.#working -= 1;
    this.#serve();
    if (party.working === 0 && party.waiting.size === 0) this.#parties.delete(name);
  }

  /** Waits; the place is taken when it resolves. */
  #turn(name: P, party: Party, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting -= Number(party.waiting.delete(turn));
        signal?.removeEventListener("abort", leaveEarly);
      };
      const turn: Turn = {
        begin: () => {
          leave();
          this.#begin(party);
          resolve();
        },
        giveUp: (reason) => {
          leave();
          if (party.working === 0 && party.waiting.size === 0) this.#parties.delete(name);
          reject(reason);
        },
      };
      const leaveEarly = () => turn.giveUp(signal?.reason as Error);
      signal?.addEventListener("abort", leaveEarly);
      party.waiting.add(turn);
      this.#waiting += 1;
      if (this.#waiting > this.options.waiting) this.#makeRoom(party);
      // Others may wait for a share of theirs while places are free.
      this.#serve();
    });
  }

  /** Of the party that has most waiting, whoever came last waits no more; of two, the one that has just come. */
  #makeRoom(newcomer: Party): void {
    let most = newcomer;
    for (const party of this.#parties.values()) if (party.waiting.size > most.waiting.size) most = party;
    [...most.waiting].at(-1)?.giveUp(new PlacesFullError());
  }

  #serve(): void {
    while (this.#waiting > 0) {
      const next = this.#next();
      if (!next) return;
      next.begin();
    }
  }

  #next(): Turn | undefined {
    let least: Party | undefined;
    for (const [name, party] of this.#parties) {
      if (party.waiting.size === 0 || !this.#mayBegin(name, party)) continue;
      if (!least || comesBefore(party, least)) least = party;
    }
    const [turn] = least?.waiting ?? [];
    return turn;
  }
}

/** Who has less under way, and of two with as much the one whose last place is longest ago. */
function comesBefore(one: Party, other: Party): boolean {
  return one.working === other.working ? one.served < other.served : one.working < other.working;
}
