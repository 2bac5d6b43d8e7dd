import {
  GraphQLError,
  isIntrospectionType,
  isObjectType,
  responsePathAsArray,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from "graphql";

import { type AnswerBound } from "../../packages/json-executor/index.js";
import { describePath } from "../../datasources/core/store-request.js";
import { type Context } from "../../resolvers/request/context.js";
import { type RequestWork } from "../../resolvers/request/request-work.js";
import { costOf, costOfEach } from "./field-cost.js";
import { beyond } from "./limits.js";

/** What is around a field in JSON: quotes, colon and comma. Bytes. */
const AROUND_FIELD = 4;
/** The brackets of an object or a list. */
const BRACKETS = 2;
/** What a number takes at most, mostly; also where a value is not there yet when it is counted. */
const NUMBER = 8;
const INSTANT = 26;

type Resolver = GraphQLFieldResolver<unknown, Context>;
type Method = (args: unknown, ctx: Context, info: GraphQLResolveInfo) => unknown;

/**
 * Counts what answers take while they are made, and ends them where they grow too large: every object, and every field
 * that has a resolver of its own. Fields that are plain properties are counted by `plainField`.
 *
 * @param schema the one that is executed; its resolvers are replaced.
 */
export function countAnswers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    countObjects(type);
    for (const field of Object.values(type.getFields()))
      countField(field as GraphQLField<unknown, Context>, workOf(schema, type, field));
  }
}

/** graphql-js asks each object whether it is of its type: the one place that it passes for every object. */
function countObjects(type: GraphQLObjectType): void {
  const cost = costOfEach(type);
  type.isTypeOf = (_value: unknown, { work }: Context, info) => {
    work.cost += cost;
    add(work, BRACKETS, info);
    return true;
  };
}

/** What a field does beside answering objects: writing, and what it declares. A query that declares nothing is its round trips. */
function workOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
): number {
  const isPriced = type === schema.getMutationType() || field.extensions.cost !== undefined;
  return isPriced ? costOf(schema, type, field).weight : 0;
}

function countField(field: GraphQLField<unknown, Context>, cost: number): void {
  const { resolve = cost > 0 ? property : undefined } = field;
  if (!resolve) return;
  field.resolve = (source, args, ctx, info) => {
    if (ctx.work.tooLarge) throw ctx.work.tooLarge;
    ctx.work.cost += cost;
    return counted(resolve(source, args as Record<string, unknown>, ctx, info), ctx.work, info);
  };
}

/** Reads a field that is a property, as graphql-js does. */
const property: Resolver = (source, args, ctx, info) => {
  if (typeof source !== "object" || source === null) return undefined;
  const value = (source as Record<string, unknown>)[info.fieldName];
  return typeof value === "function" ? (value as Method).call(source, args, ctx, info) : value;
};

/** The same, counted. */
export const plainField: Resolver = (source, args, ctx, info) =>
  counted(property(source, args, ctx, info), ctx.work, info);

/** The same for an executor that reads properties by itself. */
export function boundOf(work: RequestWork): AnswerBound {
  return {
    add: (bytes) => (work.bytes += bytes) <= work.mostBytes,
    exceeded: (info) => (work.tooLarge ??= tooLarge(work, info)),
    counted: () => ({ bytes: work.bytes, cost: work.cost }),
    recount: ({ bytes, cost }) => {
      if (work.tooLarge || work.bytes + bytes > work.mostBytes) return false;
      work.bytes += bytes;
      work.cost += cost;
      return true;
    },
  };
}

function counted(value: unknown, work: RequestWork, info: GraphQLResolveInfo): unknown {
  add(work, String(info.path.key).length + AROUND_FIELD + sizeOf(value), info);
  return value;
}

function add(work: RequestWork, bytes: number, info: GraphQLResolveInfo): void {
  work.bytes += bytes;
  if (work.bytes > work.mostBytes) throw (work.tooLarge ??= tooLarge(work, info));
}

/** What a value takes as JSON. Objects are counted when they are answered. */
function sizeOf(value: unknown): number {
  switch (typeof value) {
    case "string":
      return Buffer.byteLength(value) + BRACKETS;
    case "object":
      if (Array.isArray(value)) return sizeOfList(value);
      return value instanceof Date ? INSTANT : 0;
    default:
      return NUMBER;
  }
}

function sizeOfList(values: readonly unknown[]): number {
  let size = BRACKETS + values.length;
  for (const value of values) size += sizeOf(value);
  return size;
}

/** Has its path already, so that whoever meets it next answers it as it is. */
function tooLarge({ bytes, mostBytes }: RequestWork, { fieldNodes, path }: GraphQLResolveInfo): GraphQLError {
  const { message, extensions } = beyond("answerBytes", mostBytes, bytes, describePath(path));
  return new GraphQLError(message, { nodes: fieldNodes, path: responsePathAsArray(path), extensions });
}
