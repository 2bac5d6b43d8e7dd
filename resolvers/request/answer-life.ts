import { type Audience } from "../../datasources/catalog/audience.js";
import { licensedUntil } from "../../datasources/core/predicate.js";
import { type JudgedTitle } from "../../datasources/core/title-attributes.js";

/** For how long an answer is good, by what is met while it is made. */
export class AnswerLife {
  #until = Infinity;

  /** A title is in it: not for longer than it may be met. */
  has(title: Pick<JudgedTitle, "licences">, { country, now }: Pick<Audience, "country" | "now">): void {
    this.#until = Math.min(this.#until, licensedUntil(title, { country, at: now }));
  }

  /** Whole seconds, at least 0; Infinity where nothing ends. @param now milliseconds since 1970. */
  secondsLeft(now: number): number {
    return Math.max(0, Math.floor((this.#until - now) / 1_000));
  }
}
