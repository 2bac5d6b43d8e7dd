import { Field, ID, InputType, Int, registerEnumType } from "type-graphql";

import { DEVICE_KINDS, type DeviceKind } from "../datasources/core/vocabulary.js";
import { DateTime } from "./scalars.js";

export const DeviceKindEnum = Object.fromEntries(DEVICE_KINDS.map((kind) => [kind, kind])) as {
  [K in DeviceKind]: K;
};
registerEnumType(DeviceKindEnum, {
  name: "DeviceKind",
  description: "What something is watched on.",
  valuesConfig: {
    TV: { description: "A television, or a box beneath it." },
    MOBILE: { description: "A telephone." },
    TABLET: { description: "A tablet." },
    WEB: { description: "A browser." },
    CONSOLE: { description: "A game console." },
  },
});

@InputType({ description: "Where a player stands: sent every few seconds, and when it stops." })
export class RecordProgressInput {
  @Field(() => ID, { description: "What is being watched." })
  title!: string;

  @Field(() => Int, {
    description:
      "Seconds from the start, 0 to 86,400. What lies behind the end counts as the end; of a series, seconds within the episode.",
  })
  positionSeconds!: number;

  @Field(() => Boolean, {
    nullable: true,
    description:
      "Whether it was watched to the end. Default: whether the position has reached 90 % of a film, or what the deployment sets; of a series, false.",
  })
  completed?: boolean | null;

  @Field(() => DeviceKindEnum, { nullable: true, description: "What it is watched on." })
  device?: DeviceKind | null;

  @Field(() => DateTime, {
    nullable: true,
    description:
      "When. Default: now. Up to five minutes ahead of the gateway's clock are taken, and count as now. An event older than the latest counts as watched and moves nothing.",
  })
  at?: Date | null;

  @Field(() => ID, {
    nullable: true,
    description:
      "An id of your own for this event, 1 to 128 ASCII characters: sent again, it is answered the same and counts once.",
  })
  eventId?: string | null;
}

@InputType({ description: "What the signed-in profile makes of a title." })
export class RateTitleInput {
  @Field(() => ID, { description: "Which title." })
  title!: string;

  @Field(() => Int, { nullable: true, description: "1 to 5; null takes the rating away." })
  rating?: number | null;
}

@InputType({ description: "Whether the signed-in profile wants to be shown a title." })
export class NotForMeInput {
  @Field(() => ID, { description: "Which title." })
  title!: string;

  @Field(() => Boolean, { description: "True: it is not for me. False takes that back." })
  notForMe!: boolean;
}

@InputType({ description: "A title to take off the signed-in profile's continue watching." })
export class DismissInput {
  @Field(() => ID, { description: "Which title." })
  title!: string;
}

@InputType({ description: "A title to put on the signed-in profile's watchlist, or to take off it." })
export class WatchlistInput {
  @Field(() => ID, { description: "Which title." })
  title!: string;
}
