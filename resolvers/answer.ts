/**
 * What answers a type of the schema: a value for each of its fields, under the field's own name. Said of what answers,
 * so that a field which is added to the type and forgotten here does not compile. Fields that a resolver works out are
 * not in the type's class, and so not in here.
 */
export type Answer<T> = Record<keyof T, unknown>;

/** The same of a type that `node` answers: its name says which one it is. */
export type NodeAnswer<T> = Answer<T> & { __typename: string };
