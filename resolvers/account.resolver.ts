import { type GraphQLResolveInfo } from "graphql";
import { Arg, Ctx, Info, Mutation, Resolver } from "type-graphql";

import { type ProfileRecord, type ViewerRecord } from "../datasources/accounts/accounts.js";
import {
  CONSENT_TEXT,
  CONSENT_TEXT_ACCEPTED,
  type NewProfile,
  type WantedConsents,
  type WrittenProfile,
} from "../datasources/accounts/profiles.js";
import { changedLimit, checkedLimit, profileNotFound } from "../datasources/accounts/profile-rules.js";
import { PROFILE_FIELD_NAMES, type ProfileFields } from "../datasources/core/profile-fields.js";
import { Refusal } from "../datasources/core/refusal.js";
import { MATURITY_AGES } from "../datasources/core/title.document.js";
import {
  CreateProfileInput,
  DeleteProfileInput,
  SetConsentsInput,
  SetProfilePinInput,
  UpdateProfileInput,
} from "../schema/account.input.js";
import {
  ConsentsPayload,
  DeleteProfilePayload,
  ProfilePayload,
  ProfilePinPayload,
} from "../schema/account.type.js";
import { Context } from "./request/context.js";
import { inputId, toGlobalId } from "./request/global-id.js";
import { checkedPin, checkParent } from "./parental.js";
import { payload } from "./payload.js";
import { owner } from "./permissions-gate.js";
import { ProfileValue } from "./profile.value.js";
import { Cost } from "../schema/cost.js";

@Resolver()
export class AccountResolver {
  @Mutation(() => ProfilePayload, {
    nullable: true,
    description:
      "Adds a profile to the account, up to five. One that may meet more than the profile that asks takes the account's `password` or a parent's `pin`, else the answer is PASSWORD_REQUIRED.",
  })
  createProfile(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => CreateProfileInput, { description: "What." }) input: CreateProfileInput,
  ) {
    return payload<ProfilePayload>({}, async () => {
      const viewer = await owner(ctx, info.path);
      const { name, kind } = input;
      const profile = { ...fieldsOf(input), name, kind: kind ?? "ADULT", maturityLimit: age(input) };
      const limit = checkedLimit(profile.kind, profile.maturityLimit);
      if (isBeyond(limit, viewer)) await checkParent(ctx, info.path, viewer.account, input, limit);
      return written(ctx, await ctx.gateway.stores.profiles.create(ctx.tenant, viewer, profile));
    });
  }

  @Mutation(() => ProfilePayload, {
    nullable: true,
    description:
      "Changes a profile of the account. For whom it is and what it is limited to takes the account's `password` or a parent's `pin`, else the answer is PASSWORD_REQUIRED.",
  })
  updateProfile(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => UpdateProfileInput, { description: "Which and what." }) input: UpdateProfileInput,
  ) {
    return payload<ProfilePayload>({}, async () => {
      const viewer = await owner(ctx, info.path);
      const { name, kind } = input;
      const change: Partial<NewProfile> = {
        ...(name != null && { name }),
        ...(kind != null && { kind }),
        ...fieldsOf(input),
        maturityLimit: age(input),
      };
      const id = inputId(ctx.tenant, "Profile", input.profile, "profile");
      const before = viewer.profiles.find((profile) => profile.id === id);
      if (before && limitsChange(before, change))
        await checkParent(ctx, info.path, viewer.account, input, highestLimit(before, change));
      return written(ctx, await ctx.gateway.stores.profiles.update(ctx.tenant, viewer, id, change));
    });
  }

  @Cost(1000)
  @Mutation(() => ProfilePinPayload, {
    nullable: true,
    description:
      "Sets the PIN of a profile of the account, or takes it away: with the account's `password` or a parent's `pin`, else the answer is PASSWORD_REQUIRED.",
  })
  setProfilePin(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SetProfilePinInput, { description: "Whose, and which." }) input: SetProfilePinInput,
  ) {
    return payload<ProfilePinPayload>({}, async () => {
      const viewer = await owner(ctx, info.path);
      const id = inputId(ctx.tenant, "Profile", input.profile, "profile");
      const pin = input.newPin == null ? null : checkedPin(input.newPin);
      const target = viewer.profiles.find((profile) => profile.id === id);
      if (!target) throw profileNotFound();
      await checkParent(ctx, info.path, viewer.account, input, target.maturityLimit);
      const { passwords, stores } = ctx.gateway;
      const hash = pin === null ? null : await passwords.hash(ctx.tenant, pin, ctx.request.signal);
      const profile = await stores.profiles.setPin(ctx.tenant, viewer, id, hash);
      ctx.becomes(ctx.tenant, ctx.identity);
      return { profile: new ProfileValue(ctx.tenant, profile) };
    });
  }

  @Mutation(() => DeleteProfilePayload, {
    nullable: true,
    description:
      "Deletes a profile with its progress, ratings, watchlist and sessions. What it watched still counts in the Top 10, without anything that says whose it was. One that may meet more than the profile that asks takes the account's `password` or a parent's `pin`, else the answer is PASSWORD_REQUIRED.",
  })
  deleteProfile(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => DeleteProfileInput, { description: "Which." }) input: DeleteProfileInput,
  ) {
    return payload<DeleteProfilePayload>({}, async () => {
      const viewer = await owner(ctx, info.path);
      const id = inputId(ctx.tenant, "Profile", input.profile, "profile");
      const doomed = viewer.profiles.find((each) => each.id === id);
      const limit = doomed?.maturityLimit ?? 0;
      if (isBeyond(limit, viewer)) await checkParent(ctx, info.path, viewer.account, input, limit);
      const { profile, xid } = await ctx.gateway.stores.profiles.delete(ctx.tenant, viewer, id);
      ctx.becomes(ctx.tenant, ctx.identity);
      return {
        deletedProfileId: toGlobalId(ctx.tenant, "Profile", profile.id),
        consistencyToken: ctx.consistencyToken(xid),
      };
    });
  }

  @Mutation(() => ConsentsPayload, {
    nullable: true,
    description: "Changes what the account agrees to, and notes it in its history.",
  })
  setConsents(
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
    @Arg("input", () => SetConsentsInput, { description: "To what." }) input: SetConsentsInput,
  ) {
    return payload<ConsentsPayload>({}, async () => {
      const { account } = await owner(ctx, info.path);
      const wanted = wantedConsents(input, ctx.gateway.consentText);
      const consents = await ctx.gateway.stores.profiles.setConsents(ctx.tenant, account.id, wanted);
      ctx.becomes(ctx.tenant, ctx.identity);
      return { consents };
    });
  }
}

/** Whether a change is one of what a profile is limited to. */
function limitsChange(before: ProfileRecord, { kind, maturityLimit }: Partial<NewProfile>): boolean {
  return (
    (kind ?? before.kind) !== before.kind || (maturityLimit ?? before.maturityLimit) !== before.maturityLimit
  );
}

/** Whether a profile of a limit may meet what whoever asks may not, who would have a way around their own. */
function isBeyond(limit: number, { profile }: ViewerRecord): boolean {
  return limit > profile.maturityLimit;
}

/** The most that a profile may meet, before a change and behind it. Age in years. @throws Refusal MATURITY_LIMIT_TOO_HIGH. */
function highestLimit(before: ProfileRecord, change: Partial<NewProfile>): number {
  return Math.max(before.maturityLimit, changedLimit(before, change));
}

/** @param inForce version of the text that somebody who names none was shown. @throws Refusal INVALID. */
function wantedConsents(input: SetConsentsInput, inForce: string): WantedConsents {
  const { personalisation, measurement, marketing, textVersion } = input;
  if (textVersion != null && !CONSENT_TEXT.test(textVersion)) {
    throw new Refusal("textVersion", "INVALID", `A version is ${CONSENT_TEXT_ACCEPTED}.`);
  }
  return {
    ...(personalisation != null && { personalisation }),
    ...(measurement != null && { measurement }),
    ...(marketing != null && { marketing }),
    textVersion: textVersion ?? inForce,
  };
}

/** The fields of the table that an input states. */
function fieldsOf(input: object): Partial<ProfileFields> {
  const given = new Map<string, unknown>(Object.entries(input));
  const names = PROFILE_FIELD_NAMES.filter((name) => given.get(name) !== undefined);
  return Object.fromEntries(names.map((name) => [name, given.get(name)]));
}

function age({ maturityLimit }: CreateProfileInput | UpdateProfileInput): number | undefined {
  return maturityLimit ? MATURITY_AGES[maturityLimit] : undefined;
}

function written(ctx: Context, { profile, xid }: WrittenProfile) {
  // What was loaded before knows the profile as it was.
  ctx.becomes(ctx.tenant, ctx.identity);
  return { profile: new ProfileValue(ctx.tenant, profile), consistencyToken: ctx.consistencyToken(xid) };
}
