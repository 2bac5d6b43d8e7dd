import { Field, ID, InputType, Int, registerEnumType } from "type-graphql";

import { type TitleField } from "../datasources/core/title-field.js";
import {
  ATTRIBUTES,
  TITLE_FIELDS,
  TITLE_ORDERS,
  TITLE_ORDER_FIELDS,
  type AttributePart,
  type TitleOrderField,
} from "../datasources/core/title-fields.js";
import { type MaturityRating } from "../datasources/core/title.document.js";
import { CountryCode, MaturityRatingScalar } from "./scalars.js";
import { SHOWN_TYPES } from "./title.type.js";

export const TitleOrderFieldEnum = Object.fromEntries(TITLE_ORDER_FIELDS.map((name) => [name, name])) as {
  [K in TitleOrderField]: K;
};
registerEnumType(TitleOrderFieldEnum, {
  name: "TitleOrderField",
  description: "What a list of titles can be ordered by.",
  valuesConfig: Object.fromEntries(
    TITLE_ORDER_FIELDS.map((name) => [name, { description: TITLE_ORDERS[name] }]),
  ),
});

export const DirectionEnum = { ASC: "ASC", DESC: "DESC" } as const;
registerEnumType(DirectionEnum, {
  name: "OrderDirection",
  description: "Upwards or downwards.",
  valuesConfig: {
    ASC: { description: "Lowest, oldest, A first." },
    DESC: { description: "Highest, newest, Z first." },
  },
});

@InputType({
  description:
    "Years, both ends included. An end that is absent or null is open; without any end it asks for nothing.",
})
export class YearRange {
  @Field(() => Int, { nullable: true, description: "Earliest year." })
  from?: number | null;

  @Field(() => Int, { nullable: true, description: "Latest year." })
  to?: number | null;
}

/** Lists of values of a field come from the table in datasources/core/title-fields.ts, below. */
@InputType({
  description:
    "Which titles. Every part that is given must hold; one that is absent, null or an empty list asks for nothing.",
})
export class TitleFilter {
  @Field(() => [String], {
    nullable: true,
    description: "Titles of at least one of these genres, by id or by name in any case.",
  })
  genres?: string[] | null;

  @Field(() => YearRange, { nullable: true, description: "Released within these years." })
  releaseYear?: YearRange | null;

  @Field(() => MaturityRatingScalar, {
    nullable: true,
    description: "Titles meant for this age or younger. Never widens what the profile may see.",
  })
  maturityAtMost?: MaturityRating | null;

  @Field(() => ID, { nullable: true, description: "Titles of this studio." })
  studio?: string | null;

  @Field(() => ID, { nullable: true, description: "Titles that credit this person." })
  person?: string | null;

  @Field(() => [String], { nullable: true, description: "Titles with all of these tags." })
  tags?: string[] | null;

  @Field(() => CountryCode, { nullable: true, description: "Titles that may be shown in this country now." })
  availableIn?: string | null;
}

/** The parts of a filter that the table brings. */
export type FieldFilters = { [P in AttributePart]?: string[] | null };

for (const { name, by, description } of ATTRIBUTES) {
  const { shown }: TitleField = TITLE_FIELDS[name];
  const values = [SHOWN_TYPES[shown?.type ?? "String"]];
  Field(() => values, { nullable: true, description })(TitleFilter.prototype, by);
}

@InputType({ description: "The order of a list of titles; ties are broken by id." })
export class TitleOrder {
  @Field(() => TitleOrderFieldEnum, { description: "What to order by." })
  field!: TitleOrderField;

  @Field(() => DirectionEnum, { defaultValue: "ASC", description: "Which way." })
  direction!: "ASC" | "DESC";
}
