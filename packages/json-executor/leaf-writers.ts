import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  type GraphQLEnumType,
  type GraphQLLeafType,
} from "graphql";

/** JSON of a value that is not null. */
export type LeafWriter = (value: unknown) => string;

/**
 * How values of a scalar or enum are written: what the type serializes as JSON. Values that the types of the
 * specification leave as they are take a short cut to the same bytes.
 */
export function leafWriterOf(type: GraphQLLeafType): LeafWriter {
  const serialized = asSerialized(type);
  switch (type) {
    case GraphQLString:
    case GraphQLID:
      return (value) => (typeof value === "string" ? JSON.stringify(value) : serialized(value));
    case GraphQLInt:
      return (value) =>
        typeof value === "number" && (value | 0) === value ? String(value) : serialized(value);
    case GraphQLFloat:
      return (value) =>
        typeof value === "number" && Number.isFinite(value) ? String(value) : serialized(value);
    case GraphQLBoolean:
      return (value) => (value === true ? "true" : value === false ? "false" : serialized(value));
    default:
      return isEnumType(type) ? nameWriter(type, serialized) : serialized;
  }
}

function asSerialized(type: GraphQLLeafType): LeafWriter {
  return (value) => {
    const serialized: unknown = type.serialize(value);
    if (serialized == null) throw new Error(`${type.name} serialized a value as ${String(serialized)}`);
    return JSON.stringify(serialized);
  };
}

function nameWriter(type: GraphQLEnumType, serialized: LeafWriter): LeafWriter {
  const names = new Map(type.getValues().map(({ name, value }) => [value as unknown, JSON.stringify(name)]));
  return (value) => names.get(value) ?? serialized(value);
}
