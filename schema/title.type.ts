import { Field, Float, InterfaceType, Int, ObjectType, registerEnumType } from "type-graphql";

import { EPISODE_FIELDS, SEASON_FIELDS } from "../datasources/core/season-fields.js";
import { TITLE_FIELDS } from "../datasources/core/title-fields.js";
import { type ShownType } from "../datasources/core/title-field.js";
import { CREDIT_ROLES, type CreditRole } from "../datasources/core/title.document.js";
import { Node } from "./node.js";
import { Genre, Person, Studio } from "./person.type.js";
import { CountryCode, DateTime, MaturityRatingScalar } from "./scalars.js";
import { Cost, ListSize, PART } from "./cost.js";
import { show } from "./table-fields.js";

export const TitleKindEnum = { MOVIE: "MOVIE", SERIES: "SERIES" } as const;
registerEnumType(TitleKindEnum, {
  name: "TitleKind",
  description: "What a title is. Exclusive: nothing is both.",
  valuesConfig: {
    MOVIE: { description: "One film." },
    SERIES: { description: "Seasons of episodes." },
  },
});

export const CreditRoleEnum = Object.fromEntries(CREDIT_ROLES.map((role) => [role, role])) as {
  [R in CreditRole]: R;
};
registerEnumType(CreditRoleEnum, {
  name: "CreditRole",
  description: "What a person did for a title.",
  valuesConfig: {
    DIRECTOR: { description: "Directed it." },
    CREATOR: { description: "Created the series." },
    ACTOR: { description: "Plays in it; `character` names the part." },
    WRITER: { description: "Wrote it." },
    PRODUCER: { description: "Produced it." },
    COMPOSER: { description: "Wrote its music." },
  },
});

export const TitleStateEnum = { DRAFT: "DRAFT", PUBLISHED: "PUBLISHED", ARCHIVED: "ARCHIVED" } as const;
registerEnumType(TitleStateEnum, {
  name: "TitleState",
  description:
    "Where a title is in its life. Viewers meet only published ones; the tenant's editors meet all.",
  valuesConfig: {
    DRAFT: { description: "Being prepared." },
    PUBLISHED: { description: "Open to viewers where it is licensed." },
    ARCHIVED: { description: "Taken down." },
  },
});

@ObjectType({ simpleResolvers: true, description: "One person's part in a title." })
export class Credit {
  @Field(() => CreditRoleEnum, { description: "What the person did." })
  role!: CreditRole;

  @Field(() => String, { nullable: true, description: "The character played, for actors where it is known." })
  character!: string | null;

  @Field(() => Person, { description: "Who it was." })
  person!: Person;
}

@ObjectType({ simpleResolvers: true, description: "A right to show a title in a country for a time." })
export class Availability {
  @Field(() => CountryCode, {
    nullable: true,
    description: "ISO 3166-1 alpha-2 code; null means everywhere.",
  })
  country!: string | null;

  @Field(() => DateTime, { description: "From when on." })
  from!: string;

  @Field(() => DateTime, { nullable: true, description: "Until when, exclusive; null means without end." })
  until!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "How far the signed-in profile has got with a title." })
export class Progress {
  @Field(() => Int, {
    description:
      "Where to resume. Seconds from the start; 0 once the end was reached, until it is watched again.",
  })
  positionSeconds!: number;

  @Field(() => Int, { nullable: true, description: "How long the title is in seconds, where it is known." })
  durationSeconds!: number | null;

  @Field({ description: "Whether it has been watched to the end, also where it is being watched again." })
  completed!: boolean;
}

/**
 * The fields that say what a title is come from the table in datasources/core/title-fields.ts, below. Those that other
 * stores take part in (`myProgress`, `similar` …) are resolved in resolvers/title.resolver.ts.
 */
@InterfaceType({
  implements: Node,
  description:
    "A film or a series. Whoever asks meets only titles that are published, licensed in their country now, and within their profile's maturity limit.",
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class Title extends Node {
  @Field({ description: "The tenant's own id of the title, as imported." })
  externalId!: string;

  @Field(() => Float, {
    description: "How much it is watched in this tenant, from 0 to 1 on a logarithmic scale.",
  })
  popularity!: number;

  @Field(() => Int, {
    description:
      "Number of its latest version, also one that is still to come into force: what `expectedVersion` of an edit means. With `asOf`, number of the version shown.",
  })
  version!: number;
}

@ObjectType({ implements: [Node, Title], simpleResolvers: true, description: "A film." })
export class Movie extends Title {}

/** What it says comes from datasources/core/season-fields.ts, below. */
@Cost(PART)
@ObjectType({ implements: Node, simpleResolvers: true, description: "One episode of a season." })
export class Episode extends Node {}

/** What it says beside its episodes comes from datasources/core/season-fields.ts, below. */
@Cost(PART)
@ObjectType({ implements: Node, simpleResolvers: true, description: "One season of a series." })
export class Season extends Node {
  @ListSize(10)
  @Field(() => [Episode], { description: "Its episodes in order." })
  episodes!: Episode[];
}

@ObjectType({ implements: [Node, Title], simpleResolvers: true, description: "A series." })
export class Series extends Title {}

/** What a field of a title is answered in. */
export const SHOWN_TYPES: Record<ShownType, object> = {
  String,
  Int,
  Boolean,
  DateTime,
  CountryCode,
  TitleKind: TitleKindEnum,
  TitleState: TitleStateEnum,
  MaturityRating: MaturityRatingScalar,
  Genre,
  Studio,
  Availability,
  Season,
};

show(({ shown }) => (shown?.on ? { Movie, Series }[shown.on] : Title), TITLE_FIELDS, SHOWN_TYPES);
show(() => Season, SEASON_FIELDS, SHOWN_TYPES);
show(() => Episode, EPISODE_FIELDS, SHOWN_TYPES);
