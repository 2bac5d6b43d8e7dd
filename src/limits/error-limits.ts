import { type ApolloServerPlugin } from "@apollo/server";
import {
  getLocation,
  visit,
  type ASTNode,
  type DocumentNode,
  type GraphQLError,
  type Location,
} from "graphql";

/** Errors that an answer has at most. */
export const MAX_ERRORS = 5;
/** Characters that are kept of a message, and of them those from its end, where it says what would be accepted. */
const MAX_MESSAGE = 400;
const MESSAGE_END = 150;

/** Where the nodes of executed documents stand in their text. */
const places = new WeakMap<ASTNode, Location>();
const detached = new WeakSet<DocumentNode>();

/**
 * Bounds what errors cost: an answer has the first few, and says how many more there were. graphql-js counts the lines
 * of a document for every error that it makes, so documents are executed without their places, which are put back into
 * the errors that are answered.
 */
export function errorLimits(): ApolloServerPlugin {
  return {
    requestDidStart: async () => {
      let omitted = 0;
      return {
        didResolveOperation: async ({ document }) => detach(document),
        didEncounterErrors: async ({ errors }) => {
          const all = errors as GraphQLError[];
          omitted = Math.max(0, all.length - MAX_ERRORS);
          all.length = Math.min(all.length, MAX_ERRORS);
          for (const error of all) place(error);
        },
        willSendResponse: async ({ response }) => {
          if (omitted === 0 || response.body.kind !== "single") return;
          const { singleResult } = response.body;
          singleResult.extensions = { ...singleResult.extensions, errorsOmitted: omitted };
        },
      };
    },
  };
}

/** Takes the places off a document's nodes; once, since documents are kept. */
function detach(document: DocumentNode): void {
  if (detached.has(document)) return;
  detached.add(document);
  visit(document, {
    enter(node) {
      if (node.loc) places.set(node, node.loc);
      (node as { loc?: Location }).loc = undefined;
    },
  });
}

function place(error: GraphQLError): void {
  if (error.locations || !error.nodes) return;
  const found = error.nodes.flatMap((node) => places.get(node) ?? []);
  if (found.length === 0) return;
  const locations = found.map(({ source, start }) => getLocation(source, start));
  Object.defineProperty(error, "locations", { value: locations, enumerable: true });
}

/** A message that repeats what was sent, cut to what can be read. */
export function cutMessage(message: string): string {
  if (message.length <= MAX_MESSAGE) return message;
  return `${message.slice(0, MAX_MESSAGE - MESSAGE_END)} … ${message.slice(-MESSAGE_END)}`;
}
