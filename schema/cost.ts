import { Extensions } from "type-graphql";

/**
 * What asking for a field costs beside the objects that it answers: about how many rows a store reads for it, or what its
 * work is worth in rows. Printed as `@cost`, after the GraphQL cost directives specification
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
