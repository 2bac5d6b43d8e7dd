import { type RefusalCode } from "./refusal-codes.js";

/** What is wrong with one field of an input. */
export interface FieldProblem {
  /** The input field at fault; null for the input as a whole. */
  field: string | null;
  code: RefusalCode;
  /** What is wrong and what would be accepted, in words. */
  message: string;
}

/** A write that the facts do not allow, for a reason that the client is told. Thrown inside a transaction, it undoes it. */
export class Refusal extends Error {
  /**
   * @param field the input field at fault; null for the input as a whole.
   * @param message what is wrong and what would be accepted, in words.
   * @param answer what the payload says nevertheless: the version that there is, to somebody who expected another.
   */
  constructor(
    readonly field: string | null,
    readonly code: RefusalCode,
    message: string,
    readonly answer: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = "Refusal";
  }

  /** Everything that is wrong. */
  get problems(): readonly FieldProblem[] {
    return [{ field: this.field, code: this.code, message: this.message }];
  }
}

/** A write that is refused for several reasons at once. */
export class Refusals extends Refusal {
  readonly #problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    const [first] = problems;
    super(first?.field ?? null, first?.code ?? "INVALID", first?.message ?? "");
    this.#problems = problems;
  }

  override get problems(): readonly FieldProblem[] {
    return this.#problems;
  }
}
