import {
  getNamedType,
  GraphQLBoolean,
  GraphQLInt,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLNullableType,
  type GraphQLOutputType,
} from "graphql";

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

/**
 * Answers for the fields of a payload that are never null, by its type, where nothing was begun: false, zero, no elements.
 * What is refused before its resolver is reached has no other.
 *
 * @throws Error for a field that has no such answer: it would have to be nullable.
 */
export function nothingDone(payloadType: GraphQLOutputType): Readonly<Record<string, unknown>> {
  const type = getNamedType(payloadType);
  if (!isObjectType(type)) return {};
  const fields = Object.values(type.getFields()).filter((field) => isNonNullType(field.type));
  const own = fields.filter(({ name }) => name !== "errors" && name !== "query");
  return Object.fromEntries(
    own.map((field) => [field.name, nothing(field.type, `${type.name}.${field.name}`)]),
  );
}

function nothing(type: GraphQLOutputType, coordinate: string): unknown {
  const inner = (isNonNullType(type) ? type.ofType : type) as GraphQLNullableType;
  if (isListType(inner)) return [];
  if (inner === GraphQLBoolean) return false;
  if (inner === GraphQLInt) return 0;
  throw new Error(`${coordinate} is never null, and there is no answer for where nothing was done.`);
}
