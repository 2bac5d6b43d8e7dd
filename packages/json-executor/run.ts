import {
  getArgumentValues,
  type GraphQLError,
  locatedError,
  responsePathAsArray,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";

import { type AnswerBound } from "./answer-bound.js";
import { type ByteText } from "./byte-text.js";
import { frozen } from "./frozen.js";
import { Keeper, type Keeping } from "./keeper.js";

/** Where a value stands in the answer; the root has none. The same as graphql-js hands to resolvers. */
export type Path = GraphQLResolveInfo["path"];

/** JSON, at once or later. */
export type Written = ByteText | Promise<ByteText>;

export const NULL = "null";

/** Thrown where an operation asks for something that only graphql-js does. */
export class UnplannableError extends Error {}

/**
 * Writes a value of a type. Where it stands in the answer is told by its parent's path and its key, because most values
 * never need their path.
 *
 * @throws what a resolver threw, or what is wrong with the value.
 */
export type Writer = (
  run: Run,
  value: unknown,
  parent: Path | undefined,
  key: string | number,
  typename: string | undefined,
) => Written;

/** A field that an object is asked for: how its value is had, and how it is written. */
export interface Field {
  /** Place among the plan's fields. */
  readonly index: number;
  readonly parentType: GraphQLObjectType;
  readonly key: string;
  readonly nodes: readonly FieldNode[];
  /** The name in JSON, with what stands before and behind it. */
  readonly prefix: string;
  readonly definition: GraphQLField<unknown, unknown>;
  /** Undefined where it is a property of its object. */
  readonly resolve: GraphQLFieldResolver<unknown, unknown> | undefined;
  /** Whether that answers the same for the same object, in every run of a scope. */
  readonly isFixed: boolean;
  readonly isNonNull: boolean;
  readonly isList: boolean;
  /** What is written whatever the object: `__typename`. */
  readonly constant: string | undefined;
  readonly write: Writer;
}

/** What an object is asked for, in the order of the answer. */
export type Selection = readonly Field[];

/** Where the value of a field stands, below an object. */
export function pathOf({ key, parentType }: Field, parent: Path | undefined): Path {
  return { prev: parent, key, typename: parentType.name };
}

/** Which errors of an execution are told. */
export interface ErrorLimit {
  /** How many are collected. */
  most: number;
  /** Takes one past those. @param locate makes of it what would have been collected. */
  leaveOut(error: unknown, locate: () => GraphQLError): void;
}

/** Arguments by `Field.index`. */
export type ArgsByField = (Record<string, unknown> | undefined)[];

/** What all fields of one execution share. */
export interface RunParts {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: GraphQLResolveInfo["fragments"];
  variableValues: Record<string, unknown>;
  /** Those that are known already; they depend on nothing but the variables, so that all rows share them. */
  args: ArgsByField;
  root: unknown;
  context: unknown;
  /** What the answer may be as a whole; undefined: anything. */
  bound?: AnswerBound;
  /** Undefined: all errors are collected. */
  errorLimit?: ErrorLimit;
  /** Undefined: no texts are kept. */
  keeping?: Keeping;
}

/** One execution: what resolvers are told, the arguments of its fields, and the errors that it has met. */
export class Run implements RunParts {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: GraphQLResolveInfo["fragments"];
  readonly variableValues: Record<string, unknown>;
  readonly args: ArgsByField;
  readonly root: unknown;
  readonly context: unknown;
  readonly #bound: AnswerBound | undefined;
  readonly #errorLimit: ErrorLimit | undefined;
  readonly errors: GraphQLError[] = [];
  readonly keeper: Keeper | undefined;
  /** Fields that were met whose values do not follow from their objects alone. */
  varying = 0;
  /** Values that have failed. */
  failures = 0;
  /** Places that have become null; an error below one of them is not told. */
  readonly #nulled = new Set<string>();

  constructor(parts: RunParts) {
    this.schema = parts.schema;
    this.operation = parts.operation;
    this.fragments = parts.fragments;
    this.variableValues = parts.variableValues;
    this.args = parts.args;
    this.root = parts.root;
    this.context = parts.context;
    this.#bound = parts.bound;
    this.#errorLimit = parts.errorLimit;
    this.keeper = parts.keeping && new Keeper(parts.keeping, parts.bound);
  }

  /** Counts what is written for a field that is a property; resolvers count what they answer themselves. */
  wrote(bytes: number, field: Field, parent: Path | undefined): void {
    if (!this.#bound || field.resolve) return;
    if (this.#bound.add(bytes + (field.isList ? 1 : field.prefix.length))) return;
    throw this.#bound.exceeded(new ResolveInfo(this, field, parent));
  }

  /** @throws GraphQLError for a value that an argument does not take. */
  argsOf({ index, definition, nodes: [node] }: Field): Record<string, unknown> {
    return (this.args[index] ??= frozen(getArgumentValues(definition, node!, this.variableValues)));
  }

  /**
   * What stands in the place of a value that failed: null.
   *
   * @param path undefined where that is the answer as a whole.
   * @throws the error, with its place, where null may not stand there either.
   */
  fail(error: unknown, nodes: readonly FieldNode[], path: Path | undefined, isNonNull: boolean): string {
    if (error instanceof UnplannableError) throw error;
    this.failures += 1;
    const locate = () => locatedError(error, nodes, responsePathAsArray(path));
    const limit = this.#errorLimit;
    const isFull = limit !== undefined && this.errors.length >= limit.most;
    if (isNonNull) throw isFull ? error : locate();
    if (isFull) limit.leaveOut(error, locate);
    else this.#note(locate(), path);
    return NULL;
  }

  /** Notes an error whose place has become null, unless it lies within another such place. */
  #note(error: GraphQLError, path: Path | undefined): void {
    const keys = responsePathAsArray(path);
    const places = Array.from({ length: keys.length + 1 }, (_, length) =>
      JSON.stringify(keys.slice(0, length)),
    );
    if (places.some((place) => this.#nulled.has(place))) return;
    this.#nulled.add(places.at(-1)!);
    this.errors.push(error);
  }
}

/** What a resolver is told; its path is made when it is asked for. */
export class ResolveInfo implements GraphQLResolveInfo {
  #path: Path | undefined;

  constructor(
    private readonly run: Run,
    private readonly field: Field,
    private readonly parent: Path | undefined,
  ) {}

  get path(): Path {
    return (this.#path ??= pathOf(this.field, this.parent));
  }
  get fieldName(): string {
    return this.field.definition.name;
  }
  get fieldNodes(): readonly FieldNode[] {
    return this.field.nodes;
  }
  get returnType(): GraphQLOutputType {
    return this.field.definition.type;
  }
  get parentType(): GraphQLObjectType {
    return this.field.parentType;
  }
  get schema(): GraphQLSchema {
    return this.run.schema;
  }
  get fragments(): GraphQLResolveInfo["fragments"] {
    return this.run.fragments;
  }
  get rootValue(): unknown {
    return this.run.root;
  }
  get operation(): OperationDefinitionNode {
    return this.run.operation;
  }
  get variableValues(): Record<string, unknown> {
    return this.run.variableValues;
  }
}
