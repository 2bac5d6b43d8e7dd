import { Field, Float, Int, ObjectType } from "type-graphql";

import { Connection, CURSOR_AFTER, Edge } from "./connection.js";
import { ListSize } from "./cost.js";
import { Node } from "./node.js";
import { Payload } from "./payload.js";
import { DateTime } from "./scalars.js";

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "Words and phrases of the tenant's own that search takes for the same, or for a genre, beside those that it knows by itself. They count for every text.",
})
export class SearchSynonym extends Node {
  @Field({ description: "What they are written in: a BCP 47 tag." })
  language!: string;

  @ListSize(3)
  @Field(() => [String], { description: "As they were written, each once." })
  words!: readonly string[];

  @Field(() => String, {
    nullable: true,
    description: "The name of the genre that they ask for; null: they stand for each other.",
  })
  genre!: string | null;

  @Field(() => DateTime, { description: "When they were added." })
  addedAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "Words in a list." })
export class SearchSynonymEdge extends Edge(() => SearchSynonym, "The words.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of the tenant's own words." })
export class SearchSynonymConnection extends Connection(() => SearchSynonymEdge, {
  edges: "The page's entries, by language.",
}) {}

/** `title` is resolved in resolvers/search-steering.resolver.ts. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "What editors say of a title where a text is searched for. Whoever searches is shown nothing of it, and a title that they may not meet is not there for them.",
})
export class SearchRule extends Node {
  @Field({
    description: "The text, as it was written. It counts for every text that search takes for the same.",
  })
  query!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      "The title's place before all others, from 1, whatever it matches; null where it has a factor.",
  })
  place!: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      "What the title's score is multiplied by, where it matches: above 1 lifts it, below 1 buries it; null where it has a place.",
  })
  factor!: number | null;

  @Field(() => DateTime, { description: "When it was said last." })
  setAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "A rule in a list." })
export class SearchRuleEdge extends Edge(() => SearchRule, "The rule.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of rules of search." })
export class SearchRuleConnection extends Connection(() => SearchRuleEdge, {
  edges: "The page's entries, by the texts that they are for.",
}) {}

@ObjectType({ simpleResolvers: true, description: "Words that were added." })
export class SearchSynonymPayload extends Payload(
  "Why they were not: TOO_MANY_SYNONYMS, or INVALID for each field that cannot be accepted.",
) {
  @Field(() => SearchSynonym, { nullable: true, description: "The words; null where they were refused." })
  synonym!: SearchSynonym | null;
}

@ObjectType({ simpleResolvers: true, description: "Words that were taken away." })
export class RemoveSearchSynonymPayload extends Payload("Why they were not: SYNONYM_NOT_FOUND, or INVALID.") {
  @Field(() => String, { nullable: true, description: "Their global id." })
  removedSynonymId!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "What is said of a title for a text." })
export class SearchRulePayload extends Payload(
  "Why it was refused: TITLE_NOT_FOUND, TOO_MANY_SEARCH_RULES, or INVALID for each field that cannot be accepted.",
) {
  @Field(() => SearchRule, { nullable: true, description: "The rule; null where it was refused." })
  rule!: SearchRule | null;
}

@ObjectType({ simpleResolvers: true, description: "A rule that was taken back." })
export class RemoveSearchRulePayload extends Payload("Why it was not: SEARCH_RULE_NOT_FOUND, or INVALID.") {
  @Field(() => String, { nullable: true, description: "Its global id." })
  removedRuleId!: string | null;
}
