import { createHash } from "node:crypto";

import { type ApolloServerPlugin } from "@apollo/server";
import { OperationTypeNode } from "graphql";

import { type HotDocument, type HotDocuments } from "../../datasources/hot-documents/hot-documents.js";
import { type Context } from "../../resolvers/request/context.js";

/** Documents that are counted between two times that it is told of them, and how long one may be. */
const MOST_DOCUMENTS = 500;
const MOST_CHARACTERS = 20_000;
const TELL_MS = 60_000;

/**
 * Counts which documents are used: queries that were answered without an error. What has a string or a comment in it is left
 * out: it may be what somebody searched for, and another time it is another document.
 */
export class UsedDocuments {
  #uses = new Map<string, number>();

  /** Counts one use. */
  note(text: string): void {
    const uses = this.#uses.get(text);
    if (uses !== undefined) this.#uses.set(text, uses + 1);
    else if (isKept(text) && this.#hasRoom()) this.#uses.set(text, 1);
  }

  /** What was used once makes room: whoever sends many documents once keeps none out that is used. */
  #hasRoom(): boolean {
    if (this.#uses.size < MOST_DOCUMENTS) return true;
    for (const [text, uses] of this.#uses) if (uses === 1) return this.#uses.delete(text);
    return false;
  }

  /** What was counted since it was asked last. */
  take(): HotDocument[] {
    const uses = this.#uses;
    this.#uses = new Map();
    return [...uses].map(([text, count]) => ({ hash: hashOf(text), text, uses: count }));
  }

  /** Notes each query that is answered whole. */
  counting(): ApolloServerPlugin<Context> {
    return {
      requestDidStart: async () => ({
        willSendResponse: async ({ source, operation, errors, contextValue: { work } }) => {
          if (source === undefined || errors !== undefined || work.errors > 0 || work.primes) return;
          if (operation?.operation === OperationTypeNode.QUERY) this.note(source);
        },
      }),
    };
  }

  /**
   * Tells the store of them, once a minute and at the end.
   *
   * @param warn told, in one line, that it could not be.
   */
  keep(store: HotDocuments, warn: (line: string) => void): { stop(): Promise<void> } {
    const tell = async () => {
      const used = this.take();
      if (used.length === 0) return;
      await store.add(used).catch(() => warn("Which documents are used the most could not be kept."));
    };
    const timer = setInterval(() => void tell(), TELL_MS).unref();
    return {
      stop: () => {
        clearInterval(timer);
        return tell();
      },
    };
  }
}

/** In comments as in strings may stand anything. */
function isKept(text: string): boolean {
  return text.length <= MOST_CHARACTERS && !/["#]/.test(text);
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
