/**
 * Something outside the program keeps Marquee from starting. The message is one line that says what is wrong and what
 * to do about it; print it alone, without a stack.
 */
export class StartupError extends Error {
  override readonly name = "StartupError";
}
