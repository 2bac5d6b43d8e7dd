import { Field, ID, InputType, Int, ObjectType, registerEnumType } from "type-graphql";

import {
  AUDIT_ACTS,
  AUDIT_OUTCOMES,
  type AuditAct,
  type AuditOutcome,
} from "../datasources/core/audit-acts.js";
import { Connection, CURSOR_AFTER, Edge } from "./connection.js";
import { ListSize } from "./cost.js";
import { describedEnum } from "./described-enum.js";
import { DateTime } from "./scalars.js";

const AuditActEnum = describedEnum<AuditAct>(AUDIT_ACTS);
registerEnumType(AuditActEnum.values, {
  name: "AuditAct",
  description: "What is noted of who did what.",
  valuesConfig: AuditActEnum.described,
});

const AuditOutcomeEnum = describedEnum<AuditOutcome>(AUDIT_OUTCOMES);
registerEnumType(AuditOutcomeEnum.values, {
  name: "AuditOutcome",
  description: "What became of an act.",
  valuesConfig: AuditOutcomeEnum.described,
});

@ObjectType({ simpleResolvers: true, description: "A circumstance of an act." })
export class AuditDetail {
  @Field({ description: "Which." })
  name!: string;

  @Field({ description: "What it was." })
  value!: string;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "Something that was done. Accounts go by a name that the log alone knows, and that leads to nobody once the account is gone.",
})
export class AuditEntry {
  @Field(() => Int, { description: "Its place in the log, from 1." })
  position!: number;

  @Field(() => DateTime, { description: "When." })
  at!: string;

  @Field(() => AuditActEnum.values, { description: "What." })
  act!: AuditAct;

  @Field(() => AuditOutcomeEnum.values, { description: "What became of it." })
  outcome!: AuditOutcome;

  @Field({
    description:
      "Who: `account:` and its name in the log, `api-key:` and its id, `command`, `job`, `provider` (of identities) or `visitor`.",
  })
  actor!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "What it was done to: `account:` and its name in the log, `title:` and its own id …; null where nothing is named.",
  })
  subject!: string | null;

  @ListSize(2)
  @Field(() => [AuditDetail], { description: "Its circumstances." })
  details!: AuditDetail[];

  @Field({
    description: "SHA-256 of the hash of the entry before and of what this one says, in hexadecimal.",
  })
  hash!: string;
}

@ObjectType({ simpleResolvers: true, description: "An entry of the log in a list." })
export class AuditEntryEdge extends Edge(() => AuditEntry, "The entry.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of the log of who did what." })
export class AuditEntryConnection extends Connection(() => AuditEntryEdge, {
  edges: "The page's entries, the latest first.",
}) {}

@InputType({ description: "Which entries of the log; what is left out, all." })
export class AuditFilterInput {
  @Field(() => [AuditActEnum.values], { nullable: true, description: "Only these acts." })
  acts?: AuditAct[] | null;

  @Field(() => AuditOutcomeEnum.values, { nullable: true, description: "Only those that went so." })
  outcome?: AuditOutcome | null;

  @Field(() => ID, { nullable: true, description: "Only what this account did, or what was done to it." })
  account?: string | null;

  @Field(() => DateTime, { nullable: true, description: "Only since then." })
  from?: Date | null;

  @Field(() => DateTime, { nullable: true, description: "Only before then." })
  until?: Date | null;
}
