import { Field, InputType } from "type-graphql";

@InputType({ description: "Which projection of the tenant to fill anew." })
export class RebuildProjectionInput {
  @Field({ description: "Its name: `catalog.mongodb`; `operations { projections { target } }` lists them." })
  target!: string;
}

@InputType({ description: "Which projection of the tenant to compare with its source." })
export class CheckProjectionInput {
  @Field({ description: "Its name: `catalog.mongodb`; `operations { projections { target } }` lists them." })
  target!: string;

  @Field(() => Boolean, { nullable: true, description: "Whether to mend what differs. Default false." })
  repair?: boolean | null;
}

@InputType({ description: "Which dead letters of the tenant to try again." })
export class RetryDeadLettersInput {
  @Field(() => String, { nullable: true, description: "Only those of this projection." })
  target?: string | null;
}
