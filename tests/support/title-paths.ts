import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from "graphql";

type Fielded = GraphQLObjectType | GraphQLInterfaceType;

/** What titles are made of, and what they are found by: an object of one of these tells of a title. */
const ABOUT_TITLES = new Set(["Title", "Movie", "Series", "Season", "Episode", "Person", "Genre", "Studio"]);
/** What stands before the name of a field that only one type of an interface has. */
const OF_TYPE = "__";

/** What a document asks of a root field, and where its answer may tell of titles. */
export interface PathDocument {
  /** A selection set; empty where the field answers no object. */
  selection: string;
  /** Places of objects that tell of a title, below the root field: `edges.node.credits.person`. */
  objects: string[];
  /** Places of texts and whole numbers that stand outside of every such object, with their `Type.field`. */
  values: Map<string, string>;
}

/** Where a selection stands: its place, the types that it is within, and whether only plain fields are wanted of it. */
interface Below {
  place: string;
  within: readonly string[];
  plain: boolean;
  document: PathDocument;
}

/**
 * Selections that ask of every root field all there is below it. A field with arguments is asked for at the first place
 * where it stands, since what it answers does not hang on the place; a type within itself with its plain fields alone.
 */
export class PathWalk {
  readonly #asked = new Set<string>();

  /**
   * @param schema as it is served.
   * @param required arguments of fields that cannot do without, as `Type.field`.
   * @param without types at which it ends, since nothing of a title is below.
   */
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly required: Readonly<Record<string, string>>,
    private readonly without: ReadonlySet<string>,
  ) {}

  /** The document of a root field. */
  below(root: GraphQLObjectType, name: string): PathDocument {
    const document: PathDocument = { selection: "", objects: [], values: new Map() };
    const { type } = root.getFields()[name]!;
    const named = getNamedType(type);
    if (ABOUT_TITLES.has(named.name)) document.objects.push("");
    if (isCompositeType(named)) document.selection = this.#selection(named, "", [], document);
    return document;
  }

  #selection(
    type: GraphQLNamedType,
    place: string,
    within: readonly string[],
    document: PathDocument,
  ): string {
    if (!("getFields" in type)) throw new Error(`${type.name} has no fields: say how it is asked for.`);
    const owner = type as Fielded;
    const below = { place, within: [...within, owner.name], plain: within.includes(owner.name), document };
    const own = Object.values(owner.getFields()).map((field) => this.#field(owner, field, field.name, below));
    const others = isAbstractType(owner) ? this.#narrowed(owner, below) : [];
    return `{ __typename ${[...own, ...others].filter(Boolean).join(" ")} }`;
  }

  /** The fields that only some of an interface's types have. */
  #narrowed(type: GraphQLInterfaceType, below: Below): string[] {
    const { place, document } = below;
    const types = this.schema.getPossibleTypes(type).filter(({ name }) => !this.without.has(name));
    return types.map((possible) => {
      if (ABOUT_TITLES.has(possible.name) && !ABOUT_TITLES.has(type.name))
        document.objects.push(joined(place, `${possible.name}${OF_TYPE}`));
      const fields = Object.values(possible.getFields()).filter(({ name }) => !type.getFields()[name]);
      const parts = fields.map((field) =>
        this.#field(possible, field, `${possible.name}${OF_TYPE}${field.name}`, {
          ...below,
          within: [...below.within, possible.name],
        }),
      );
      const asked = parts.filter(Boolean).join(" ");
      return asked && `... on ${possible.name} { ${asked} }`;
    });
  }

  #field(owner: Fielded, field: GraphQLField<unknown, unknown>, key: string, below: Below): string {
    const { place, within, plain, document } = below;
    const named = getNamedType(field.type);
    const path = joined(place, key);
    const asked = `${key === field.name ? "" : `${key}: `}${field.name}${this.#args(owner, field)}`;
    if (!isCompositeType(named)) {
      const apart = ![...within, owner.name].some((type) => ABOUT_TITLES.has(type));
      if (apart && ["String", "Int"].includes(named.name))
        document.values.set(path, `${owner.name}.${field.name}`);
      return asked;
    }
    // Of payloads: everything that can be asked for, once more.
    if (named === this.schema.getQueryType() || this.without.has(named.name)) return "";
    if (plain || !this.#isFirst(owner, field)) return "";
    if (ABOUT_TITLES.has(named.name)) document.objects.push(path);
    return `${asked} ${this.#selection(named, path, within, document)}`;
  }

  /** Whether a field is to be asked for here: one with arguments nowhere else. */
  #isFirst(owner: Fielded, field: GraphQLField<unknown, unknown>): boolean {
    if (field.args.length === 0) return true;
    const name = `${declaring(owner, field.name)}.${field.name}`;
    if (this.#asked.has(name)) return false;
    this.#asked.add(name);
    return true;
  }

  #args(owner: Fielded, field: GraphQLField<unknown, unknown>): string {
    const given = this.required[`${owner.name}.${field.name}`];
    if (given) return `(${given})`;
    const missing = field.args.find(isRequiredArgument);
    if (missing)
      throw new Error(`${owner.name}.${field.name} needs ${missing.name}: say what it is asked with.`);
    return field.args.some(({ name }) => name === "first") ? "(first: 50)" : "";
  }
}

function joined(place: string, key: string): string {
  return place === "" ? key : `${place}.${key}`;
}

/** The interface that has the field already, or the type. */
function declaring(owner: Fielded, field: string): string {
  if (isInterfaceType(owner)) return owner.name;
  return owner.getInterfaces().find((each) => each.getFields()[field])?.name ?? owner.name;
}

/** The places of an answer, without the numbers of lists, where a text tells of something: as it stands, or in an id or a cursor. */
export function placesOf(value: unknown, told: RegExp, place = ""): Set<string> {
  if (typeof value === "string") return new Set(told.test(value) || told.test(decoded(value)) ? [place] : []);
  if (Array.isArray(value)) return union(value.map((each) => placesOf(each, told, place)));
  if (typeof value !== "object" || value === null) return new Set();
  return union(Object.entries(value).map(([key, each]) => placesOf(each, told, joined(place, key))));
}

function union(sets: readonly Set<string>[]): Set<string> {
  return new Set(sets.flatMap((set) => [...set]));
}

/** What an id or a cursor holds; of another text nonsense, which tells of nothing. */
function decoded(text: string): string {
  return Buffer.from(text, "base64url").toString("utf8");
}
