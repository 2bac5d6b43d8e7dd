import { readFileSync } from "node:fs";
import path from "node:path";

import {
  buildSchema,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from "graphql";

import { ROOT } from "../../environment.js";

/** What an object of the made data knows: how long its lists are. */
interface Made {
  size: number;
}

/** Objects in a list whose length nobody has asked for. */
const SIZE = 3;
const SCALARS: Readonly<Record<string, unknown>> = { Int: 1, Float: 1.5, Boolean: true };

/**
 * Marquee's printed schema over data that is made as it is asked for: lists as long as `first` or `ids` say, texts of one
 * word. What a store, a hash or a permission would cost is not in it.
 */
export function madeSchema(): GraphQLSchema {
  const text = readFileSync(path.join(ROOT, "schema/schema.graphql"), "utf8");
  const schema = buildSchema(text, { assumeValidSDL: true });
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    if (isScalarType(type) && !isSpecifiedScalarType(type)) type.serialize = (value) => value;
    if (isAbstractType(type)) type.resolveType = () => schema.getPossibleTypes(type)[0]?.name;
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields()))
      field.resolve = (parent, args) => made(field.type, sizeOf(parent, args as Record<string, unknown>));
  }
  return schema;
}

function sizeOf(parent: unknown, { first, ids }: Readonly<Record<string, unknown>>): number {
  if (typeof first === "number") return first;
  if (Array.isArray(ids)) return ids.length;
  return (parent as Made | undefined)?.size ?? SIZE;
}

function made(given: GraphQLOutputType, size: number): unknown {
  const type = getNullableType(given);
  if (isListType(type)) return Array.from({ length: size }, () => made(type.ofType, SIZE));
  if (isEnumType(type)) return type.getValues()[0]?.value;
  if (isScalarType(type)) return SCALARS[type.name] ?? "x";
  return { size } satisfies Made;
}
