import { Kind, parse } from "graphql";

import { clientDocuments } from "./gateway.js";

/**
 * The operations of a document that clients send, each with its own text as it stands there, by name. GraphQL validates
 * a document as a whole: one operation sent alone does not depend on what the others ask for.
 *
 * @param file its name in `tests/e2e/documents`.
 */
export async function clientOperations(file: string): Promise<Map<string, string>> {
  const document = await clientDocuments(file);
  const operations = new Map<string, string>();
  for (const definition of parse(document).definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION || !definition.name || !definition.loc) {
      throw new Error(`${file} holds more than operations with names`);
    }
    operations.set(definition.name.value, document.slice(definition.loc.start, definition.loc.end));
  }
  return operations;
}

/** One of them. @throws Error that names those there are. */
export function operationOf(operations: ReadonlyMap<string, string>, name: string): string {
  const text = operations.get(name);
  if (text === undefined) throw new Error(`No operation ${name} among ${[...operations.keys()].join(", ")}`);
  return text;
}
