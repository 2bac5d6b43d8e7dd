import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";

import { byFacetAttribute, type FacetField } from "../datasources/core/title-attributes.js";
import { type HighlightName } from "../datasources/core/title-fields.js";
import { Connection } from "./connection.js";
import { describedEnum } from "./described-enum.js";
import { Node } from "./node.js";
import { TitleEdge } from "./title-connection.type.js";
import { Cost, ListSize } from "./cost.js";

const HighlightFieldEnum = describedEnum<HighlightName>({
  name: "Its main name.",
  alternativeNames: "Another name of it.",
  people: "The name of somebody with a credit.",
  genres: "The name of a genre.",
  synopsis: "What it is about.",
});
registerEnumType(HighlightFieldEnum.values, {
  name: "HighlightField",
  description: "A part of a title that a search looks into.",
  valuesConfig: HighlightFieldEnum.described,
});

const FacetFieldEnum = describedEnum<FacetField>({
  genre: "By genre: the names that `genres` of the filter takes.",
  ...byFacetAttribute(({ by }) => `By what \`${by}\` of the filter takes.`),
  decade: "By the decade of their release: `years` of a bucket is what `releaseYear` of the filter takes.",
  maturity: "By the age they are meant for, that age or younger: what `maturityAtMost` of the filter takes.",
});
registerEnumType(FacetFieldEnum.values, {
  name: "FacetField",
  description: "A property of titles that searches are counted by.",
  valuesConfig: FacetFieldEnum.described,
});

@ObjectType({ simpleResolvers: true, description: "Where a search matched." })
export class Highlight {
  @Field(() => HighlightFieldEnum.values, { description: "Which part of the title." })
  field!: HighlightName;

  @Field(() => [String], { description: "HTML: what matched stands in `<em>`, the rest is escaped." })
  fragments!: string[];
}

@ObjectType({ simpleResolvers: true, description: "A title found." })
export class SearchEdge extends TitleEdge {
  @Field(() => Float, { description: "How well it matches; comparable within this search only." })
  score!: number;

  @ListSize(2)
  @Field(() => [Highlight], { description: "Where it matched." })
  highlights!: Highlight[];
}

@ObjectType({ simpleResolvers: true, description: "Years, both ends included." })
export class YearSpan {
  @Field(() => Int, { description: "The first." })
  from!: number;

  @Field(() => Int, { description: "The last." })
  to!: number;
}

@ObjectType({ simpleResolvers: true, description: "One value of a facet." })
export class FacetBucket {
  @Field({ description: "The value, as the filter takes it; of a decade its name." })
  value!: string;

  @Field(() => Int, {
    description: "How many titles the filter would find with this value in the place of its own.",
  })
  count!: number;

  @Field({ description: "Whether it is what the filter asks for." })
  selected!: boolean;

  @Field(() => YearSpan, {
    nullable: true,
    description: "The years of a decade, as `releaseYear` of the filter takes them; null in other facets.",
  })
  years!: YearSpan | null;
}

@ObjectType({ simpleResolvers: true, description: "How the titles found are spread over one property." })
export class Facet {
  @Field(() => FacetFieldEnum.values, { description: "Which property." })
  field!: FacetField;

  @ListSize(6)
  @Field(() => [FacetBucket], { description: "Its values, most frequent first." })
  buckets!: FacetBucket[];
}

@ObjectType({ simpleResolvers: true, description: "A page of titles found, best first." })
export class SearchConnection extends Connection(() => SearchEdge, { edges: "The page's entries." }) {
  @Field(() => Int, { description: "How many titles were found." })
  totalCount!: number;

  @ListSize(4)
  @Cost(5)
  @Field(() => [Facet], { description: "How they are spread over the values of each facet." })
  facets!: Facet[];

  @Field(() => String, { nullable: true, description: "A better spelling, where the text finds little." })
  didYouMean!: string | null;

  @Field({ description: "Whether nothing had all the words, so that these have some of them." })
  relaxed!: boolean;

  @Field(() => Float, { description: "How long the search store took. Milliseconds." })
  tookMs!: number;
}

export const SuggestionKindEnum = { TITLE: "TITLE", PERSON: "PERSON", GENRE: "GENRE" } as const;
registerEnumType(SuggestionKindEnum, {
  name: "SuggestionKind",
  description: "What a suggestion stands for.",
  valuesConfig: {
    TITLE: { description: "A title." },
    PERSON: { description: "Someone with a credit." },
    GENRE: { description: "A genre." },
  },
});

@ObjectType({ simpleResolvers: true, description: "A way to complete what is being typed." })
export class Suggestion {
  @Field({ description: "The completed text." })
  text!: string;

  @Field(() => SuggestionKindEnum, { description: "What it stands for." })
  kind!: keyof typeof SuggestionKindEnum;

  @Field(() => Node, { nullable: true, description: "The title, person or genre itself." })
  node!: Node | null;
}
