import {
  defaultFieldResolver,
  getNamedType,
  isInputObjectType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
} from "graphql";

import { Refusals } from "../datasources/core/refusal.js";
import { isForgiving, unreadablesIn, type UnreadableAt } from "../schema/unreadable.js";
import { nothingDone, refused } from "./payload.js";
import { type Context } from "./request/context.js";
import { badInput } from "./request/errors.js";

type Field = GraphQLField<unknown, Context>;

/**
 * Sets before each field what its arguments need to be looked at for: a scalar that cannot be read costs the field that
 * it was given to, and no neighbour. Before a mutation, what the ones before it may have changed is forgotten.
 */
export function guardInputs(schema: GraphQLSchema): void {
  const mutations = schema.getMutationType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type === mutations) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.some((arg) => mayBeUnreadable(arg.type))) check(field as Field);
    }
  }
  for (const field of Object.values(mutations?.getFields() ?? {})) begin(field as Field);
}

function check(field: Field): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (source, args, ctx, info) => {
    checkReadable(args as object);
    return resolve(source, args, ctx, info);
  };
}

/** Arguments that never change, and that were found to be readable. */
const READABLE = new WeakSet();

/** @throws what is wrong with the first that cannot be read. */
function checkReadable(args: object): void {
  if (READABLE.has(args)) return;
  const [first] = unreadablesIn(args);
  if (first) throw badInput(first.field, first.problem, first.accepted);
  if (Object.isFrozen(args)) READABLE.add(args);
}

function begin(field: Field): void {
  const { resolve = defaultFieldResolver } = field;
  const undone = nothingDone(field.type);
  field.resolve = (source, args, ctx, info) => {
    ctx.rereads();
    const found = unreadablesIn((args as { input?: unknown }).input);
    if (found.length === 0) return resolve(source, args, ctx, info);
    return { ...undone, ...refused(new Refusals(found.map(toProblem))) };
  };
}

function toProblem({ field, problem, accepted }: UnreadableAt) {
  return { field, code: "INVALID", message: `${field}: ${problem}. Accepted: ${accepted}.` } as const;
}

/** Whether a value of a type may have something unreadable in it. */
export function mayBeUnreadable(type: GraphQLInputType, within: readonly object[] = []): boolean {
  const named = getNamedType(type);
  if (!isInputObjectType(named) || within.includes(named)) return isForgiving(named);
  return Object.values(named.getFields()).some((part) => mayBeUnreadable(part.type, [...within, named]));
}
