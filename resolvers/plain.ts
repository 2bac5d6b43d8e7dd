/**
 * Marks a field resolver whose value class has a method of the field's name: `createSchema` takes the resolver off, and
 * graphql-js calls that method with the arguments. TypeGraphQL makes every resolver with an argument asynchronous, and
 * a list of titles would pay a promise for each.
 */
export const PLAIN = { plain: true };
