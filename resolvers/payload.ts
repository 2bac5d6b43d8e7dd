import { Refusal } from "../datasources/core/refusal.js";
import { type UserError } from "../schema/user-error.type.js";
import { type Answer } from "./answer.js";

/** What a mutation answers beside its errors. */
export type Answered<P> = Answer<Omit<P, "errors">>;

/** The fields of a payload that are never null, as they are where nothing was done. The others are null then. */
type Undone<P> = { [K in Exclude<keyof P, "errors"> as null extends P[K] ? never : K]: P[K] };

/**
 * The payload of a mutation: what `work` answers with no errors, or `undone` with the reason why it was refused.
 *
 * @param undone what is never null of the payload, unless the refusal has an answer for it.
 */
export async function payload<P extends { errors: UserError[] }>(
  undone: NoInfer<Undone<P>>,
  work: () => Promise<Answered<P>>,
): Promise<Answered<P> & Pick<P, "errors">> {
  try {
    return { ...(await work()), errors: [] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...undone, ...refused(error) };
  }
}

/** The payload of a mutation that was refused: its other fields are null, unless the refusal has an answer for them. */
export function refused<P extends { errors: UserError[] }>({
  answer,
  problems,
}: Refusal): Answered<P> & Pick<P, "errors"> {
  return { ...answer, errors: [...problems] } as Answered<P> & Pick<P, "errors">;
}
