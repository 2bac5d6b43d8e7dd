import { isObjectType, type GraphQLField, type GraphQLSchema } from "graphql";

import { type Context } from "./request/context.js";

type Field = GraphQLField<unknown, Context>;

/** Mutations of which all that they wait for is done for many at once: while they wait, others are let in. */
const TOGETHER: ReadonlySet<string> = new Set(["recordProgress"]);

/** What a request may be taken to cost that gives its place away: such a report with its title. What else it asks for is work. */
const MOST_COST = 15;

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
    const beginOf = ({ name }: Field) => (TOGETHER.has(name) ? beginTogether : beginWriting);
    for (const field of Object.values(type.getFields()) as Field[])
      if (!isPlain(type.name, field)) gate(field, type === mutation ? beginOf(field) : begins);
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

function beginTogether(ctx: Context): void {
  beginWriting(ctx);
  // Whoever has not signed in is refused, and waits for nothing.
  if (ctx.identity && ctx.work.asked.cost <= MOST_COST) ctx.lifetime?.standAside();
}
