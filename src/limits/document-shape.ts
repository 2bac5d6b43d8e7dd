import {
  Kind,
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

import { beyond, type LimitName, type Limits } from "./limits.js";

/** How large what a selection set asks for is, fragments counted wherever they are spread. */
interface Extent {
  /** Fields. */
  selections: number;
  /** Fields of the set itself. */
  fields: number;
  depth: number;
  /** Response names on the way to its deepest field. */
  deepest: readonly string[];
}

const NOTHING: Extent = { selections: 0, fields: 0, depth: 0, deepest: [] };

/** Limits that the text of a document is held to, whatever it asks for. */
type Written = "aliases" | "directives" | "fragments" | "operations" | "variables";

/**
 * Holds a document to the limits of its shape. Looks at every node once, however often its fragment is spread, so the
 * time that it takes grows with the text alone; the document need not fit the schema, or anything.
 *
 * @throws GraphQLError for the first limit that it goes beyond.
 */
export function checkShape(document: DocumentNode, limits: Limits): void {
  new ShapeCheck(document, limits).run();
}

class ShapeCheck {
  readonly #extents = new Map<string, Extent>();
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #found: Record<Written, number> = {
    aliases: 0,
    directives: 0,
    fragments: 0,
    operations: 0,
    variables: 0,
  };

  constructor(
    private readonly document: DocumentNode,
    private readonly limits: Limits,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  run(): void {
    for (const definition of this.document.definitions) this.#countDefinition(definition);
    for (const definition of this.document.definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) this.#checkOperation(definition);
    }
  }

  #countDefinition(definition: DefinitionNode): void {
    if (definition.kind !== Kind.OPERATION_DEFINITION && definition.kind !== Kind.FRAGMENT_DEFINITION) return;
    const isOperation = definition.kind === Kind.OPERATION_DEFINITION;
    this.#count(isOperation ? "operations" : "fragments", 1, definition.name?.value);
    this.#countDirectives(definition.directives, definition.name?.value);
    if (isOperation) {
      const variables = definition.variableDefinitions?.length ?? 0;
      if (variables > this.limits.variables) this.#refuse("variables", variables, definition.name?.value);
    }
    this.#countSelections(definition.selectionSet, []);
  }

  #countSelections({ selections }: SelectionSetNode, path: readonly string[]): void {
    for (const selection of selections) this.#countSelection(selection, path);
  }

  #countSelection(selection: SelectionNode, path: readonly string[]): void {
    const inside = selection.kind === Kind.FIELD ? [...path, nameOf(selection)] : path;
    const at = inside.join(".");
    this.#countDirectives(selection.directives, at);
    if (selection.kind === Kind.FIELD && selection.alias) this.#count("aliases", 1, at);
    if (selection.kind === Kind.INLINE_FRAGMENT) this.#count("fragments", 1, at);
    if (inside.length > this.limits.depth) this.#refuse("depth", inside.length, at);
    if (selection.kind !== Kind.FRAGMENT_SPREAD && selection.selectionSet)
      this.#countSelections(selection.selectionSet, inside);
  }

  #countDirectives(directives: readonly unknown[] = [], at?: string): void {
    if (directives.length > this.limits.directivesOfOne)
      this.#refuse("directivesOfOne", directives.length, at);
    this.#count("directives", directives.length, at);
  }

  #count(limit: Written, more: number, at?: string): void {
    this.#found[limit] += more;
    if (this.#found[limit] > this.limits[limit]) this.#refuse(limit, this.#found[limit], at);
  }

  #checkOperation(operation: OperationDefinitionNode): void {
    const { selections, fields, depth, deepest } = this.#extentOf(operation.selectionSet, new Set());
    if (depth > this.limits.depth) this.#refuse("depth", depth, deepest.join("."));
    if (fields > this.limits.rootFields) this.#refuse("rootFields", fields, operation.name?.value);
    if (selections > this.limits.selections) this.#refuse("selections", selections, operation.name?.value);
  }

  /** @param within the fragments around the set: one that contains itself is validation's to refuse, and adds nothing. */
  #extentOf(set: SelectionSetNode, within: ReadonlySet<string>): Extent {
    let sum = NOTHING;
    for (const selection of set.selections) {
      const { selections, fields, depth, deepest } = this.#extentOfSelection(selection, within);
      const deeper = depth > sum.depth;
      sum = {
        selections: sum.selections + selections,
        fields: sum.fields + fields,
        depth: deeper ? depth : sum.depth,
        deepest: deeper ? deepest : sum.deepest,
      };
    }
    return sum;
  }

  #extentOfSelection(selection: SelectionNode, within: ReadonlySet<string>): Extent {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#extentOfFragment(selection.name.value, within);
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.#extentOf(selection.selectionSet, within);
    const inner = selection.selectionSet ? this.#extentOf(selection.selectionSet, within) : NOTHING;
    return {
      selections: inner.selections + 1,
      fields: 1,
      depth: inner.depth + 1,
      deepest: [nameOf(selection), ...inner.deepest],
    };
  }

  #extentOfFragment(name: string, within: ReadonlySet<string>): Extent {
    const known = this.#extents.get(name);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    if (!fragment || within.has(name)) return NOTHING;
    const extent = this.#extentOf(fragment.selectionSet, new Set([...within, name]));
    this.#extents.set(name, extent);
    return extent;
  }

  #refuse(limit: LimitName, found: number, at?: string): never {
    throw beyond(limit, this.limits[limit], found, at);
  }
}

function nameOf({ name, alias }: { name: { value: string }; alias?: { value: string } }): string {
  return (alias ?? name).value;
}
