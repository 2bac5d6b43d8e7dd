import { Field, InputType, ObjectType, registerEnumType } from "type-graphql";

import {
  ERASURE_STATES,
  EXPORT_STATES,
  type ErasureState,
  type ExportState,
} from "../datasources/core/privacy-states.js";
import { describedEnum } from "./described-enum.js";
import { Node } from "./node.js";
import { OWNERS_PASSWORD } from "./owners-password.js";
import { Payload } from "./payload.js";
import { DateTime } from "./scalars.js";

const ExportStateEnum = describedEnum<ExportState>(EXPORT_STATES);
registerEnumType(ExportStateEnum.values, {
  name: "ExportState",
  description: "How far an export is.",
  valuesConfig: ExportStateEnum.described,
});

const ErasureStateEnum = describedEnum<ErasureState>(ERASURE_STATES);
registerEnumType(ErasureStateEnum.values, {
  name: "ErasureState",
  description: "How far an erasure is.",
  valuesConfig: ErasureStateEnum.described,
});

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "Everything that is held about an account, as a ZIP of NDJSON.",
})
export class AccountExport extends Node {
  @Field(() => ExportStateEnum.values, { description: "How far it is." })
  state!: ExportState;

  @Field(() => String, {
    nullable: true,
    description:
      "Path on this host that the ZIP is fetched from, without a token, within fifteen minutes; `exportMyData` answers another. Null until it is ready.",
  })
  url!: string | null;

  @Field(() => DateTime, { description: "When it was asked for." })
  askedAt!: string;

  @Field(() => DateTime, { description: "When it is gone; another can be asked for then." })
  expiresAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "An export, or the reason why there is none." })
export class ExportPayload extends Payload("Why there is none; empty otherwise.") {
  @Field(() => AccountExport, { nullable: true, description: "The export; null where `errors` says why." })
  export!: AccountExport | null;
}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "The end of an account. Whoever has its id may ask how far it is, as nobody can sign in to ask.",
})
export class Erasure extends Node {
  @Field(() => ErasureStateEnum.values, { description: "How far it is." })
  state!: ErasureState;

  @Field(() => DateTime, { description: "When it was asked for." })
  askedAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "An erasure, or the reason why there is none." })
export class ErasurePayload extends Payload("Why nothing is erased; empty otherwise.") {
  @Field(() => Erasure, { nullable: true, description: "The erasure; null where `errors` says why." })
  erasure!: Erasure | null;
}

@InputType({ description: "An account to be erased by whoever owns it." })
export class EraseMyAccountInput {
  @Field(() => String, { nullable: true, description: OWNERS_PASSWORD })
  password?: string | null;

  @Field({
    description: "Chosen by the client, 1 to 255 characters: sent again it answers the same erasure.",
  })
  idempotencyKey!: string;
}
