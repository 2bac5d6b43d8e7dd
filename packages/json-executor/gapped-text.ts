import { type Written } from "./run.js";

/** Text that is put together while parts of it are still waited for. */
export class GappedText {
  readonly #before: string[];
  readonly #gaps: Promise<string>[];
  #text = "";

  /**
   * @param before what stands before the first gap.
   * @param gap what is waited for there.
   */
  constructor(before: string, gap: Promise<string>) {
    this.#before = [before];
    this.#gaps = [gap];
  }

  add(prefix: string, written: Written): void {
    this.#text += prefix;
    if (typeof written === "string") {
      this.#text += written;
      return;
    }
    this.#before.push(this.#text);
    this.#gaps.push(written);
    this.#text = "";
  }

  /** The whole text, with an end put behind it. */
  async end(end: string): Promise<string> {
    const last = this.#text + end;
    const found = await Promise.all(this.#gaps);
    let whole = "";
    for (const [place, before] of this.#before.entries()) whole += before + found[place]!;
    return whole + last;
  }

  /**
   * Rejects with an error when the gaps are filled or the first of them fails, which is when graphql-js does: it decides
   * which errors below are still told.
   */
  async giveUp(error: unknown): Promise<never> {
    await Promise.all(this.#gaps).catch(() => undefined);
    throw error;
  }
}
