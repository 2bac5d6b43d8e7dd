import {
  getVariableValues,
  type GraphQLError,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";

import { type AnswerBound } from "./answer-bound.js";
import { type ByteText } from "./byte-text.js";
import { conditionsOf } from "./conditions.js";
import { JsonText } from "./json-text.js";
import { type Keeping } from "./keeper.js";
import { Plan } from "./plan.js";
import { ReadyValues, type Readied } from "./ready-values.js";
import { Run, UnplannableError, type ErrorLimit, type Selection } from "./run.js";
import { writeFields } from "./writers.js";

/** Variables in `@skip` and `@include` that a document may have to be compiled: each doubles how many plans it may need. */
const MAX_CONDITIONS = 6;

/** What one execution of a query is given. */
export interface QueryRun {
  /** What the root fields are properties of, as far as they have no resolver. */
  root?: unknown;
  context: unknown;
  /** As they were sent. */
  variables: Record<string, unknown> | null | undefined;
  maxCoercionErrors: number;
  /** What the answer may be as a whole; undefined: anything. */
  bound?: AnswerBound;
  /** Undefined: all errors are answered. */
  errorLimit?: ErrorLimit;
  /** Undefined: no texts are kept. */
  keeping?: Keeping;
}

/** What an execution answers: the data as JSON text, and its errors where there are any. */
export interface WrittenResult {
  data: JsonText | null;
  errors?: GraphQLError[];
}

/** A query that is executed by writing its answer as JSON, by plans that were made once. */
export class CompiledQuery {
  readonly #plans = new Map<string, Plan>();
  readonly #values: ReadyValues;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly operation: OperationDefinitionNode,
    private readonly fragments: Record<string, FragmentDefinitionNode>,
    private readonly conditions: readonly string[],
  ) {
    this.#values = new ReadyValues(operation);
  }

  /** Fields that its plans have so far: what it takes of memory. */
  get fields(): number {
    return [...this.#plans.values()].reduce((total, plan) => total + plan.fields, 0);
  }

  /**
   * Executes it. Its answer has the same bytes as that of graphql-js.
   *
   * @returns null where graphql-js has to: variables that do not fit, and what was found only now not to be compilable.
   */
  async execute({
    root,
    context,
    variables,
    maxCoercionErrors,
    bound,
    errorLimit,
    keeping,
  }: QueryRun): Promise<WrittenResult | null> {
    const { schema, operation, fragments } = this;
    const values = this.#values.of(variables ?? {}, () => this.#readied(variables ?? {}, maxCoercionErrors));
    if (!values) return null;
    const run = new Run({
      schema,
      operation,
      fragments,
      root,
      context,
      bound,
      errorLimit,
      keeping,
      variableValues: values.variableValues,
      args: values.args,
    });
    try {
      const { root: selection } = (values.plan ??= this.#planFor(values.variableValues));
      const text = await writeFields(run, selection, root, undefined);
      return answerOf(new JsonText(text, keptIn(text, selection, run)), run);
    } catch (error) {
      if (error instanceof UnplannableError) return null;
      run.fail(error, [], undefined, false);
      return answerOf(null, run);
    }
  }

  /** What follows from variables; undefined where they do not fit. */
  #readied(variables: Record<string, unknown>, maxErrors: number): Readied | undefined {
    const { schema, operation } = this;
    const defined = operation.variableDefinitions ?? [];
    const { coerced } = getVariableValues(schema, defined, variables, { maxErrors });
    return coerced && { variableValues: coerced, args: [] };
  }

  #planFor(variables: Record<string, unknown>): Plan {
    const values = Object.fromEntries(this.conditions.map((name) => [name, variables[name]]));
    const key = JSON.stringify(values);
    let plan = this.#plans.get(key);
    if (!plan) this.#plans.set(key, (plan = new Plan(this.schema, this.operation, this.fragments, values)));
    return plan;
  }
}

/** The kept text that an answer is, but for what stands around it; undefined where it is more, or none. */
function keptIn(text: ByteText, [field, ...others]: Selection, { keeper, failures }: Run) {
  const kept = keeper?.lone;
  if (!kept || !field || others.length > 0 || failures > 0) return undefined;
  const [before, after] = [`{${field.prefix}`, "}"];
  // It is within it: as long as that, it is all there is.
  if (text.length !== before.length + kept.text.length + after.length) return undefined;
  return { text: kept, before, after };
}

function answerOf(data: JsonText | null, { errors }: Run): WrittenResult {
  return errors.length > 0 ? { errors, data } : { data };
}

/**
 * Compiles an operation of a document that is valid for the schema.
 *
 * @returns null where only graphql-js can answer it: mutations, introspection, an operation that cannot be told.
 */
export function compileQuery(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): CompiledQuery | null {
  if (operation.operation !== OperationTypeNode.QUERY) return null;
  const conditions = conditionsOf(document);
  if (conditions.length > MAX_CONDITIONS) return null;
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null) as object as Record<
    string,
    FragmentDefinitionNode
  >;
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  return new CompiledQuery(schema, operation, fragments, conditions);
}
