import { Field, ObjectType } from "type-graphql";

import { UserError } from "./user-error.type.js";
import { ListSize } from "./cost.js";

const CONSISTENCY_TOKEN =
  "Stands for this write; null where nothing was written. A request that sends it as `x-marquee-consistency` waits, a second unless configured otherwise, until every projection that it reads holds the write. Where one does not in time, the answer comes with `extensions.freshness`, which says which and how far it is behind.";

/**
 * The class of what a mutation answers: `class StopPlaybackPayload extends Payload("Why nothing was stopped.") {}`. What
 * it answers beside its errors stands in the class that extends it.
 *
 * @param errors what `errors` says of itself.
 */
export function Payload(errors: string) {
  @ObjectType({ simpleResolvers: true })
  abstract class PayloadOf {
    @ListSize(1)
    @Field(() => [UserError], { description: errors })
    errors!: UserError[];
  }
  return PayloadOf;
}

/** The same for a mutation whose write projections follow. */
export function WrittenPayload(errors: string) {
  @ObjectType({ simpleResolvers: true })
  abstract class WrittenPayloadOf extends Payload(errors) {
    @Field(() => String, { nullable: true, description: CONSISTENCY_TOKEN })
    consistencyToken!: string | null;
  }
  return WrittenPayloadOf;
}
