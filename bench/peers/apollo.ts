import "reflect-metadata";

import { ApolloServer } from "@apollo/server";
import { startStandaloneServer } from "@apollo/server/standalone";
import {
  Arg,
  buildSchema,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from "type-graphql";

import { type CreditRow, type NamedRow, type Rows, type TitleRow } from "./rows.js";
import { announce, peerRows } from "./serving.js";

enum TitleKind {
  MOVIE = "MOVIE",
  SERIES = "SERIES",
}
enum CreditRole {
  DIRECTOR = "DIRECTOR",
  ACTOR = "ACTOR",
}
enum TitleOrderField {
  POPULARITY = "POPULARITY",
}
enum Direction {
  ASC = "ASC",
  DESC = "DESC",
}
registerEnumType(TitleKind, { name: "TitleKind" });
registerEnumType(CreditRole, { name: "CreditRole" });
registerEnumType(TitleOrderField, { name: "TitleOrderField" });
registerEnumType(Direction, { name: "Direction" });

@ObjectType()
class Person {
  @Field(() => ID)
  id!: string;
  @Field()
  name!: string;
}

@ObjectType()
class Studio {
  @Field(() => ID)
  id!: string;
  @Field()
  name!: string;
}

@ObjectType()
class Credit {
  @Field(() => CreditRole)
  role!: CreditRole;
  @Field(() => String, { nullable: true })
  character!: string | null;
}

@ObjectType()
class Title {
  @Field(() => ID)
  id!: string;
  @Field()
  name!: string;
  @Field(() => TitleKind)
  kind!: TitleKind;
  @Field(() => Int, { nullable: true })
  releaseYear!: number | null;
  @Field(() => String)
  maturityRating!: string;
}

@ObjectType()
class TitleEdge {
  @Field(() => Title)
  node!: Title;
}

@ObjectType()
class TitleConnection {
  @Field(() => [TitleEdge])
  edges!: TitleEdge[];
}

@InputType()
class TitleOrder {
  @Field(() => TitleOrderField)
  field!: TitleOrderField;
  @Field(() => Direction)
  direction!: Direction;
}

interface Context {
  rows: Rows;
}

@Resolver(() => Title)
class TitleResolver {
  @Query(() => TitleConnection)
  async titles(
    @Ctx() { rows }: Context,
    @Arg("first", () => Int) first: number,
    @Arg("orderBy", () => TitleOrder) orderBy: TitleOrder,
  ) {
    if (orderBy.direction !== Direction.DESC)
      throw new Error("Only the most popular titles are listed here.");
    const titles = await rows.titles(first);
    return { edges: titles.map((node) => ({ node })) };
  }

  @FieldResolver(() => Studio, { nullable: true })
  studio(@Ctx() { rows }: Context, @Root() title: TitleRow): NamedRow | null | Promise<NamedRow | null> {
    return rows.studioOf(title);
  }

  @FieldResolver(() => [Credit])
  credits(@Ctx() { rows }: Context, @Root() title: TitleRow): CreditRow[] | Promise<CreditRow[]> {
    return rows.creditsOf(title);
  }
}

@Resolver(() => Credit)
class CreditResolver {
  @FieldResolver(() => Person)
  person(@Ctx() { rows }: Context, @Root() credit: CreditRow): NamedRow | Promise<NamedRow> {
    return rows.personOf(credit);
  }
}

const rowsOfRequest = peerRows();
const schema = await buildSchema({ resolvers: [TitleResolver, CreditResolver] });
const { url } = await startStandaloneServer(new ApolloServer<Context>({ schema }), {
  context: async () => ({ rows: rowsOfRequest() }),
  listen: { port: 0, host: "127.0.0.1" },
});
announce(url);
