import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";

import {
  MergeTitlesInput,
  PutTitleInput,
  SetLicenceInput,
  TitleStateInput,
} from "../schema/title-editing.input.js";
import { TitlePayload } from "../schema/title-editing.type.js";
import { actorOf } from "./request/actor.js";
import { Context } from "./request/context.js";
import { inputId } from "./request/global-id.js";
import { editedTitle, fieldsOfPut, instant, licenceOf, targetOf, titleOfPut } from "./title-edits.js";

/** Titles in the hands of editors. */
@Resolver()
export class TitleEditingResolver {
  @Mutation(() => TitlePayload, {
    nullable: true,
    description: "Editors: makes a title as a draft, or changes one. What says nothing new adds no version.",
  })
  putTitle(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => PutTitleInput, { description: "Which title, and what of it." }) input: PutTitleInput,
  ) {
    return editedTitle(ctx, info.path, async () =>
      ctx.gateway.stores.titleEditing.put(ctx.tenant, {
        ...titleOfPut(ctx, input),
        expectedVersion: input.expectedVersion ?? null,
        effectiveFrom: instant(input.effectiveFrom),
        fields: fieldsOfPut(input),
        unlock: input.unlock ?? [],
        by: actorOf(ctx),
      }),
    );
  }

  @Mutation(() => TitlePayload, {
    nullable: true,
    description:
      "Editors: opens a draft or an archived title to viewers where it is licensed. One that is open stays as it is, without a version more.",
  })
  publishTitle(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => TitleStateInput, { description: "Which title." }) input: TitleStateInput,
  ) {
    return editedTitle(ctx, info.path, () =>
      ctx.gateway.stores.titleEditing.setState(ctx.tenant, targetOf(ctx, input), "PUBLISHED"),
    );
  }

  @Mutation(() => TitlePayload, {
    nullable: true,
    description:
      "Editors: takes a published title down; publishTitle opens it again. A draft cannot be archived.",
  })
  archiveTitle(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => TitleStateInput, { description: "Which title." }) input: TitleStateInput,
  ) {
    return editedTitle(ctx, info.path, () =>
      ctx.gateway.stores.titleEditing.setState(ctx.tenant, targetOf(ctx, input), "ARCHIVED"),
    );
  }

  @Mutation(() => TitlePayload, {
    nullable: true,
    description:
      "Editors: sets where and how long a title may be shown, for some countries or for everywhere.",
  })
  setLicence(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SetLicenceInput, { description: "Which title, where and how long." })
    input: SetLicenceInput,
  ) {
    return editedTitle(ctx, info.path, () =>
      ctx.gateway.stores.titleEditing.setLicence(ctx.tenant, licenceOf(ctx, input)),
    );
  }

  @Mutation(() => TitlePayload, {
    nullable: true,
    description:
      "Editors: makes one of two titles lead to the other. Its id answers the one kept from now on, it leaves every list, and what viewers have done with either counts for the one kept, once.",
  })
  mergeTitles(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => MergeTitlesInput, { description: "Which two." }) input: MergeTitlesInput,
  ) {
    return editedTitle(ctx, info.path, () =>
      ctx.gateway.stores.titleEditing.merge(ctx.tenant, {
        keep: inputId(ctx.tenant, "Title", input.keep, "keep"),
        merge: inputId(ctx.tenant, "Title", input.merge, "merge"),
        expectedVersion: input.expectedVersion ?? null,
        by: actorOf(ctx),
      }),
    );
  }
}
