import { type GraphQLSchema } from "graphql";

import { clientError } from "../../resolvers/request/errors.js";
import { type AskedWork } from "../../resolvers/request/request-work.js";
import { type Documents, type KnownDocument } from "../documents/documents.js";
import { type Estimate, type Variables } from "./cost-plan.js";
import { checkListSizes } from "./field-cost.js";
import { beyond, type Limits } from "./limits.js";

/** A GraphQL request as it came; nothing of it is known to be of the right type. */
export interface AskedRequest {
  query?: unknown;
  operationName?: unknown;
  variables?: unknown;
}

/** Holds requests to their limits before anything is done for them: before anything is looked up. */
export class RequestLimits {
  /** @throws Error where the schema has a list whose length nobody has declared. */
  constructor(
    schema: GraphQLSchema,
    readonly limits: Limits,
    private readonly documents: Documents,
  ) {
    checkListSizes(schema);
  }

  /**
   * @returns what the operation is taken to cost; 0 where the request is one that is refused anyway, since it is not
   *   GraphQL or names no operation.
   * @throws GraphQLError for the first limit that the request goes beyond.
   */
  check({ query, operationName, variables }: AskedRequest): AskedWork {
    const given = isRecord(variables) ? variables : {};
    checkValues(given, this.limits);
    if (typeof query !== "string" || query === "") return { text: null, cost: 0 };
    const known = this.documents.read(query);
    if ("refusal" in known) throw known.refusal;
    if ("unreadable" in known) return { text: query, cost: 0 };
    const name = typeof operationName === "string" && operationName !== "" ? operationName : undefined;
    const estimate = known.plan.estimate(name, given);
    return { text: query, cost: estimate ? this.#price(known, estimate) : 0 };
  }

  /**
   * For deployments that run the documents which they list alone.
   *
   * @throws DOCUMENT_NOT_TRUSTED for any other.
   */
  checkTrusted({ query }: AskedRequest): void {
    if (typeof query === "string" && !this.documents.isTrusted(query)) throw notTrusted();
  }

  #price({ trusted }: KnownDocument, { cost: exact, bytes, dearest }: Estimate): number {
    const cost = Math.min(Math.round(exact), Number.MAX_SAFE_INTEGER);
    if (trusted) return cost;
    const { limits } = this;
    const field = dearest.join(".");
    if (cost > limits.cost) throw beyond("cost", limits.cost, cost, field);
    if (bytes > limits.answerBytes) throw beyond("answerBytes", limits.answerBytes, Math.round(bytes), field);
    return cost;
  }
}

/** The refusal of a document that the deployment does not list. */
export function notTrusted() {
  const accepted = "a document that this deployment lists";
  return clientError("DOCUMENT_NOT_TRUSTED", `query: not listed here. Accepted: ${accepted}.`, {
    field: "query",
    accepted,
  });
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
