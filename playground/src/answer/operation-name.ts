import { type DocumentNode, Kind, parse } from "graphql";

/**
 * The operation that a document is run for: the one that is named, where the document has it, else its first. What
 * GraphiQL remembers of a document follows the text by a moment, in which the name is still that of the text before.
 * A text that cannot be parsed keeps its name: what is wrong with it is the gateway's to say.
 */
export function operationNameIn(text: string, named: string | null | undefined): string | null | undefined {
  const document = parsed(text);
  if (!document) return named;
  const names = document.definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION ? [each.name?.value] : [],
  );
  return names.includes(named ?? undefined) ? named : names[0];
}

function parsed(text: string): DocumentNode | null {
  try {
    return parse(text, { noLocation: true });
  } catch {
    return null;
  }
}
