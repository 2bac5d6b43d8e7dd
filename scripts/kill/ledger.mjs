/** What has been acknowledged, kept by the program that wrote it: the truth that the facts are compared with. */
export class Ledger {
  writes = 0;
  refused = 0;
  /** Tries that were not answered, or not with an outcome, and were made again. */
  retries = 0;
  /** Answers that no fault explains. */
  unexplained = [];
  /** Acknowledged events by id. */
  events = new Map();
  /** Last acknowledged state by `<profile> <title>`. */
  progress = new Map();
  ratings = new Map();
  watchlist = new Map();
  /** Last acknowledged version by title. */
  titles = new Map();
  /** Milliseconds from sending to the acknowledgement, retries included. */
  slowest = 0;

  acknowledge(record, ms) {
    this.writes += 1;
    this.slowest = Math.max(this.slowest, ms);
    record(this);
  }
}
