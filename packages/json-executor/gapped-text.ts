import { type Written } from "./run.js";

/** Text that is put together while parts of it are still waited for. */
export class GappedText {
  readonly #before: string[] = [];
  readonly #gaps: Promise<string>[] = [];

  /** @param text what stands behind the last gap. */
  constructor(private text: string) {}

  add(prefix: string, written: Written): void {
    this.text += prefix;
    if (typeof written === "string") {
      this.text += written;
      return;
    }
    this.#before.push(this.text);
    this.#gaps.push(written);
    this.text = "";
  }

  /** The whole text, with an end put behind it. */
  end(end: string): Written {
    this.text += end;
    if (this.#gaps.length === 0) return this.text;
    return Promise.all(this.#gaps).then((found) => {
      let whole = "";
      for (const [place, before] of this.#before.entries()) whole += before + found[place]!;
      return whole + this.text;
    });
  }

  /**
   * Rejects with an error when the gaps are filled or the first of them fails, which is when graphql-js does: it decides
   * which errors below are still told.
   */
  async giveUp(error: unknown): Promise<never> {
    await Promise.all(this.#gaps).catch(() => undefined);
    throw error;
  }

  get waits(): boolean {
    return this.#gaps.length > 0;
  }
}
