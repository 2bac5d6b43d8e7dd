import { Extensions } from "type-graphql";

/** What an object costs that comes with another which it is a part of: its edge, its credits, its progress. */
export const PART = 0.1;

/**
 * Of a field: what asking for it costs beside the objects that it answers, that is what stores do for it, or what other
 * work is worth. Of a type: what each of its objects costs. The unit is a title that is answered. Printed as `@cost`, after the GraphQL cost directives specification
 * (https://ibm.github.io/graphql-specs/cost-spec.html).
 */
export function Cost(weight: number) {
  return Extensions({ cost: weight });
}

/**
 * How many objects a list is taken to have that no argument sizes. Printed as `@listSize(assumedSize:)`, after the same
 * specification.
 */
export function ListSize(assumedSize: number) {
  return Extensions({ assumedSize });
}
