import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLInt,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLAbstractType,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type FieldNode,
  type GraphQLOutputType,
  type GraphQLSchema,
} from "graphql";

import { toBytes } from "./byte-text.js";
import { GappedText } from "./gapped-text.js";
import { keptWriter } from "./kept-writer.js";
import { leafWriterOf } from "./leaf-writers.js";
import {
  NULL,
  pathOf,
  ResolveInfo,
  UnplannableError,
  type Field,
  type Path,
  type Run,
  type Selection,
  type Writer,
  type Written,
} from "./run.js";

/** Who plans what is found to be needed. */
export interface Planner {
  schema: GraphQLSchema;
  /** The fields that nodes of one field select of an object type. */
  below(type: GraphQLObjectType, nodes: readonly FieldNode[]): Selection;
}

type Resolved = PromiseLike<unknown>;

function isPromise(value: unknown): value is Resolved {
  return (
    typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function"
  );
}

/** How values of a type are written where a field asks for them; types of objects are planned when they are met. */
export function writerOf(plan: Planner, type: GraphQLOutputType, field: Field): Writer {
  if (isNonNullType(type)) return nonNull(writerOf(plan, type.ofType, field), field);
  if (isListType(type)) return list(writerOf(plan, type.ofType, field), isNonNullType(type.ofType), field);
  if (isLeafType(type)) return leaf(type, field);
  if (isAbstractType(type)) return abstract(plan, type, field);
  return object(plan, type, field);
}

/** The fields of an object, one after the other; those that wait leave a gap that is filled when all are there. */
export function writeFields(
  run: Run,
  selection: Selection,
  source: unknown,
  path: Path | undefined,
): Written {
  let text = "{";
  let gapped: GappedText | undefined;
  try {
    for (const field of selection) {
      const written = writeField(run, field, source, path);
      if (gapped) gapped.add(field.prefix, written);
      else if (typeof written === "string") text += field.prefix + written;
      else gapped = new GappedText(text + field.prefix, written);
    }
  } catch (error) {
    if (gapped) return gapped.giveUp(error);
    throw error;
  }
  return gapped ? gapped.end("}") : `${text}}`;
}

function writeField(run: Run, field: Field, source: unknown, parent: Path | undefined): Written {
  if (field.constant !== undefined) return field.constant;
  const { key, parentType } = field;
  try {
    const value = resolve(run, field, source, parent);
    const written = isPromise(value)
      ? value.then((resolved) => field.write(run, resolved, parent, key, parentType.name))
      : field.write(run, value, parent, key, parentType.name);
    if (typeof written === "string") return written;
    return Promise.resolve(written.then(undefined, (error: unknown) => failed(run, error, field, parent)));
  } catch (error) {
    return failed(run, error, field, parent);
  }
}

function failed(run: Run, error: unknown, field: Field, parent: Path | undefined): string {
  return run.fail(error, field.nodes, pathOf(field, parent), field.isNonNull);
}

function resolve(run: Run, field: Field, source: unknown, parent: Path | undefined): unknown {
  if (field.resolve) {
    if (!field.isFixed) run.varying += 1;
    return field.resolve(source, run.argsOf(field), run.context, new ResolveInfo(run, field, parent));
  }
  const object = source as Record<string, unknown> | null | undefined;
  const property = object?.[field.definition.name];
  if (typeof property !== "function") return property;
  run.varying += 1;
  return property.call(
    object,
    run.argsOf(field),
    run.context,
    new ResolveInfo(run, field, parent),
  ) as unknown;
}

function leaf(type: GraphQLLeafType, around: Field): Writer {
  const write = leafWriterOf(type);
  // Numbers, booleans and names are ASCII.
  const isAscii = isEnumType(type) || type === GraphQLInt || type === GraphQLFloat || type === GraphQLBoolean;
  return (run, value, parent) => {
    if (value instanceof Error) throw value;
    const text = value == null ? NULL : write(value);
    const bytes = isAscii ? text : toBytes(text);
    run.wrote(bytes.length, around, parent);
    return bytes;
  };
}

function nonNull(inner: Writer, { parentType, definition }: Field): Writer {
  return (run, value, parent, key, typename) => {
    // What comes later is no null: an object or a list that fails rejects.
    const written = inner(run, value, parent, key, typename);
    if (written !== NULL) return written;
    throw new Error(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
  };
}

function list(item: Writer, isNonNull: boolean, field: Field): Writer {
  return (run, value, parent, key, typename) => {
    if (value == null) return NULL;
    if (value instanceof Error) throw value;
    if (!isIterable(value))
      throw new Error(`${field.parentType.name}.${field.definition.name} is a list, and its value is none`);
    const path: Path = { prev: parent, key, typename };
    let text = "[";
    let gapped: GappedText | undefined;
    let index = 0;
    for (const entry of value) {
      const written = writeItem(run, item, entry, { field, path, index, isNonNull });
      const prefix = index > 0 ? "," : "";
      if (gapped) gapped.add(prefix, written);
      else if (typeof written === "string") text += prefix + written;
      else gapped = new GappedText(text + prefix, written);
      index += 1;
    }
    return gapped ? gapped.end("]") : `${text}]`;
  };
}

interface Place {
  field: Field;
  path: Path;
  index: number;
  isNonNull: boolean;
}

function writeItem(run: Run, write: Writer, entry: unknown, place: Place): Written {
  const { path, index } = place;
  try {
    const written = isPromise(entry)
      ? entry.then((resolved) => write(run, resolved, path, index, undefined))
      : write(run, entry, path, index, undefined);
    if (typeof written === "string") return written;
    return Promise.resolve(written.then(undefined, (error: unknown) => failedItem(run, error, place)));
  } catch (error) {
    return failedItem(run, error, place);
  }
}

function failedItem(run: Run, error: unknown, { field, path, index, isNonNull }: Place): string {
  return run.fail(error, field.nodes, { prev: path, key: index, typename: undefined }, isNonNull);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function object(plan: Planner, type: GraphQLObjectType, field: Field): Writer {
  const { isTypeOf } = type;
  let selection: Selection | undefined;
  return keptWriter((run, value, parent, key, typename) => {
    if (value == null) return NULL;
    if (value instanceof Error) throw value;
    run.wrote(0, field, parent);
    // A promise, which says nothing yet, is taken for a yes.
    if (isTypeOf && !isTypeOf(value, run.context, new ResolveInfo(run, field, parent)))
      throw new Error(`A value of ${type.name} says that it is none`);
    selection ??= plan.below(type, field.nodes);
    return writeFields(run, selection, value, { prev: parent, key, typename });
  });
}

/** An interface or union: planned for each type of value that arrives. */
function abstract(plan: Planner, type: GraphQLAbstractType, field: Field): Writer {
  const writers = new Map<string, Writer>();
  const writerFor = (name: unknown): Writer => {
    const known = writers.get(name as string);
    if (known) return known;
    const found = typeof name === "string" ? plan.schema.getType(name) : undefined;
    if (!isObjectType(found) || !plan.schema.isSubType(type, found))
      throw new Error(`A value of ${type.name} says that it is ${String(name)}`);
    const writer = object(plan, found, field);
    writers.set(found.name, writer);
    return writer;
  };
  const { resolveType } = type;
  if (!resolveType) throw new UnplannableError(`${type.name} does not say what its values are`);
  return (run, value, parent, key, typename) => {
    if (value == null) return NULL;
    if (value instanceof Error) throw value;
    const name = resolveType(value, run.context, new ResolveInfo(run, field, parent), type);
    if (!isPromise(name)) return writerFor(name)(run, value, parent, key, typename);
    return Promise.resolve(name.then((known) => writerFor(known)(run, value, parent, key, typename)));
  };
}
