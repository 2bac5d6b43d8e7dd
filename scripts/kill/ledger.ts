/** An acknowledged viewing event. */
export interface PlayedEvent {
  tenant: string;
  profile: string;
  title: string;
}

/** What was acknowledged of a profile's place in a title. */
export interface Progress {
  positionSeconds: number;
  /** Whether a write has said so, at some time; the profile may have watched it to the end before. */
  completed: boolean;
}

/** What was acknowledged of a title that a client edits; its name where it has been changed. */
export interface EditedTitle {
  id: string;
  version: number;
  state: string;
  name?: string;
}

/** What has been acknowledged, kept by the program that wrote it: the truth that the facts are compared with. */
export class Ledger {
  writes = 0;
  refused = 0;
  /** Tries that were not answered, or not with an outcome, and were made again. */
  retries = 0;
  /** Answers that no fault explains. */
  unexplained: string[] = [];
  /** Acknowledged events by id. */
  events = new Map<string, PlayedEvent>();
  /** Last acknowledged state by `<profile> <title>`. */
  progress = new Map<string, Progress>();
  ratings = new Map<string, number | null>();
  watchlist = new Map<string, boolean>();
  /** Last acknowledged version by title. */
  titles = new Map<string, EditedTitle>();
  /** Milliseconds from sending to the acknowledgement, retries included. */
  slowest = 0;

  /** Counts a write, and has it recorded. @param ms from sending it to its acknowledgement. */
  acknowledge(record: (ledger: Ledger) => void, ms: number): void {
    this.writes += 1;
    this.slowest = Math.max(this.slowest, ms);
    record(this);
  }
}
