import { getLocation, Source, visit, type ASTNode, type DocumentNode, type GraphQLError } from "graphql";

/** Where a node begins in its document's text. A property that nothing else looks at. */
const START = Symbol("start");

/** A node of a document whose places were dropped. */
type Placed = ASTNode & { [START]?: number };

/**
 * Takes the places off a document's nodes: graphql-js counts the lines of a document for every error that it makes, and
 * each place holds all tokens of the text. Where a node begins is kept, for the errors that are answered.
 */
export function dropPlaces(document: DocumentNode): void {
  visit(document, {
    enter(node) {
      (node as Placed)[START] = node.loc?.start ?? 0;
      (node as { loc?: unknown }).loc = undefined;
    },
  });
}

/** Puts into an error where it was made. */
export function place(error: GraphQLError, text: string): void {
  if (error.locations || !error.nodes) return;
  const starts = error.nodes.flatMap((node) => (node as Placed)[START] ?? []);
  if (starts.length === 0) return;
  const source = new Source(text);
  const locations = starts.map((start) => getLocation(source, start));
  Object.defineProperty(error, "locations", { value: locations, enumerable: true });
}
