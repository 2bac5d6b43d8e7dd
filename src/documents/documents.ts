import {
  GraphQLError,
  Kind,
  parse,
  Source,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from "graphql";
import { LRUCache } from "lru-cache";

import { KnownOperationTypesRule } from "../http/faults-plugin.js";
import { CostPlan } from "../limits/cost-plan.js";
import { checkShape } from "../limits/document-shape.js";
import { beyond, MAX_ERRORS, type Limits } from "../limits/limits.js";
import { readableLiterals } from "../unreadable-queries.js";
import { dropPlaces } from "./places.js";

/** Documents that are remembered at most, and what they may take. Bytes. */
const MOST_DOCUMENTS = 2_000;
const MOST_BYTES = 64_000_000;
/** What a document takes that is remembered, and each character of its text beside. Measured with Node 20: 39 bytes a character. */
const BYTES_A_DOCUMENT = 6_000;
const BYTES_A_CHARACTER = 40;

/** For how long one is remembered whose text may say a password or an address. Milliseconds. */
const TELLING_MS = 30_000;

const RULES: readonly ValidationRule[] = [...specifiedRules, KnownOperationTypesRule, readableLiterals];

/** Why a document does not fit the schema, as it is remembered: an error that is answered is made anew each time. */
interface Mistake {
  message: string;
  positions: readonly number[];
}

/** A document that was read. */
export interface KnownDocument {
  /** Without the places of its nodes: see `places.ts`. */
  document: DocumentNode;
  plan: CostPlan;
  /** Empty where it fits the schema. */
  mistakes: readonly Mistake[];
  /** Whether it asks for the schema itself. */
  introspects: boolean;
  /** Whether the deployment lists it: it is never refused for what it costs. */
  trusted: boolean;
}

/** What is known of a document, or why it is refused; `unreadable` is one that is no GraphQL, which the executor explains. */
export type Known = KnownDocument | { refusal: GraphQLError } | { unreadable: true };

/**
 * The one place where documents are parsed and validated, once each: what is known of a document is remembered, bounded
 * in number and in bytes. The objects that it gives out are the same each time, so that whatever else is made from a
 * document can be kept by it.
 */
export class Documents {
  readonly #known = new LRUCache<string, Known>({
    ttlAutopurge: true,
    perf: { now: () => performance.now() },
    max: MOST_DOCUMENTS,
    maxSize: MOST_BYTES,
    sizeCalculation: (_known, text) => BYTES_A_DOCUMENT + text.length * BYTES_A_CHARACTER,
  });
  readonly #trusted = new Map<string, Known | null>();

  /** @param trusted texts that are held to no limit, and remembered for as long as the process runs. */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: Limits,
    trusted: Iterable<string> = [],
  ) {
    for (const text of trusted) this.#trusted.set(text, null);
  }

  /** What is known of a document by its text; read now where it was not before. */
  read(text: string): Known {
    const known = this.recall(text);
    if (known) return known;
    const trusted = this.isTrusted(text);
    const read = this.#judge(text, trusted);
    if (trusted) this.#trusted.set(text, read);
    else this.#known.set(text, read, { ttl: isTelling(text) ? TELLING_MS : 0 });
    return read;
  }

  /** The same, where it was read before and is remembered. */
  recall(text: string): Known | undefined {
    return this.#trusted.get(text) ?? this.#known.get(text);
  }

  /** How many are remembered, beside those that the deployment lists. */
  get remembered(): number {
    return this.#known.size;
  }

  /** Whether the deployment lists a document. */
  isTrusted(text: string): boolean {
    return this.#trusted.has(text);
  }

  #judge(text: string, trusted: boolean): Known {
    try {
      const document = this.#parse(text, trusted);
      if (!document) return { unreadable: true };
      if (!trusted) checkShape(document, this.limits);
      return { ...this.#validated(document), plan: new CostPlan(this.schema, document), trusted };
    } catch (error) {
      if (error instanceof GraphQLError) return { refusal: error };
      throw error;
    }
  }

  #validated(document: DocumentNode) {
    const errors = validate(this.schema, document, RULES, { maxErrors: MAX_ERRORS });
    const mistakes = errors.map(({ message, positions = [] }) => ({ message, positions }));
    dropPlaces(document);
    return { document, mistakes, introspects: introspects(document) };
  }

  /** @returns null for what is no GraphQL: saying why is the executor's. */
  #parse(text: string, trusted: boolean): DocumentNode | null {
    const { tokens } = this.limits;
    try {
      return parse(text, trusted ? {} : { maxTokens: tokens });
    } catch (error) {
      // graphql-js has no other way to tell.
      if (error instanceof GraphQLError && error.message.endsWith("tokens. Parsing aborted."))
        throw beyond("tokens", tokens, tokens + 1);
      return null;
    }
  }
}

/**
 * Whether a text may say what somebody is known or signs in by: a mutation with strings in it, whose client has put
 * into the text what belongs into variables. It does not come again, and is not to be found in memory long after.
 */
export function isTelling(text: string): boolean {
  return text.includes('"') && /\bmutation\b/.test(text);
}

/** The errors that a client is answered whose document does not fit the schema. */
export function mistakesOf({ mistakes }: KnownDocument, text: string): GraphQLError[] {
  const source = new Source(text);
  return mistakes.map(
    ({ message, positions }) =>
      new GraphQLError(message, {
        source,
        positions,
        extensions: { code: "GRAPHQL_VALIDATION_FAILED", http: { status: 400 } },
      }),
  );
}

function introspects(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    [Kind.FIELD]: ({ name }) => {
      if (name.value === "__schema" || name.value === "__type") found = true;
    },
  });
  return found;
}
