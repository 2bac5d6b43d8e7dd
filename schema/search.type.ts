import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";

import { FACETS } from "../datasources/core/title-attributes.js";
import { Connection } from "./connection.js";
import { Node } from "./node.js";
import { TitleEdge } from "./title-connection.type.js";
import { Cost, ListSize } from "./cost.js";

@ObjectType({ simpleResolvers: true, description: "Where a search matched." })
export class Highlight {
  @Field({ description: "Which part of the title: name, alternativeNames, people, genres or synopsis." })
  field!: string;

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

@ObjectType({ simpleResolvers: true, description: "One value of a facet." })
export class FacetBucket {
  @Field({ description: "The value, as the filter takes it." })
  value!: string;

  @Field(() => Int, { description: "How many titles there are with it, the facet's own filter aside." })
  count!: number;

  @Field({ description: "Whether the filter asks for it." })
  selected!: boolean;
}

@ObjectType({ simpleResolvers: true, description: "How the titles found are spread over one property." })
export class Facet {
  @Field({ description: `${FACETS.slice(0, -1).join(", ")} or ${FACETS.at(-1)}.` })
  field!: string;

  @ListSize(10)
  @Field(() => [FacetBucket], { description: "Its values, most frequent first." })
  buckets!: FacetBucket[];
}

@ObjectType({ simpleResolvers: true, description: "A page of titles found, best first." })
export class SearchConnection extends Connection(() => SearchEdge, { edges: "The page's entries." }) {
  @Field(() => Int, { description: "How many titles were found." })
  totalCount!: number;

  @ListSize(5)
  @Cost(20)
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
