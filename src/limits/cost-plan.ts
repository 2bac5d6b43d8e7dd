import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  getNullableType,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  typeFromAST,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from "graphql";

import { MAX_PAGE } from "../../resolvers/connection.js";
import { costOf, SIZED } from "./field-cost.js";

/** The values of an operation's variables, as the client sent them. */
export type Variables = Readonly<Record<string, unknown>>;

/** How many of something: known from the text, or from variables. */
type Size = number | VariableSize;
interface VariableSize {
  /** Variables that it depends on. */
  names: readonly string[];
  of(variables: Variables): number;
}

/** What a selection set costs each time, and where it comes from. */
interface SetPlan {
  fields: FieldPlan[];
  /** Named fragments, each planned once. */
  spreads: SetPlan[];
  /** Of fragments on one object type of an abstract one, only the dearest counts: no object is of two types. */
  alternatives: Map<string, SetPlan[]>;
}

interface FieldPlan {
  name: string;
  weight: number;
  ofEach: number;
  /** What it takes in the answer beside the objects in it. */
  bytes: number;
  size: Size;
  /** Where the size is that of `edges` below, for which it is handed down. */
  handsDown: boolean;
  /** Whether it is the list whose size is handed down. */
  takes: boolean;
  inner: SetPlan | null;
}

/** An estimate, and what makes most of it. */
export interface Estimate {
  cost: number;
  /** How large the answer may be as JSON. Bytes. */
  bytes: number;
  /** Response names down to where most of the cost is. */
  dearest: string[];
}

const NOTHING: Estimate = { cost: 0, bytes: 0, dearest: [] };
/** The brackets of an object or a list and the comma behind it. */
const BRACKETS = 3;

/** Estimates that are remembered of a document. */
const MOST_ESTIMATES = 20;

/** Deeper than this nothing is added to what is dearest. */
const MAX_NAMES = 12;

/**
 * Estimates what the operations of a document cost, from sizes multiplied through it: every object that it may answer
 * counts 1, fields count what they declare. A fragment is planned once and priced once an estimate for each size around
 * it, so that the time is linear in the text, however often it is spread.
 */
export class CostPlan {
  readonly #operations: { name: string | undefined; plan: SetPlan; defaults: Variables }[] = [];
  /** Variables that sizes depend on. */
  readonly #sizing: readonly string[];
  /** Estimates by operation and by what sizes such variables say. */
  readonly #estimates = new Map<string, Estimate>();

  /** @param document fits the schema, or is refused before the estimate is used: what is not in the schema counts nothing. */
  constructor(schema: GraphQLSchema, document: DocumentNode) {
    const planner = new Planner(schema, document);
    for (const definition of document.definitions) {
      if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
      const root = schema.getRootType(definition.operation);
      if (!root) continue;
      const plan = planner.planSet(definition.selectionSet, root);
      this.#operations.push({ name: definition.name?.value, plan, defaults: defaultsOf(definition) });
    }
    this.#sizing = [...planner.sizing];
  }

  /**
   * @param operationName as the request names it; where it names none, of the only operation.
   * @returns null where there is no such operation.
   */
  estimate(operationName: string | undefined, variables: Variables): Estimate | null {
    const operation = this.#operations.find(
      ({ name }) => operationName === undefined || name === operationName,
    );
    if (!operation) return null;
    const given = { ...operation.defaults, ...variables };
    const key = `${operation.name ?? ""} ${this.#sizing.map((name) => saidBy(given[name])).join(" ")}`;
    const known = this.#estimates.get(key);
    if (known) return known;
    if (this.#estimates.size >= MOST_ESTIMATES) this.#estimates.clear();
    const estimate = new Pricing(given).ofSet(operation.plan, 1);
    this.#estimates.set(key, estimate);
    return estimate;
  }
}

/** Makes plans; one for each fragment. */
class Planner {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #plans = new Map<string, SetPlan>();
  /** Variables that sizes depend on. */
  readonly sizing = new Set<string>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  planSet(set: SelectionSetNode, type: GraphQLCompositeType): SetPlan {
    const plan: SetPlan = { fields: [], spreads: [], alternatives: new Map() };
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) plan.fields.push(...this.#planField(selection, type));
      else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition ? this.#typeNamed(selection.typeCondition.name.value) : type;
        if (on) add(plan, type, on, this.planSet(selection.selectionSet, on));
      } else {
        const fragment = this.#fragments.get(selection.name.value);
        const on = fragment && this.#typeNamed(fragment.typeCondition.name.value);
        if (on) add(plan, type, on, this.#planFragment(fragment, on));
      }
    }
    return plan;
  }

  #planFragment(fragment: FragmentDefinitionNode, on: GraphQLCompositeType): SetPlan {
    const name = fragment.name.value;
    const known = this.#plans.get(name);
    if (known) return known;
    // Of one that contains itself, which validation refuses, nothing is planned twice.
    const plan: SetPlan = { fields: [], spreads: [], alternatives: new Map() };
    this.#plans.set(name, plan);
    return Object.assign(plan, this.planSet(fragment.selectionSet, on));
  }

  #planField(node: FieldNode, owner: GraphQLCompositeType): FieldPlan[] {
    const field = this.#fieldOf(owner, node.name.value);
    if (!field) return [];
    const { weight, ofEach, bytes, assumedSize, slicing, connection } = costOf(this.schema, owner, field);
    const type = getNamedType(field.type);
    const inner = node.selectionSet && isCompositeType(type) ? this.planSet(node.selectionSet, type) : null;
    const size = sizeOf(node, slicing, assumedSize);
    if (typeof size !== "number") for (const each of size.names) this.sizing.add(each);
    const takes = field.name === SIZED && isListType(getNullableType(field.type));
    const name = (node.alias ?? node.name).value;
    const own = { weight, ofEach, bytes: bytes + name.length };
    return [{ name, ...own, size, handsDown: connection, takes, inner }];
  }

  #fieldOf(owner: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
    if (owner === this.schema.getQueryType() && name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (owner === this.schema.getQueryType() && name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    return "getFields" in owner ? owner.getFields()[name] : undefined;
  }

  #typeNamed(name: string): GraphQLCompositeType | undefined {
    const type = typeFromAST(this.schema, { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: name } });
    return isCompositeType(type) ? type : undefined;
  }
}

function add(plan: SetPlan, type: GraphQLCompositeType, on: GraphQLCompositeType, inner: SetPlan): void {
  if (!isAbstractType(type) || isAbstractType(on)) plan.spreads.push(inner);
  else plan.alternatives.set(on.name, [...(plan.alternatives.get(on.name) ?? []), inner]);
}

/** Prices plans for the variables of one request. */
class Pricing {
  readonly #priced = new Map<SetPlan, Map<number, Estimate>>();
  readonly #under = new Set<SetPlan>();

  constructor(private readonly variables: Variables) {}

  /** @param size of the connection that the set is of; 1 elsewhere. */
  ofSet(plan: SetPlan, size: number): Estimate {
    const known = this.#priced.get(plan)?.get(size);
    if (known) return known;
    // Contains itself: validation refuses the document.
    if (this.#under.has(plan)) return NOTHING;
    this.#under.add(plan);
    const estimate = this.#sum(plan, size);
    this.#under.delete(plan);
    const prices = this.#priced.get(plan) ?? new Map<number, Estimate>();
    this.#priced.set(plan, prices.set(size, estimate));
    return estimate;
  }

  #sum(plan: SetPlan, size: number): Estimate {
    const parts = plan.fields.map((field) => this.#ofField(field, size));
    for (const spread of plan.spreads) parts.push(this.ofSet(spread, size));
    const types = [...plan.alternatives.values()].map((plans) =>
      total(plans.map((inner) => this.ofSet(inner, size))),
    );
    if (types.length === 0) return total(parts);
    const [dearest = NOTHING] = types.sort((a, b) => b.cost - a.cost);
    const bytes = Math.max(...types.map((each) => each.bytes));
    return total([...parts, { ...dearest, bytes }]);
  }

  #ofField(field: FieldPlan, around: number): Estimate {
    const own = typeof field.size === "number" ? field.size : field.size.of(this.variables);
    const times = field.takes ? around : field.handsDown ? 1 : own;
    const inner = field.inner ? this.ofSet(field.inner, field.handsDown ? own : 1) : null;
    if (!inner)
      return { cost: field.weight + times * field.ofEach, bytes: field.bytes, dearest: [field.name] };
    return {
      cost: field.weight + times * (field.ofEach + inner.cost),
      bytes: field.bytes + times * (BRACKETS + inner.bytes),
      dearest: [field.name, ...inner.dearest].slice(0, MAX_NAMES),
    };
  }
}

function total(parts: readonly Estimate[]): Estimate {
  let cost = 0;
  let bytes = 0;
  let dearest = NOTHING;
  for (const part of parts) {
    cost += part.cost;
    bytes += part.bytes;
    if (part.cost > dearest.cost) dearest = part;
  }
  return { cost, bytes, dearest: dearest.dearest };
}

/** The longest that any of the slicing arguments asks for. */
function sizeOf(node: FieldNode, slicing: readonly string[], assumedSize: number): Size {
  const values = (node.arguments ?? [])
    .filter(({ name }) => slicing.includes(name.value))
    .map(({ value }) => value);
  if (values.length === 0) return assumedSize;
  if (!values.some(({ kind }) => kind === Kind.VARIABLE || kind === Kind.LIST))
    return Math.max(...values.map((value) => literalLength(value, assumedSize)));
  return {
    names: values.flatMap((value) => (value.kind === Kind.VARIABLE ? [value.name.value] : [])),
    of: (variables) => Math.max(...values.map((value) => lengthOf(value, variables, assumedSize))),
  };
}

function lengthOf(value: ValueNode, variables: Variables, assumedSize: number): number {
  if (value.kind !== Kind.VARIABLE) return literalLength(value, assumedSize);
  const given = variables[value.name.value];
  if (Array.isArray(given)) return given.length;
  return typeof given === "number" ? pageOf(given) : assumedSize;
}

function literalLength(value: ValueNode, assumedSize: number): number {
  if (value.kind === Kind.LIST) return value.values.length;
  return value.kind === Kind.INT ? pageOf(Number(value.value)) : assumedSize;
}

/** What a variable's value says to `lengthOf`. */
function saidBy(given: unknown): string {
  if (Array.isArray(given)) return `[${given.length}]`;
  return typeof given === "number" ? String(pageOf(given)) : "-";
}

/** How many a page has that is asked to have so many: one beyond the longest is refused by its field. */
function pageOf(asked: number): number {
  return Math.min(Math.max(0, asked), MAX_PAGE);
}

/** What variables are where the client sends none. */
function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  return Object.fromEntries(
    variableDefinitions.flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}
