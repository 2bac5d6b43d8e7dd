import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";

import { type SearchReportKind } from "../datasources/core/vocabulary.js";
import { Connection, CURSOR_AFTER, Edge } from "./connection.js";
import { describedEnum } from "./described-enum.js";
import { Payload } from "./payload.js";

export const SearchReportKindEnum = describedEnum<SearchReportKind>({
  ZERO_RESULT: "Nothing was found.",
  ABANDONED: "Something was found, and nothing of it was opened.",
});
registerEnumType(SearchReportKindEnum.values, {
  name: "SearchReportKind",
  description: "What searches came to.",
  valuesConfig: SearchReportKindEnum.described,
});

@ObjectType({ simpleResolvers: true, description: "A text that was searched for." })
export class ReportedSearch {
  @Field({
    description: "The text as search takes it: small letters, without accents, punctuation and articles.",
  })
  query!: string;

  @Field(() => String, {
    nullable: true,
    description: "What most of those who searched for it like to read, ISO 639-1; null where nobody knows.",
  })
  language!: string | null;

  @Field(() => Int, { description: "How many accounts searched for it and went away so; five at least." })
  accounts!: number;
}

@ObjectType({ simpleResolvers: true, description: "A text in a report." })
export class ReportedSearchEdge extends Edge(() => ReportedSearch, "The text.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of a report." })
export class SearchReportConnection extends Connection(() => ReportedSearchEdge, {
  edges: "The page's entries, those of most accounts first.",
}) {}

@InputType({ description: "A title that was opened from the answer to a search." })
export class NoteSearchOpenedInput {
  @Field({ description: "The text that was searched for, as it was sent." })
  query!: string;

  @Field(() => ID, { description: "The title." })
  title!: string;
}

@ObjectType({ simpleResolvers: true, description: "What was noted of a search." })
export class NoteSearchOpenedPayload extends Payload("Why it was not: TITLE_NOT_FOUND, or INVALID.") {
  @Field({
    description: "Whether it is noted: not of a child, nor of an account that does not agree to measurement.",
  })
  noted!: boolean;
}
