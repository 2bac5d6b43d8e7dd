import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isObjectType,
  isRequiredArgument,
  parse,
  validate,
  type DocumentNode,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from "graphql";

import { type Random } from "../../scripts/random.js";

/** What a generated query is made from, and how large it gets. */
export interface QueryWish {
  schema: GraphQLSchema;
  random: Random;
  /** Selection sets within selection sets. */
  depth?: number;
  /** Fields that are not asked for, as `Type.field`. */
  without?: ReadonlySet<string>;
}

/** A query that is valid for its schema, with the variables that it declares. */
export interface GeneratedQuery {
  text: string;
  document: DocumentNode;
  variables: Record<string, unknown>;
}

/** Booleans that `@skip` and `@include` are given as variables. */
const CONDITIONS = ["c0", "c1", "c2"];

/**
 * A random query: fields under aliases that meet each other, arguments, fragments with and without a name, spread more
 * than once, and fields left out by literals and by variables.
 */
export function generateQuery(wish: QueryWish): GeneratedQuery {
  for (;;) {
    const text = new Generator(wish).query();
    const document = parse(text);
    // Two fields under one name that do not fit each other are not worth avoiding: the next one is as good.
    if (validate(wish.schema, document).length > 0) continue;
    const variables = Object.fromEntries(CONDITIONS.map((name) => [name, wish.random.chance(0.5)]));
    return { text, document, variables };
  }
}

class Generator {
  readonly #fragments: { name: string; on: string; text: string }[] = [];

  constructor(private readonly wish: QueryWish) {}

  query(): string {
    const root = this.wish.schema.getQueryType()!;
    const selection = this.#selection(root, this.wish.depth ?? 4);
    const declared = CONDITIONS.map((name) => `$${name}: Boolean!`).join();
    const unused = CONDITIONS.map((name, place) => `u${place}: __typename @include(if: $${name})`).join(" ");
    const fragments = this.#fragments.map(({ name, on, text }) => `fragment ${name} on ${on} ${text}`);
    return [`query Q(${declared}) { ${unused} ...on ${root.name} ${selection} }`, ...fragments].join("\n");
  }

  #selection(type: GraphQLCompositeType, depth: number): string {
    const count = 1 + this.wish.random.below(4);
    const parts = Array.from({ length: count }, () => this.#part(type, depth));
    return `{ __typename ${parts.join(" ")} }`;
  }

  #part(type: GraphQLCompositeType, depth: number): string {
    const chance = this.wish.random.next();
    if (chance < 0.08) return `${this.#alias()}__typename${this.#condition()}`;
    if (chance < 0.25 && depth > 0) return this.#inline(type, depth);
    if (chance < 0.35 && depth > 0) return this.#spread(type, depth);
    return this.#field(type, depth);
  }

  #field(type: GraphQLCompositeType, depth: number): string {
    const all = "getFields" in type ? Object.values(type.getFields()) : [];
    const fields = all.filter(
      (field) =>
        !this.wish.without?.has(`${type.name}.${field.name}`) &&
        (depth > 0 || !isCompositeType(getNamedType(field.type))),
    );
    if (fields.length === 0) return "__typename";
    const field = this.wish.random.pick(fields);
    const named = getNamedType(field.type);
    const below = isCompositeType(named) ? ` ${this.#selection(named, depth - 1)}` : "";
    return `${this.#alias()}${field.name}${this.#args(field)}${this.#condition()}${below}`;
  }

  #inline(type: GraphQLCompositeType, depth: number): string {
    const on = this.#narrowed(type);
    return `...${on === type && this.wish.random.chance(0.3) ? "" : ` on ${on.name}`}${this.#condition()} ${this.#selection(on, depth - 1)}`;
  }

  #spread(type: GraphQLCompositeType, depth: number): string {
    const fitting = this.#fragments.filter(({ on }) => on === type.name);
    if (fitting.length > 0 && this.wish.random.chance(0.6))
      return `...${this.wish.random.pick(fitting).name}${this.#condition()}`;
    const text = this.#selection(type, depth - 1);
    const name = `F${this.#fragments.length}`;
    this.#fragments.push({ name, on: type.name, text });
    return `...${name}${this.#condition()}`;
  }

  /** The type itself, or one that a value of it may be of. */
  #narrowed(type: GraphQLCompositeType): GraphQLCompositeType {
    if (isAbstractType(type))
      return this.wish.random.pick([type, ...this.wish.schema.getPossibleTypes(type)]);
    return this.wish.random.pick([type, ...(isObjectType(type) ? type.getInterfaces() : [])]);
  }

  #alias(): string {
    return this.wish.random.chance(0.3) ? `a${this.wish.random.below(5)}: ` : "";
  }

  #condition(): string {
    if (this.wish.random.chance(0.8)) return "";
    const value = this.wish.random.chance(0.4)
      ? String(this.wish.random.chance(0.5))
      : `$${this.wish.random.pick(CONDITIONS)}`;
    return ` @${this.wish.random.chance(0.5) ? "skip" : "include"}(if: ${value})`;
  }

  #args({ args }: GraphQLField<unknown, unknown>): string {
    const given = args.filter((arg) => isRequiredArgument(arg) || this.wish.random.chance(0.4));
    const written = given.flatMap((arg) => {
      const literal = this.#literal(arg);
      return literal === null ? [] : [`${arg.name}: ${literal}`];
    });
    return written.length > 0 ? `(${written.join()})` : "";
  }

  /** A literal for an argument of a scalar or enum, or a list of them; null for others. */
  #literal({ type }: GraphQLArgument): string | null {
    const named = getNamedType(type);
    if (isEnumType(named)) return this.wish.random.pick(named.getValues()).name;
    const number = this.wish.random.below(4);
    const literals: Record<string, string> = {
      Int: String(number),
      Float: `${number}.5`,
      String: JSON.stringify(`s${number}`),
      ID: JSON.stringify(`id${number}`),
      Boolean: String(number > 1),
    };
    return literals[named.name] ?? null;
  }
}
