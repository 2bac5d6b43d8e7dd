import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from "graphql";

import { PART } from "../../schema/cost.js";

/** What the fields of the schema declare with `@Cost` and `@ListSize` (schema/cost.ts), and what follows where they are silent. */
export interface FieldCost {
  /** What one answer of it costs, the objects in it aside. */
  weight: number;
  /** What each object that it answers costs by itself; 0 for scalars. */
  ofEach: number;
  /** What it is taken to add to the answer beside its name and the objects in it. Bytes. */
  bytes: number;
  /** How many objects it is taken to answer, where no argument says: 1 unless it is a list. */
  assumedSize: number;
  /** Arguments that say how many: of the field itself, or of the list in its connection. */
  slicing: readonly string[];
  /** Whether what is sliced is not the field itself but `edges` of the connection that it answers. */
  connection: boolean;
}

/** How long a page is unless its arguments say. */
const PAGE = 20;
/** Reading the schema is reading what is in memory: ten of its objects are taken for one. */
const INTROSPECTION = { ofEach: 0.1, assumedSize: 10 };
/** A write holds locks and is waited for by projections. */
const MUTATION = 10;
/** A field that begins a query asks at least one store. */
const QUERY = 2;
/** Quotes, colon and comma around a field in JSON. Bytes. */
const AROUND_FIELD = 4;
/** What values are taken to have as JSON; text varies most, and is counted as it is while the answer is made. Bytes. */
const LEAVES: Readonly<Record<string, number>> = { Int: 6, Float: 10, Boolean: 5, ID: 40, String: 40 };
const LEAF = 26;
/** Fields that are sized by the connection around them. */
export const SIZED = "edges";
const SLICING = ["first", "last", "ids"];

/** @param owner the type that the field is of. */
export function costOf(
  schema: GraphQLSchema,
  owner: GraphQLNamedType,
  field: GraphQLField<unknown, unknown>,
): FieldCost {
  const type = getNullableType(field.type);
  const composite = isCompositeType(getNamedType(type));
  const list = composite && isListType(type);
  const slicing = field.args.map(({ name }) => name).filter((name) => SLICING.includes(name));
  const bytes = AROUND_FIELD + (composite ? 0 : (LEAVES[getNamedType(type).name] ?? LEAF));
  const told = field.extensions as { cost?: number; assumedSize?: number };
  const root = owner === schema.getMutationType() ? MUTATION : owner === schema.getQueryType() ? QUERY : 0;
  if (isIntrospection(owner, field))
    return {
      weight: 0,
      ofEach: composite ? INTROSPECTION.ofEach : 0,
      bytes,
      assumedSize: list ? INTROSPECTION.assumedSize : 1,
      slicing: [],
      connection: false,
    };
  return {
    weight: told.cost ?? root,
    ofEach: costOfEach(getNamedType(type)),
    bytes,
    assumedSize: told.assumedSize ?? sizeUnasked(field, slicing),
    slicing,
    connection: slicing.length > 0 && !list,
  };
}

/** How many there are where no argument says: as many as the schema has an argument say then, else a page. */
function sizeUnasked({ args }: GraphQLField<unknown, unknown>, slicing: readonly string[]): number {
  if (slicing.length === 0) return 1;
  const said = args.filter(({ name }) => slicing.includes(name)).map(({ defaultValue }) => defaultValue);
  return Math.max(...said.map((value) => (typeof value === "number" ? value : PAGE)));
}

/** What each object of a type costs; 0 for values. What is no node of its own comes as part of another. */
export function costOfEach(type: GraphQLNamedType): number {
  if (!isCompositeType(type)) return 0;
  const { cost } = type.extensions as { cost?: number };
  const whole = isAbstractType(type) || type.getInterfaces().length > 0;
  return cost ?? (whole ? 1 : PART);
}

function isIntrospection(owner: GraphQLNamedType, { name }: GraphQLField<unknown, unknown>): boolean {
  return owner.name.startsWith("__") || name.startsWith("__");
}

/**
 * Sees to it that the length of every list of objects is known: by an argument, by the connection around it, or declared.
 *
 * @throws Error that names a list of which nothing is known.
 */
export function checkListSizes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      const { slicing } = costOf(schema, type, field);
      const list = isListType(getNullableType(field.type)) && isCompositeType(getNamedType(field.type));
      const known = field.name === SIZED || slicing.length > 0 || field.extensions.assumedSize !== undefined;
      if (list && !known)
        throw new Error(
          `${type.name}.${field.name} is a list: say with @ListSize how long it is taken to be.`,
        );
    }
  }
}
