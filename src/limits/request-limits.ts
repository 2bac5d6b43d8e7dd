import { GraphQLError, parse, type DocumentNode, type GraphQLSchema } from "graphql";
import { LRUCache } from "lru-cache";

import { CostPlan, type Variables } from "./cost-plan.js";
import { checkShape } from "./document-shape.js";
import { checkListSizes } from "./field-cost.js";
import { beyond, type Limits } from "./limits.js";

/** Text of documents that is remembered. Characters. */
const REMEMBERED = 4_000_000;

/** A GraphQL request as it came; nothing of it is known to be of the right type. */
export interface AskedRequest {
  query?: unknown;
  operationName?: unknown;
  variables?: unknown;
}

/** What is known of a document: its price, or why it is refused. */
type Known = { plan: CostPlan } | { refusal: GraphQLError } | { unreadable: true };

/**
 * Holds requests to their limits before anything is done for them: before validation, and before anything is looked up.
 * What is known of a document is remembered, so that the one that is sent again and again costs a look-up.
 */
export class RequestLimits {
  readonly #known = new LRUCache<string, Known>({
    maxSize: REMEMBERED,
    sizeCalculation: (_known, text) => text.length + 1,
  });

  /** @throws Error where the schema has a list whose length nobody has declared. */
  constructor(
    private readonly schema: GraphQLSchema,
    readonly limits: Limits,
  ) {
    checkListSizes(schema);
  }

  /**
   * @returns what the operation is taken to cost; 0 where the request is one that is refused anyway, since it is not
   *   GraphQL or names no operation.
   * @throws GraphQLError for the first limit that the request goes beyond.
   */
  check({ query, operationName, variables }: AskedRequest): number {
    const given = isRecord(variables) ? variables : {};
    checkValues(given, this.limits);
    if (typeof query !== "string") return 0;
    const known = this.#read(query);
    if ("refusal" in known) throw known.refusal;
    if ("unreadable" in known) return 0;
    const name = typeof operationName === "string" && operationName !== "" ? operationName : undefined;
    const estimate = known.plan.estimate(name, given);
    if (estimate === null) return 0;
    const cost = Math.min(Math.ceil(estimate.cost), Number.MAX_SAFE_INTEGER);
    if (cost > this.limits.cost) throw beyond("cost", this.limits.cost, cost, estimate.dearest.join("."));
    return cost;
  }

  #read(text: string): Known {
    const known = this.#known.get(text);
    if (known) return known;
    const read = this.#judge(text);
    this.#known.set(text, read);
    return read;
  }

  #judge(text: string): Known {
    try {
      const document = this.#parse(text);
      if (!document) return { unreadable: true };
      checkShape(document, this.limits);
      return { plan: new CostPlan(this.schema, document) };
    } catch (error) {
      if (error instanceof GraphQLError) return { refusal: error };
      throw error;
    }
  }

  /** @returns null for what is no GraphQL: saying why is the executor's. */
  #parse(text: string): DocumentNode | null {
    const { tokens } = this.limits;
    try {
      return parse(text, { maxTokens: tokens, noLocation: true });
    } catch (error) {
      // graphql-js has no other way to tell.
      if (error instanceof GraphQLError && error.message.endsWith("tokens. Parsing aborted."))
        throw beyond("tokens", tokens, tokens + 1);
      return null;
    }
  }
}

function checkValues(variables: Variables, { values }: Limits): void {
  const found = countValues(variables, values + 1);
  if (found <= values) return;
  const entries = Object.entries(variables).slice(0, values);
  const sizes = entries.map(([name, value]) => ({ name, size: countValues(value, values + 1) }));
  const [largest] = sizes.sort((a, b) => b.size - a.size);
  throw beyond("values", values, found, largest && `$${largest.name}`);
}

/** Counts up to a number and no further: values in lists and objects, and these themselves. */
function countValues(value: unknown, enough: number): number {
  let found = 0;
  const open = [value];
  while (open.length > 0 && found < enough) {
    const next = open.pop();
    found += 1;
    if (typeof next === "object" && next !== null)
      for (const inner of Object.values(next)) {
        if (open.length >= enough) return enough;
        open.push(inner);
      }
  }
  return found;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
