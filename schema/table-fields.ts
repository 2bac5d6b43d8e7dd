import { Field } from "type-graphql";

import {
  type EditedType,
  type SchemaField,
  type ShownType,
  type TitleField,
} from "../datasources/core/title-field.js";
import { ListSize } from "./cost.js";

type Classes<Type extends string> = Readonly<Partial<Record<Type, object>>>;
type Fields = Readonly<Record<string, TitleField>>;

/** Has a type answer the fields of a table that are shown; `types` has the classes that they are answered in. */
export function show(
  ownerOf: (field: TitleField) => { prototype: object },
  fields: Fields,
  types: Classes<ShownType>,
): void {
  for (const [name, field] of Object.entries(fields)) {
    const { shown, absent } = field;
    if (!shown) continue;
    const owner = ownerOf(field).prototype;
    const { as = name, assumedSize, description } = shown;
    Field(classOf(name, shown, types), { nullable: absent === null, description })(owner, as);
    if (assumedSize) ListSize(assumedSize)(owner, as);
  }
}

/** Has an input take the fields of a table that are edited; `isOptional` says which may be left out. */
export function take(
  input: { prototype: object },
  fields: Fields,
  types: Classes<EditedType>,
  isOptional: (field: TitleField) => boolean,
): void {
  for (const [name, field] of Object.entries(fields)) {
    const { edited } = field;
    if (!edited) continue;
    const { description } = edited;
    Field(classOf(name, edited, types), { nullable: isOptional(field), description })(input.prototype, name);
  }
}

/** Whether a field may be left out where the whole is stated. */
export function mayBeSilent({ rule }: TitleField): boolean {
  return rule.safeParse(undefined).success;
}

function classOf<Type extends string>(name: string, { type, list }: SchemaField<Type>, types: Classes<Type>) {
  const found = types[type];
  if (!found) throw new Error(`${name} is of the type ${type}, which has no class here`);
  return () => (list ? [found] : found);
}
