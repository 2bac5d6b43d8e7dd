import { GraphQLError, GraphQLScalarType } from "graphql";

/**
 * What was sent for a scalar and is none. It stands in the place of the value, so that whoever was to be given the value
 * says what is wrong with it: a mutation in its payload, any other field by an error of its own.
 */
export class Unreadable {
  /**
   * @param problem what it is not.
   * @param accepted what would have been, in words.
   */
  constructor(
    readonly problem: string,
    readonly accepted: string,
  ) {}
}

/** Something unreadable, and where in the arguments it stands: `input.licences[0].countries[1]`. */
export interface UnreadableAt {
  field: string;
  problem: string;
  accepted: string;
}

/** The scalars that answer an `Unreadable`. */
const FORGIVING = new WeakSet<object>();

/**
 * A scalar that reads what is none as `Unreadable`, where it would throw.
 *
 * @param what it reads: "a date".
 * @param accepted an example of it, or all there is.
 */
export function forgiving<I, E>(
  scalar: GraphQLScalarType<I, E>,
  what: string,
  accepted: string,
): GraphQLScalarType {
  const instead = () => new Unreadable(`not ${what}`, accepted);
  const made = new GraphQLScalarType<unknown, E>({
    ...scalar.toConfig(),
    parseValue: (value) => orElse(() => scalar.parseValue(value), instead),
    parseLiteral: (node, variables) => orElse(() => scalar.parseLiteral(node, variables), instead),
  });
  FORGIVING.add(made);
  return made;
}

/** Whether a type of the schema is such a scalar. */
export function isForgiving(type: object): boolean {
  return FORGIVING.has(type);
}

/** Everything unreadable in a value: arguments, an input, a variable. */
export function unreadablesIn(value: unknown, field = ""): UnreadableAt[] {
  if (value instanceof Unreadable) return [{ field, problem: value.problem, accepted: value.accepted }];
  if (Array.isArray(value)) return value.flatMap((item, index) => unreadablesIn(item, `${field}[${index}]`));
  if (value === null || typeof value !== "object" || value instanceof Date) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    unreadablesIn(part, field === "" ? name : `${field}.${name}`),
  );
}

function orElse<T>(read: () => T, instead: () => Unreadable): T | Unreadable {
  try {
    return read();
  } catch (error) {
    // What scalars of graphql-scalars throw for a value that they do not read.
    if (error instanceof GraphQLError || error instanceof TypeError || error instanceof RangeError) {
      return instead();
    }
    throw error;
  }
}
