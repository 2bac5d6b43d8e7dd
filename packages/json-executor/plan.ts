import {
  getNullableType,
  isListType,
  isNonNullType,
  TypeNameMetaFieldDef,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";
import { collectFields, collectSubfields } from "graphql/execution/collectFields.js";

import { isFixed } from "./fixed-fields.js";
import { UnplannableError, type Field, type Selection } from "./run.js";
import { writerOf, type Planner } from "./writers.js";

/**
 * How an operation is answered: the fields of every type that its selections meet, found out when the first value of the
 * type arrives. It stands for one set of values of the variables in `@skip` and `@include`, and for any of the others.
 */
export class Plan implements Planner {
  /** How many have been planned. */
  fields = 0;
  readonly root: Selection;

  constructor(
    readonly schema: GraphQLSchema,
    readonly operation: OperationDefinitionNode,
    readonly fragments: Record<string, FragmentDefinitionNode>,
    private readonly conditions: Record<string, unknown>,
  ) {
    const type = schema.getQueryType();
    if (!type) throw new UnplannableError("no query type");
    const found = collectFields(schema, fragments, conditions, type, operation.selectionSet);
    this.root = this.#selection(type, found);
  }

  below(type: GraphQLObjectType, nodes: readonly FieldNode[]): Selection {
    return this.#selection(type, collectSubfields(this.schema, this.fragments, this.conditions, type, nodes));
  }

  #selection(type: GraphQLObjectType, found: ReadonlyMap<string, readonly FieldNode[]>): Selection {
    return [...found].map(([key, nodes], place) => {
      const name = nodes[0]!.name.value;
      if (name === "__schema" || name === "__type") throw new UnplannableError("introspection");
      const prefix = `${place > 0 ? "," : ""}${JSON.stringify(key)}:`;
      return new PlannedField(this, { index: this.fields++, type, key, nodes, prefix });
    });
  }
}

interface FieldParts {
  index: number;
  type: GraphQLObjectType;
  key: string;
  nodes: readonly FieldNode[];
  prefix: string;
}

class PlannedField implements Field {
  readonly index;
  readonly parentType;
  readonly key;
  readonly nodes;
  readonly prefix;
  readonly definition: Field["definition"];
  readonly resolve: Field["resolve"];
  readonly isFixed: boolean;
  readonly isNonNull: boolean;
  readonly isList: boolean;
  readonly constant: string | undefined;
  readonly write: Field["write"];

  constructor(plan: Planner, { index, type, key, nodes, prefix }: FieldParts) {
    const name = nodes[0]!.name.value;
    const definition = name === "__typename" ? TypeNameMetaFieldDef : type.getFields()[name];
    if (!definition) throw new UnplannableError(`${type.name} has no ${name}`);
    this.index = index;
    this.parentType = type;
    this.key = key;
    this.nodes = nodes;
    this.prefix = prefix;
    this.constant = definition === TypeNameMetaFieldDef ? JSON.stringify(type.name) : undefined;
    this.definition = definition;
    this.resolve = definition.resolve;
    this.isFixed = isFixed(definition, nodes[0]!);
    this.isNonNull = isNonNullType(definition.type);
    this.isList = isListType(getNullableType(definition.type));
    this.write = writerOf(plan, definition.type, this);
  }
}
