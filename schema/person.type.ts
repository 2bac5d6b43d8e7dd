import { Field, ObjectType } from "type-graphql";

import { Cost, PART } from "./cost.js";
import { Node } from "./node.js";

@Cost(PART)
@ObjectType({ implements: Node, simpleResolvers: true, description: "Someone with a credit in a title." })
export class Person extends Node {
  @Field({ description: "The person's name as credited." })
  name!: string;
}

@Cost(PART)
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "A kind of story. A title can have several.",
})
export class Genre extends Node {
  @Field({ description: "Its name; filters accept it as well as the id." })
  name!: string;
}

@Cost(PART)
@ObjectType({ implements: Node, simpleResolvers: true, description: "A studio or distributor." })
export class Studio extends Node {
  @Field({ description: "Its name." })
  name!: string;
}
