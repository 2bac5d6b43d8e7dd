import { type z } from "zod";

/** The types of the schema whose values are made of what titles hold when they are asked for. */
export type ShownPart = "Genre" | "Studio" | "Availability" | "Season";

/** The types of the schema that a field of a table is answered in; `schema/title.type.ts` has the class of each. */
export type ShownType =
  | "String"
  | "Int"
  | "Boolean"
  | "DateTime"
  | "CountryCode"
  | "TitleKind"
  | "TitleState"
  | "MaturityRating"
  | ShownPart;

/** The types that an editor states a field in; `schema/title-editing.input.ts` has the class of each. */
export type EditedType =
  | "String"
  | "Int"
  | "Boolean"
  | "CountryCode"
  | "TitleKind"
  | "MaturityRating"
  | "CreditInput"
  | "LicenceInput"
  | "SeasonInput";

/** A field of the schema. */
export interface SchemaField<T> {
  type: T;
  list?: boolean;
  description: string;
}

/** How the schema answers a field. */
export interface ShownField extends SchemaField<ShownType> {
  /** The field's name there, where it is another. */
  as?: string;
  /** Which titles have it; all of them where it does not say. */
  on?: "Movie" | "Series";
  /** Of a list of objects: how many a title is taken to have, where the cost of a query is estimated. */
  assumedSize?: number;
}

/**
 * Where a text is found by search, and how much a word found there counts, in (0, 1]. A field of a title is read into
 * one of these places, so that a field more costs a search no clause more.
 */
export const WORD_PLACES = {
  name: { weight: 1 },
  otherNames: { weight: 0.95 },
  people: { weight: 0.62 },
  year: { weight: 0.6 },
  genreWords: { weight: 0.55 },
  facts: { weight: 0.4 },
  synopsis: { weight: 0.28 },
} as const;
export type WordPlace = keyof typeof WORD_PLACES;

/** What a field is, beside the values that it takes. */
export interface FieldUse {
  /** What a line might say: a title made of these stands for all titles where a form is compared or tried. */
  example: unknown;
  shown?: ShownField;
  /** What `putTitle` says of it; without, editors do not set it there. */
  edited?: SchemaField<EditedType>;
  searched?: WordPlace;
  /** The name that highlights cut from it have. */
  highlighted?: string;
  /**
   * Titles are filtered by it: `by` is the field of `TitleFilter` that takes a list of values, of which a title has to
   * have one. Stores keep such a field by its own name without knowing it (`attributesOf`).
   */
  filtered?: { by: string; description: string };
  /** Search counts how many titles have each of its values, under the field's name. */
  facetted?: boolean;
  /** Lists of titles can be ordered by it: what the schema calls that, and what it says of it. */
  ordered?: { as: string; description: string };
  /** Whether it says who may meet the title: an import that replaces titles leaves what it does not state of these. */
  rights?: true;
}

/** A field of a title: the values that versions hold, what states them, and where it is used. */
export interface TitleField<
  Value = unknown,
  Rule extends z.ZodType = z.ZodType,
  Made extends boolean = boolean,
> extends FieldUse {
  /** What a line and an edit may state: `optional` where these may be silent, `nullish` where null says the same. */
  rule: Rule;
  /** What a title has that says nothing of it, also one from before there was the field; `undefined` where each has it. */
  absent: Value | undefined;
  /** Whether versions hold something else than was stated, which `title-bodies.ts` makes of it. */
  made: Made;
}

type RulesOf<Fields extends Record<string, TitleField>> = {
  -readonly [K in keyof Fields]: Fields[K]["rule"];
};

/** What is held of something with these fields. */
export type ValuesOf<Fields> = {
  -readonly [K in keyof Fields]: Fields[K] extends TitleField<infer Value> ? Value : never;
};

/** What may be stated of something with these fields, by name: the shape of a schema. */
export function rulesOf<Fields extends Record<string, TitleField>>(fields: Fields): RulesOf<Fields> {
  const rules = Object.entries(fields).map(([name, { rule }]) => [name, rule]);
  return Object.fromEntries(rules) as RulesOf<Fields>;
}

/** What is held of something of which this was stated: a field that is silent has what its table says for it. */
export function heldOf<Fields extends Record<string, TitleField>>(
  fields: Fields,
  stated: z.output<z.ZodObject<RulesOf<Fields>>>,
): ValuesOf<Fields> {
  const given = stated as Record<string, unknown>;
  const values = Object.entries(fields).map(([name, { absent }]) => [name, given[name] ?? absent]);
  return Object.fromEntries(values) as ValuesOf<Fields>;
}

/** Uses that a field of a part of a title cannot be put to. */
type UseOfTitles = {
  [K in Exclude<keyof FieldUse, "example" | "shown" | "edited">]-?: Pick<Required<FieldUse>, K>;
}[Exclude<keyof FieldUse, "example" | "shown" | "edited">];

/** The fields of a part of a title: kept and shown with the title, and used in no other way. */
export function partFields<const Fields extends Record<string, TitleField>>(
  fields: Fields & { [K in keyof Fields]: Fields[K] extends UseOfTitles ? never : unknown },
): Fields {
  return fields;
}

/** A field with what it says of its use, which types can be read from. */
type Used<Value, Rule extends z.ZodType, Made extends boolean, Use> = TitleField<Value, Rule, Made> & Use;

/** A field that every title has. */
export function required<Rule extends z.ZodType, const Use extends FieldUse>(
  rule: Rule,
  use: Use,
): Used<NonNullable<z.output<Rule>>, Rule, false, Use> {
  return { rule, absent: undefined, made: false, ...use };
}

/** A field that a title may lack; null takes it away. */
export function nullable<Rule extends z.ZodType, const Use extends FieldUse>(
  rule: Rule,
  use: Use,
): Used<z.output<Rule> | null, z.ZodOptional<z.ZodNullable<Rule>>, false, Use> {
  return { rule: rule.nullish(), absent: null, made: false, ...use };
}

/** A field that has a value where nothing is stated. */
export function defaulted<Rule extends z.ZodType, const Use extends FieldUse>(
  rule: Rule,
  absent: NonNullable<z.output<Rule>>,
  use: Use,
): Used<NonNullable<z.output<Rule>>, Rule, false, Use> {
  return { rule, absent, made: false, ...use };
}

/** A field whose value is made from what was stated. */
export function made<Value, Rule extends z.ZodType, const Use extends FieldUse>(
  rule: Rule,
  absent: Value,
  use: Use,
): Used<Value, Rule, true, Use> {
  return { rule, absent, made: true, ...use };
}
