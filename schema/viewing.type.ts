import { Field, ID, ObjectType } from "type-graphql";

import { WatchlistEdge } from "./profile.type.js";
import { Title } from "./title.type.js";
import { WrittenPayload } from "./payload.js";

@ObjectType({
  simpleResolvers: true,
  description:
    "The title with what the signed-in profile has done with it now, or the reason why nothing changed.",
})
export class ViewingPayload extends WrittenPayload("Why nothing changed; empty when it is done.") {
  @Field(() => Title, { nullable: true, description: "The title. Null when `errors` says why." })
  title!: Title | null;
}

@ObjectType({
  simpleResolvers: true,
  description: "A title that is on the signed-in profile's watchlist now, or the reason why it is not.",
})
export class AddToWatchlistPayload extends ViewingPayload {
  @Field(() => WatchlistEdge, {
    nullable: true,
    description:
      "Its place on the watchlist, which a client can put into the list that it has. Null when `errors` says why.",
  })
  watchlistEdge!: WatchlistEdge | null;
}

@ObjectType({
  simpleResolvers: true,
  description:
    "A title that is not on the signed-in profile's watchlist now, or the reason why nothing changed.",
})
export class RemoveFromWatchlistPayload extends ViewingPayload {
  @Field(() => ID, {
    nullable: true,
    description:
      "The title's id, which a client can take out of the list that it has. Null when `errors` says why.",
  })
  removedTitleId!: string | null;
}
