import { Field, Float, Int, ObjectType, registerEnumType } from "type-graphql";

import {
  type ChartCheckName,
  type JobKind,
  type JobState,
  type OutboxTopic,
} from "../datasources/core/vocabulary.js";
import { type StoreName } from "../datasources/core/store-request.js";
import { type TenantTier } from "../datasources/core/tenant.js";
import { Connection, CURSOR_AFTER, Edge } from "./connection.js";
import { describedEnum } from "./described-enum.js";
import { Node } from "./node.js";
import { CalendarDate, CountryCode, DateTime } from "./scalars.js";
import { Payload } from "./payload.js";
import { TenantTierEnum } from "./viewer.type.js";

const LATEST_FIRST = { edges: "The page's entries, the latest first." };

export const StoreModeEnum = { EMBEDDED: "EMBEDDED", SERVER: "SERVER" } as const;
registerEnumType(StoreModeEnum, {
  name: "StoreMode",
  description: "Where a store runs.",
  valuesConfig: {
    EMBEDDED: { description: "Started by Marquee itself." },
    SERVER: { description: "A server of its own, named by a URL." },
  },
});

export const StoreStateEnum = { UP: "UP", DEGRADED: "DEGRADED", DOWN: "DOWN" } as const;
export type StoreState = keyof typeof StoreStateEnum;
registerEnumType(StoreStateEnum, {
  name: "StoreState",
  description: "How a store is.",
  valuesConfig: {
    UP: { description: "It answers." },
    DEGRADED: { description: "It answers again, but calls are still held back after its failures." },
    DOWN: { description: "It does not answer." },
  },
});

export const JobKindEnum = {
  REBUILD: "REBUILD",
  CHECK: "CHECK",
  REPAIR: "REPAIR",
  MOVE: "MOVE",
  LEARN: "LEARN",
  CHARTS: "CHARTS",
} as const satisfies {
  [K in JobKind]: K;
};
registerEnumType(JobKindEnum, {
  name: "JobKind",
  description: "What a job does.",
  valuesConfig: {
    REBUILD: { description: "Fills a projection anew beside the live one and switches to it." },
    CHECK: { description: "Compares a projection with its source." },
    REPAIR: { description: "Compares a projection with its source and mends what differs." },
    MOVE: { description: "Moves the tenant to the tier that is its target." },
    LEARN: {
      description: "Learns tastes and popularity anew from what was watched, at the time set for it.",
    },
    CHARTS: { description: "Makes the charts of days that have closed, at the time set for it." },
  },
});

export const JobStateEnum = { RUNNING: "RUNNING", DONE: "DONE", FAILED: "FAILED" } as const satisfies {
  [K in JobState]: K;
};
registerEnumType(JobStateEnum, {
  name: "JobState",
  description: "How far a job is.",
  valuesConfig: {
    RUNNING: { description: "Under way." },
    DONE: { description: "Ended well." },
    FAILED: { description: "Ended without success; `reason` says why. It can be started again." },
  },
});

const StoreNameEnum = describedEnum<StoreName>({
  POSTGRES: "PostgreSQL: the facts, and whatever has no engine of its own.",
  MONGODB: "MongoDB: the catalogue.",
  OPENSEARCH: "OpenSearch: search.",
  NEO4J: "Neo4j: recommendations.",
});
registerEnumType(StoreNameEnum.values, {
  name: "StoreName",
  description: "A store that a deployment can have.",
  valuesConfig: StoreNameEnum.described,
});

const TopicEnum = describedEnum<OutboxTopic>({
  TITLE: "A title.",
  WATCH: "What a profile has done with a title.",
  NOT_FOR_ME: "Whether a profile wants to be shown a title.",
  PROFILE: "A profile.",
});
registerEnumType(TopicEnum.values, {
  name: "EventTopic",
  description: "What an event that projections follow is about.",
  valuesConfig: TopicEnum.described,
});

@ObjectType({ simpleResolvers: true, description: "A store of the deployment." })
export class OperatedStore {
  @Field(() => StoreNameEnum.values, { description: "Which." })
  store!: StoreName;

  @Field(() => StoreModeEnum, { description: "Where it runs." })
  mode!: keyof typeof StoreModeEnum;

  @Field(() => StoreStateEnum, { description: "How it is now." })
  state!: StoreState;

  @Field(() => Int, {
    nullable: true,
    description: "Time it took to answer. Milliseconds; null when it did not.",
  })
  latencyMs!: number | null;

  @Field(() => String, { nullable: true, description: "Version of its server; null when it did not answer." })
  version!: string | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "What the last comparison of a projection with its source found; after a repair, what was left.",
})
export class ProjectionCheck {
  @Field(() => DateTime, { description: "When it ended." })
  at!: string;

  @Field(() => Int, { description: "Entries compared, on both sides together." })
  entries!: number;

  @Field(() => Int, { description: "Entries that should be there and were not." })
  missing!: number;

  @Field(() => Int, { description: "Entries of another revision or with other content." })
  stale!: number;

  @Field(() => Int, {
    description: "Entries that hang on something that is not there, or are hung on and not there.",
  })
  dangling!: number;

  @Field(() => Int, { description: "Entries that the source does not know." })
  orphaned!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: "A projection of the facts, as far as it is the tenant's.",
})
export class OperatedProjection {
  @Field({ description: "Its name: `catalog.postgres`, `search.opensearch` …." })
  target!: string;

  @Field(() => Int, { description: "Events of the tenant that it has not followed yet." })
  lagEvents!: number;

  @Field(() => Float, { description: "Age of the oldest of them; 0 when there is none. Seconds." })
  lagSeconds!: number;

  @Field(() => Int, { description: "Events of the tenant that it refused and that are tried again." })
  parked!: number;

  @Field(() => Int, { description: "Events of the tenant that it refused until it gave up." })
  deadLetters!: number;

  @Field(() => ProjectionCheck, { nullable: true, description: "The last check; null when there was none." })
  lastCheck!: ProjectionCheck | null;
}

const ChartCheckEnum = describedEnum<ChartCheckName>({
  COMPLETENESS:
    "Viewers of the day, as a share of those that the country had a day in the week before. At least.",
  FRESHNESS: "Days by which the latest list is behind the latest day that is closed.",
  UNIQUENESS: "Entries whose title stands in the list before.",
  RANGES: "Entries whose rank, viewers or watch time cannot be.",
  INTEGRITY: "Entries whose title the catalogue does not have.",
  RECONCILIATION: "The share by which watch time or viewers differ from the viewing events, counted anew.",
});
registerEnumType(ChartCheckEnum.values, {
  name: "ChartCheckName",
  description:
    "What a country's day is looked at for before it has a Top 10. Each has a limit that it may reach.",
  valuesConfig: ChartCheckEnum.described,
});

@ObjectType({
  simpleResolvers: true,
  description:
    "What a check of the Top 10 has found of a country's day. Where one has not passed, that day has no list: the one before stands.",
})
export class ChartCheck {
  @Field(() => ChartCheckEnum.values, { description: "What was looked at." })
  check!: ChartCheckName;

  @Field(() => CalendarDate, { description: "The country's own day." })
  day!: string;

  @Field(() => CountryCode, { description: "Where." })
  country!: string;

  @Field({ description: "Whether it was within its limit." })
  passed!: boolean;

  @Field(() => Float, { description: "What was found." })
  measured!: number;

  @Field(() => Float, { description: "The most that passes; of `COMPLETENESS` the least." })
  limit!: number;
}

@ObjectType({ simpleResolvers: true, description: "A tenant as its operator sees it." })
export class OperatedTenant {
  @Field({ description: "Its name in addresses." })
  slug!: string;

  @Field({ description: "Its name." })
  name!: string;

  @Field(() => TenantTierEnum, { description: "How it is placed." })
  tier!: TenantTier;

  @Field(() => Int, { description: "Titles in force, in any state." })
  titles!: number;

  @Field(() => Int, { description: "Profiles." })
  profiles!: number;
}

@ObjectType({ simpleResolvers: true, description: "A tenant in a list." })
export class OperatedTenantEdge extends Edge(() => OperatedTenant, "The tenant.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of tenants." })
export class OperatedTenantConnection extends Connection(() => OperatedTenantEdge) {}

@ObjectType({ simpleResolvers: true, description: "An event that a projection refused until it gave up." })
export class DeadLetter {
  @Field({ description: "The projection that refused it." })
  target!: string;

  @Field(() => TopicEnum.values, { description: "What it is about." })
  topic!: OutboxTopic;

  @Field({ description: "Local id of the title or profile." })
  entity!: string;

  @Field({ description: "Local id of the title of a watch; empty otherwise." })
  related!: string;

  @Field({ description: "Why it was refused." })
  reason!: string;

  @Field(() => Int, { description: "How often it was tried." })
  attempts!: number;

  @Field(() => DateTime, { description: "When it was refused first." })
  firstFailedAt!: string;
}

@ObjectType({ simpleResolvers: true, description: "A dead letter in a list." })
export class DeadLetterEdge extends Edge(() => DeadLetter, "The dead letter.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of dead letters." })
export class DeadLetterConnection extends Connection(() => DeadLetterEdge, LATEST_FIRST) {}

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: "Work that goes on by itself: started by an operator, or by a gateway at the time set for it.",
})
export class Job extends Node {
  @Field(() => JobKindEnum, { description: "What it does." })
  kind!: JobKind;

  @Field({
    description:
      "The projection that it works on; of a move, the tier; `recommendations` or `top10` of what is learned and charted.",
  })
  target!: string;

  @Field(() => JobStateEnum, { description: "How it stands." })
  state!: JobState;

  @Field(() => Float, { description: "Share that is done, in [0, 1]." })
  progress!: number;

  @Field(() => DateTime, { description: "When it began." })
  startedAt!: string;

  @Field(() => DateTime, { nullable: true, description: "When it ended; null until then." })
  finishedAt!: string | null;

  @Field(() => String, { nullable: true, description: "Why it failed; null unless it did." })
  reason!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "What came of it, in a sentence; null until then, and where there is nothing to say.",
  })
  outcome!: string | null;
}

@ObjectType({ simpleResolvers: true, description: "A job in a list." })
export class JobEdge extends Edge(() => Job, "The job.", CURSOR_AFTER) {}

@ObjectType({ simpleResolvers: true, description: "A page of jobs." })
export class JobConnection extends Connection(() => JobEdge, LATEST_FIRST) {}

@ObjectType({ simpleResolvers: true, description: "A job that was started, or why it was not." })
export class JobPayload extends Payload("Why no job was started; empty when one was.") {
  @Field(() => Job, {
    nullable: true,
    description: "The job; ask `operations { jobs }`, or `node`, how far it is.",
  })
  job!: Job | null;
}

@ObjectType({ simpleResolvers: true, description: "What became of dead letters." })
export class RetryDeadLettersPayload extends Payload("Why none is; empty otherwise.") {
  @Field(() => Int, { description: "How many are tried again." })
  retried!: number;
}

/** Its fields are resolved in resolvers/operations.resolver.ts. */
@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description:
    "What an operator sees: the stores of the deployment, and of everything else what belongs to the operator's own tenant.",
})
export class Operations extends Node {}
