import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { LRUCache } from "lru-cache";

import { compileQuery, type CompiledQuery } from "../../packages/json-executor/index.js";
import { type Config } from "../config.js";

/** Operations that are kept compiled, and the fields that their plans may have together: about 50 MB. */
const MAX_OPERATIONS = 1_000;
const MAX_FIELDS = 100_000;

/** The compiled queries of the operations in use. */
export class CompiledDocuments {
  readonly #compiled: LRUCache<OperationDefinitionNode, CompiledQuery>;
  /** Operations that were asked for once, or that cannot be compiled. */
  readonly #met = new WeakMap<OperationDefinitionNode, "once" | "never">();

  /**
   * @param which "repeated" compiles an operation when it is asked for the second time.
   * @param maxSize fields that all plans may have together.
   */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly which: Config["compiledQueries"],
    maxSize = MAX_FIELDS,
  ) {
    this.#compiled = new LRUCache({
      max: MAX_OPERATIONS,
      maxSize,
      sizeCalculation: ({ fields }) => fields + 1,
    });
  }

  /** The compiled query of an operation; null where it is to be interpreted. */
  of(document: DocumentNode, operation: OperationDefinitionNode): CompiledQuery | null {
    const known = this.#compiled.get(operation);
    if (known) return known;
    const met = this.#met.get(operation);
    if (met === "never" || this.which === "none") return null;
    if (met === undefined && this.which === "repeated") {
      this.#met.set(operation, "once");
      return null;
    }
    const compiled = compileQuery(this.schema, document, operation);
    if (compiled) this.#compiled.set(operation, compiled);
    else this.#met.set(operation, "never");
    return compiled;
  }

  /** Whether an operation is compiled. */
  has(operation: OperationDefinitionNode): boolean {
    return this.#compiled.has(operation);
  }

  /** Counts a query anew after it was executed: plans grow with the types that they meet. */
  grown(operation: OperationDefinitionNode, compiled: CompiledQuery): void {
    // What is set to the same value keeps the size that it had.
    if (this.#compiled.delete(operation)) this.#compiled.set(operation, compiled);
  }
}
