import {
  Kind,
  OperationTypeNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from "graphql";

/** What a field declares with `@CacheFor` (schema/cache.ts); undefined: nothing. Seconds. */
export function cacheSecondsOf(field: GraphQLField<unknown, unknown> | null | undefined): number | undefined {
  return (field?.extensions as { cacheSeconds?: number } | undefined)?.cacheSeconds;
}

/** For how long answers to operations may be kept, by what their fields declare. */
export class OperationLifetimes {
  readonly #known = new WeakMap<OperationDefinitionNode, number>();

  /** @param mostSeconds the longest that any answer is kept. */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly mostSeconds: number,
  ) {}

  /** Seconds; 0: not at all. Fields count whatever directives leave out. */
  of(document: DocumentNode, operation: OperationDefinitionNode): number {
    const known = this.#known.get(operation) ?? this.#judge(document, operation);
    this.#known.set(operation, known);
    return known;
  }

  #judge(document: DocumentNode, operation: OperationDefinitionNode): number {
    let seconds = operation.operation === OperationTypeNode.QUERY ? this.mostSeconds : 0;
    // What names types alone asks whether the gateway is there.
    let declared = false;
    const types = new TypeInfo(this.schema);
    const definitions = document.definitions.filter(
      (each) => each === operation || each.kind === Kind.FRAGMENT_DEFINITION,
    );
    const Field = () => {
      const field = types.getFieldDef();
      const said = cacheSecondsOf(field);
      declared ||= said !== undefined;
      const unsaid = types.getParentType() === this.schema.getQueryType() ? 0 : seconds;
      if (field?.name !== "__typename") seconds = Math.min(seconds, said ?? unsaid);
    };
    visit({ ...document, definitions }, visitWithTypeInfo(types, { Field }));
    return declared ? seconds : 0;
  }
}
