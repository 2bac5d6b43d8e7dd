import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from "graphql";

/** What is valid where a document needs something to reach the place that is looked at. */
export interface Known {
  /** The id of a thing of each type that is reached by its id. */
  nodes: Readonly<Record<string, string>>;
  /** Values of arguments and input fields by their name, or by `Type.field` where the name means several things. */
  values: Readonly<Record<string, unknown>>;
  /** What an input has beside its required fields when something is put into one of its fields, by its type. */
  inputs: Readonly<Record<string, (field: string) => Readonly<Record<string, unknown>>>>;
}

/** A leaf of the arguments of a field. */
export interface Place {
  /** `Query.titles.filter.genres[]`. */
  path: string;
  kind: "query" | "mutation";
  /** What stands there, as a variable of it is declared. */
  type: GraphQLInputType;
  /** A document that sends the variables `$v0` … there, each in a field of its own. */
  document: (count: number) => string;
}

const SAMPLES: Record<string, unknown> = {
  Int: 1,
  Float: 1,
  Boolean: true,
  String: "a",
  ID: "Title:a",
  DateTime: "2026-05-01T20:11:00Z",
};
/** Fields within fields that are asked for of what comes back. */
const DEPTH = 3;

/** Every leaf of every argument of a schema. @throws Error for a type that `known` does not say how to reach. */
export function placesOf(schema: GraphQLSchema, known: Known): Place[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => (isObjectType(type) || isInterfaceType(type)) && !type.name.startsWith("__"))
    .flatMap((type) =>
      Object.values(isCompositeType(type) && "getFields" in type ? type.getFields() : {})
        .filter((field) => field.args.length > 0)
        .flatMap((field) => placesOfField(schema, known, type, field)),
    );
}

function placesOfField(
  schema: GraphQLSchema,
  known: Known,
  type: GraphQLNamedType,
  field: GraphQLField<unknown, unknown>,
): Place[] {
  const { kind, around } = wayTo(schema, known, type);
  return field.args.flatMap((arg) =>
    leavesOf(arg.type, `${type.name}.${field.name}.${arg.name}`, known).map(
      ({ path, type: leaf, around: within }) => ({
        path,
        kind,
        type: leaf,
        document: (count: number) => {
          const variables = Array.from({ length: count }, (_, at) => `$v${at}: ${String(leaf)}`);
          const fields = Array.from({ length: count }, (_, at) => {
            const others = field.args
              .filter(
                (other) => other !== arg && isNonNullType(other.type) && other.defaultValue === undefined,
              )
              .map(
                (other) =>
                  `${other.name}: ${literal(valid(other.type, `${type.name}.${other.name}`, known), other.type)}`,
              );
            const args = [...others, `${arg.name}: ${within(`$v${at}`)}`];
            return `a${at}: ${field.name}(${args.join(", ")})${selection(field.type, DEPTH)}`;
          });
          return `${kind} (${variables.join(", ")}) ${around(fields.join("\n"))}`;
        },
      }),
    ),
  );
}

/** How a field of a type is come by. */
function wayTo(
  schema: GraphQLSchema,
  { nodes }: Known,
  type: GraphQLNamedType,
): { kind: Place["kind"]; around: (fields: string) => string } {
  if (type === schema.getQueryType()) return { kind: "query", around: (fields) => `{ ${fields} }` };
  if (type === schema.getMutationType()) return { kind: "mutation", around: (fields) => `{ ${fields} }` };
  const id = nodes[type.name];
  const way = id === undefined ? fieldsTo(schema.getQueryType(), type, DEPTH) : null;
  if (way)
    return {
      kind: "query",
      around: (fields) => [...way, ""].reduceRight((within, name) => `{ ${name} ${within} }`, fields),
    };
  if (id === undefined)
    throw new Error(
      `Nothing says how to reach ${type.name}, whose fields take arguments: give the id of one`,
    );
  return {
    kind: "query",
    around: (fields) => `{ node(id: ${JSON.stringify(id)}) { ... on ${type.name} { ${fields} } } }`,
  };
}

/** The shortest way from a type to another by fields that need no argument; null where there is none so short. */
function fieldsTo(from: unknown, to: GraphQLNamedType, depth: number): string[] | null {
  if (!isObjectType(from) || depth === 0) return null;
  const open = Object.values(from.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const last = open.find((field) => getNamedType(field.type) === to);
  if (last) return [last.name];
  for (const field of open) {
    const rest = fieldsTo(getNamedType(field.type), to, depth - 1);
    if (rest) return [field.name, ...rest];
  }
  return null;
}

interface Leaf {
  path: string;
  type: GraphQLInputType;
  /** The value of the argument with something in the leaf's place. */
  around: (value: string) => string;
}

function leavesOf(type: GraphQLInputType, path: string, known: Known): Leaf[] {
  const bare = getNullableType(type);
  if (isListType(bare)) {
    const whole = { path, type, around: (value: string) => value };
    const inside = leavesOf(bare.ofType, `${path}[]`, known).map((leaf) => ({
      ...leaf,
      around: (value: string) => `[${leaf.around(value)}]`,
    }));
    return isInputObjectType(getNamedType(bare)) ? inside : [whole, ...inside];
  }
  if (!isInputObjectType(bare)) return [{ path, type, around: (value) => value }];
  return Object.values(bare.getFields()).flatMap((field) =>
    leavesOf(field.type, `${path}.${field.name}`, known).map((leaf) => ({
      ...leaf,
      around: (value: string) => {
        const others = Object.entries(needed(bare, known, field.name))
          .filter(([name]) => name !== field.name)
          .map(([name, sample]) => `${name}: ${literal(sample, bare.getFields()[name]!.type)}`);
        return `{${[...others, `${field.name}: ${leaf.around(value)}`].join(", ")}}`;
      },
    })),
  );
}

/** What an input needs, and what is given with it. */
function needed(type: GraphQLNamedType, known: Known, field = ""): Record<string, unknown> {
  const fields = isInputObjectType(type) ? Object.values(type.getFields()) : [];
  const required = fields
    .filter((field) => isNonNullType(field.type) && field.defaultValue === undefined)
    .map((field) => [field.name, valid(field.type, `${type.name}.${field.name}`, known)]);
  return {
    ...(Object.fromEntries(required) as Record<string, unknown>),
    ...known.inputs[type.name]?.(field),
  };
}

function valid(type: GraphQLInputType, coordinate: string, known: Known): unknown {
  const name = coordinate.split(".").at(-1) ?? "";
  const said = known.values[coordinate] ?? known.values[name];
  if (said !== undefined) return said;
  const bare = getNullableType(type);
  if (isListType(bare)) return [valid(bare.ofType, coordinate, known)];
  if (isEnumType(bare)) return bare.getValues()[0]?.name;
  if (isInputObjectType(bare)) return needed(bare, known);
  return SAMPLES[bare.name] ?? "US";
}

/** A value as a document has it. */
function literal(value: unknown, type: GraphQLInputType): string {
  const bare = getNullableType(type);
  if (isListType(bare))
    return `[${(value as unknown[]).map((item) => literal(item, bare.ofType)).join(", ")}]`;
  if (isEnumType(bare)) return String(value);
  if (!isInputObjectType(bare)) return JSON.stringify(value);
  const fields = bare.getFields();
  const parts = Object.entries(value as object).map(
    ([name, part]) => `${name}: ${literal(part, fields[name]!.type)}`,
  );
  return `{${parts.join(", ")}}`;
}

/** A document for everything that is reached without a choice: root fields, and things that are known by their ids. */
export function everyField(schema: GraphQLSchema, known: Known, depth = DEPTH): string[] {
  const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => {
    const args = field.args
      .filter((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined)
      .map(
        (arg) =>
          `${arg.name}: ${literal(valid(arg.type, `Query.${field.name}.${arg.name}`, known), arg.type)}`,
      );
    const given = args.length > 0 ? `(${args.join(", ")})` : "";
    return `{ ${field.name}${given}${selection(field.type, depth)} }`;
  });
  const things = Object.keys(known.nodes).map((name) => {
    const type = schema.getType(name) as GraphQLOutputType;
    return wayTo(schema, known, type as GraphQLNamedType).around(selection(type, depth).slice(3, -2));
  });
  return [...roots, ...things];
}

/** What is asked for of an answer: what needs no arguments, to a depth. */
function selection(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return "";
  const fields = "getFields" in named ? Object.values(named.getFields()) : [];
  const parts = fields.flatMap((field) => {
    const of = getNamedType(field.type);
    if (
      field.args.some((arg) => isNonNullType(arg.type) && arg.defaultValue === undefined) ||
      of.name === "Query"
    )
      return [];
    if (isLeafType(of)) return [field.name];
    return depth > 1 && field.args.length === 0 ? [`${field.name}${selection(field.type, depth - 1)}`] : [];
  });
  return ` { ${["__typename", ...parts].join(" ")} }`;
}
