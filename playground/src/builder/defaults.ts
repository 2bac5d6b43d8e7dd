import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
} from "graphql";

/** How deep a chosen field is filled in by itself: `edges { node { id name } }` and not further. */
const DEEPEST = 3;

/** A field as it is put into a document: with the arguments it must have, and with selections where it needs some. */
export function fieldText(field: GraphQLField<unknown, unknown>, depth = 0): string {
  const args = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${literalFor(arg.type)}`);
  const head = args.length > 0 ? `${field.name}(${args.join(", ")})` : field.name;
  const inner = selectionsFor(field.type, depth);
  return inner.length > 0 ? `${head} {\n${inner.join("\n").replace(/^/gm, "  ")}\n}` : head;
}

/** The condition on a type of an interface or union, with something selected. */
export function conditionText(type: GraphQLOutputType & { name: string }): string {
  return `... on ${type.name} {\n${selectionsFor(type, 0).join("\n").replace(/^/gm, "  ")}\n}`;
}

/** A value that an argument of this type can begin with, as GraphQL text. */
export function literalFor(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalFor(type.ofType);
  if (isListType(type)) return "[]";
  if (isEnumType(type)) return type.getValues()[0]?.name ?? "null";
  if (isInputObjectType(type)) {
    const required = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{${required.map((field) => ` ${field.name}: ${literalFor(field.type)}`).join(",")} }`;
  }
  return SCALARS[type.name] ?? '""';
}

/** The value that an argument is added with: its default, where that can be written down, or the first that fits. */
export function firstValueOf(arg: GraphQLArgument): string {
  const { defaultValue } = arg as { defaultValue?: unknown };
  const plain = typeof defaultValue === "number" || typeof defaultValue === "boolean";
  return plain ? String(defaultValue) : literalFor(arg.type);
}

const SCALARS: Record<string, string> = { Int: "10", Float: "1", Boolean: "true" };

function selectionsFor(type: GraphQLOutputType, depth: number): string[] {
  const named = getNamedType(type);
  if (!isCompositeType(named)) return [];
  if (isUnionType(named)) return ["__typename"];
  const fields = Object.values(named.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const known = fields.filter(({ name }) => name === "id" || name === "name");
  if (known.length > 0) return known.map(({ name }) => name);
  const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
  const deeper = fields.find(({ name }) => name === "edges" || name === "node" || name === "nodes");
  if (deeper && depth < DEEPEST) return [fieldText(deeper, depth + 1)];
  if (leaves.length > 0) return leaves.slice(0, 3).map(({ name }) => name);
  const first = fields[0];
  return first && depth < DEEPEST ? [fieldText(first, depth + 1)] : ["__typename"];
}
