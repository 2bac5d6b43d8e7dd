import { Refusal } from "../datasources/core/refusal.js";
import { type UserError } from "../schema/user-error.type.js";

/**
 * The payload of a mutation: what `work` answers with no errors, or `empty` with the reason why it was refused.
 *
 * @param empty the payload's other fields where nothing was done, unless the refusal has an answer for them.
 */
export async function payload<T extends object>(
  empty: NoInfer<T>,
  work: () => Promise<T>,
): Promise<T & { errors: UserError[] }> {
  try {
    return { ...(await work()), errors: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...empty, ...error.answer, errors: [...error.problems] };
  }
}
