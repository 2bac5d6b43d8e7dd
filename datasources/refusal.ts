/** A write that the facts do not allow, for a reason that the client is told. Thrown inside a transaction, it undoes it. */
export class Refusal extends Error {
  /**
   * @param field the input field at fault; null for the input as a whole.
   * @param code a code to branch on: `STALE_VERSION`.
   * @param message what is wrong and what would be accepted, in words.
   */
  constructor(
    readonly field: string | null,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "Refusal";
  }
}
