import { Presets, SingleBar } from "cli-progress";

/** Shows how far a command is: one step after the other. */
export interface Progress {
  /** Says how much of a step is done, in [0, 1]. A new label ends the step before. */
  show(label: string, fraction: number, note?: string): void;
  /** Ends the last step. */
  end(): void;
}

/** Time between two lines of one step where there is no terminal. Milliseconds. */
const LINE_INTERVAL_MS = 2_000;

/** Progress bars on a terminal, plain lines elsewhere; on standard error, so that standard output holds results only. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? new Bars(stream) : new Lines(stream);
}

class Bars implements Progress {
  #bar: SingleBar | undefined;
  #label = "";

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show(label: string, fraction: number, note = ""): void {
    if (label !== this.#label) this.#begin(label);
    this.#bar?.update(Math.floor(fraction * 100), { note });
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#label = "";
  }

  #begin(label: string): void {
    this.end();
    this.#label = label;
    this.#bar = new SingleBar(
      { format: "{label} [{bar}] {percentage}% {note}", stream: this.stream, hideCursor: true, fps: 10 },
      Presets.shades_classic,
    );
    this.#bar.start(100, 0, { label: label.padEnd(18), note: "" });
  }
}

class Lines implements Progress {
  #label = "";
  #shownAt = 0;
  #last = "";
  #shown = "";

  constructor(private readonly stream: NodeJS.WritableStream) {}

  show(label: string, fraction: number, note = ""): void {
    if (label !== this.#label) {
      this.end();
      this.#label = label;
      this.#shownAt = performance.now();
    }
    this.#last = `${label}: ${Math.floor(fraction * 100)} %${note ? `, ${note}` : ""}`;
    if (performance.now() - this.#shownAt >= LINE_INTERVAL_MS) this.#print();
  }

  end(): void {
    if (this.#last !== this.#shown) this.#print();
    this.#label = "";
  }

  #print(): void {
    this.stream.write(`${this.#last}\n`);
    this.#shown = this.#last;
    this.#shownAt = performance.now();
  }
}
