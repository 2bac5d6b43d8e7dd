import { Field, ObjectType } from "type-graphql";

import { Connection, CURSOR_AFTER, Edge } from "./connection.js";
import { ListSize } from "./cost.js";
import { Node } from "./node.js";
import { Payload } from "./payload.js";
import { DateTime } from "./scalars.js";

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "A key that a machine asks by, in nobody's name. What is secret of it is not kept.",
})
export class ApiKey extends Node {
  @Field({ description: "What operators call it." })
  name!: string;

  @ListSize(10)
  @Field(() => [String], { description: "The fields that it is for, with their types: `Query.titles`." })
  scope!: string[];

  @Field(() => DateTime, { description: "When it was made." })
  createdAt!: string;

  @Field(() => DateTime, { description: "When it ends by itself." })
  expiresAt!: string;

  @Field(() => DateTime, {
    nullable: true,
    description: "When it was used last, to the minute; null: never.",
  })
  lastUsedAt!: string | null;

  @Field(() => DateTime, { nullable: true, description: "When it was revoked; null while it was not." })
  revokedAt!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "An API key in a list." })
export class ApiKeyEdge extends Edge(() => ApiKey, "The key.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of API keys." })
export class ApiKeyConnection extends Connection(() => ApiKeyEdge, {
  edges: "The page's entries, the latest first.",
}) {}

@ObjectType({ simpleResolvers: true, description: "An API key that was made." })
export class CreateApiKeyPayload extends Payload("Why none was made; empty when one was.") {
  @Field(() => String, {
    nullable: true,
    description: "The key itself, as `authorization: Bearer` or `x-api-key` takes it. It is shown this once.",
  })
  key!: string | null;

  @Field(() => ApiKey, { nullable: true, description: "What is kept of it." })
  apiKey!: ApiKey | null;
}

@ObjectType({ simpleResolvers: true, description: "An API key that was revoked." })
export class RevokeApiKeyPayload extends Payload("Why it was not; empty when it was.") {
  @Field(() => ApiKey, { nullable: true, description: "The key." })
  apiKey!: ApiKey | null;
}
