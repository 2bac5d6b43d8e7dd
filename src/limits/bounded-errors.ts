import {
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  locatedError,
  responsePathAsArray,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from "graphql";

import { type Context } from "../../resolvers/request/context.js";
import { type ErrorBound, type RequestWork } from "../../resolvers/request/request-work.js";
import { MAX_ERRORS } from "./limits.js";

/** Errors that are collected where some of them may lie within what another has made null: those are not answered. */
const MAX_UNSURE = 100;

type Resolver = GraphQLFieldResolver<unknown, Context>;

/** What graphql-js has collected for a request. */
export class CollectedErrors implements ErrorBound {
  #count = 0;
  #isSure = true;
  #last: GraphQLError | undefined;

  /** Takes what a field has failed with. @returns null in the place of the field. @throws what is to be collected. */
  take(error: unknown, info: GraphQLResolveInfo, { leftOut }: RequestWork): null {
    const isNonNull = isNonNullType(info.returnType);
    const locate = () => locatedError(error, info.fieldNodes, responsePathAsArray(info.path));
    if (this.#count < MAX_ERRORS && isNonNull) this.#isSure = false;
    if (this.#count < (this.#isSure ? MAX_ERRORS : MAX_UNSURE)) {
      this.#count += 1;
      throw error;
    }
    // What surrounds it becomes null as well, so it has to fail; by an error that is there already.
    if (isNonNull) throw (this.#last ??= locate());
    leftOut.add(error, locate);
    return null;
  }
}

/**
 * Has graphql-js collect no more errors of a request than are answered: of a field that fails after those, and may be null,
 * it is told that it is null. What the executor of compiled queries collects it bounds by itself.
 *
 * @param schema the one that is executed; its resolvers are replaced.
 */
export function boundErrors(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields()))
      if (field.resolve) field.resolve = bounded(field.resolve as Resolver) as typeof field.resolve;
  }
}

/** A resolver whose errors are bounded in requests that have them collected. */
export function bounded(resolve: Resolver): Resolver {
  return (source, args, ctx, info) => {
    const { collected } = ctx.work;
    if (!collected) return resolve(source, args, ctx, info);
    const fail = (error: unknown) => collected.take(error, info, ctx.work);
    try {
      const value = resolve(source, args, ctx, info);
      return value instanceof Promise ? value.then(undefined, fail) : value;
    } catch (error) {
      return fail(error);
    }
  };
}
