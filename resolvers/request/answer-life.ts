import { type Audience } from "../../datasources/catalog/audience.js";
import { licensedUntil } from "../../datasources/core/predicate.js";
import { type JudgedTitle } from "../../datasources/core/title-attributes.js";

/** For how long an answer is good, by what is met while it is made. */
export class AnswerLife {
  #until = Infinity;
  #followed: Promise<unknown> | undefined;

  /** A title is in it: not for longer than it may be met. */
  has(title: Pick<JudgedTitle, "licences">, { country, now }: Pick<Audience, "country" | "now">): void {
    this.#ends(licensedUntil(title, { country, at: now }));
  }

  /**
   * What is in it follows from which titles may be met at all: not for longer than that stays so, and not at all where it
   * cannot be found out.
   *
   * @param change asks, once, when that is another. Milliseconds since 1970.
   */
  follows(change: () => Promise<number>): void {
    this.#followed ??= change().then(
      (at) => this.#ends(at),
      () => this.#ends(0),
    );
  }

  /** Whole seconds, at least 0; Infinity where nothing ends. */
  async secondsLeft(): Promise<number> {
    await this.#followed;
    return Math.max(0, Math.floor((this.#until - Date.now()) / 1_000));
  }

  #ends(at: number): void {
    this.#until = Math.min(this.#until, at);
  }
}
