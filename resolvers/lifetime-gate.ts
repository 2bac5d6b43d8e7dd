import { isObjectType, type GraphQLField, type GraphQLSchema } from "graphql";

import { type Context } from "./request/context.js";

type Field = GraphQLField<unknown, Context>;

/**
 * Keeps resolvers from beginning for a request that is over, so that execution ends with the level that it is at:
 * graphql-js 16 itself knows of no abort. Fields that are plain properties go on, since looking is dearer than reading
 * them, and so do those whose resolver looks nothing up.
 *
 * @param isPlain whether a field's resolver is such a one.
 */
export function stopWhenOver(schema: GraphQLSchema, isPlain: (type: string, field: Field) => boolean): void {
  const mutation = schema.getMutationType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    const begin = type === mutation ? beginWriting : begins;
    for (const field of Object.values(type.getFields()) as Field[])
      if (!isPlain(type.name, field)) gate(field, begin);
  }
}

function gate(field: Field, begin: (ctx: Context) => void): void {
  const { resolve } = field;
  if (!resolve) return;
  field.resolve = (source, args, ctx, info) => {
    begin(ctx);
    return resolve(source, args, ctx, info);
  };
}

function begins({ request: { signal } }: Context): void {
  if (signal?.aborted) throw signal.reason;
}

function beginWriting({ lifetime }: Context): void {
  lifetime?.write();
}
