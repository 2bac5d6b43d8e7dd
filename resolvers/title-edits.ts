import {
  type EditedTitle,
  type LicenceEdit,
  type TitleTarget,
} from "../datasources/catalog/title-editing.js";
import { mayMeet } from "../datasources/catalog/audience.js";
import { type EditedType, type TitleField } from "../datasources/core/title-field.js";
import { TITLE_FIELD_NAMES, TITLE_FIELDS } from "../datasources/core/title-fields.js";
import { Refusals } from "../datasources/core/refusal.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import {
  type LicenceInput,
  type PutTitleInput,
  type SetLicenceInput,
  type TitleStateInput,
} from "../schema/title-editing.input.js";
import { type TitlePayload } from "../schema/title-editing.type.js";
import { actorOf } from "./request/actor.js";
import { type Context } from "./request/context.js";
import { inputId } from "./request/global-id.js";
import { payload } from "./payload.js";

/** The payload of an edit of a title by an editor. */
export async function editedTitle(ctx: Context, path: FieldPath, edit: () => Promise<EditedTitle>) {
  const audience = await ctx.audience(path);
  return payload<TitlePayload>({}, async () => {
    const { title, version, lockedFields, xid } = await edit();
    return {
      title: title && mayMeet(title, audience) ? title : null,
      version,
      lockedFields,
      consistencyToken: xid === null ? null : ctx.consistencyToken(xid),
    };
  });
}

/** Which title `putTitle` means: one that is there by its id, or one by the tenant's own id, which may be new. */
export function titleOfPut(ctx: Context, { id, externalId }: PutTitleInput) {
  if ((id == null) === (externalId == null)) {
    const message = `${id == null ? "Neither" : "Both"} of id and externalId are given. Accepted: one of them.`;
    throw new Refusals([{ field: id == null ? "id" : "externalId", code: "INVALID", message }]);
  }
  if (id != null) return { id: inputId(ctx.tenant, "Title", id, "id"), field: "id", mayCreate: false };
  return { id: externalId ?? "", field: "externalId", mayCreate: true };
}

/** What of the schema's inputs is stated otherwise in a line of an import. */
const LINE_OF: { [T in EditedType]?: (value: never) => unknown } = {
  LicenceInput: (licences: LicenceInput[]) => licences.map(licenceLine),
  SeasonInput: (seasons: { name?: string | null }[]) =>
    seasons.map(({ name, ...season }) => ({ ...season, name: name ?? undefined })),
};

/** The fields of a title that `putTitle` gives, in the form of a line of an import. */
export function fieldsOfPut(input: PutTitleInput): Record<string, unknown> {
  const given = new Map(Object.entries<unknown>({ ...input }));
  return Object.fromEntries(
    TITLE_FIELD_NAMES.flatMap((name) => {
      const { edited }: TitleField = TITLE_FIELDS[name];
      const value = given.get(name);
      if (!edited || value === undefined) return [];
      const lineOf = LINE_OF[edited.type] as ((stated: unknown) => unknown) | undefined;
      return [[name, value === null || !lineOf ? value : lineOf(value)]];
    }),
  );
}

function licenceLine({ countries, from, until }: LicenceInput) {
  return { countries: countries ?? ["*"], from: instant(from), until: instant(until) };
}

/** What mutations of one title have in common. */
export function targetOf(ctx: Context, input: TitleStateInput): TitleTarget {
  return {
    id: inputId(ctx.tenant, "Title", input.title, "title"),
    field: "title",
    expectedVersion: input.expectedVersion ?? null,
    effectiveFrom: instant(input.effectiveFrom),
    by: actorOf(ctx),
  };
}

export function licenceOf(ctx: Context, input: SetLicenceInput): LicenceEdit {
  return {
    ...targetOf(ctx, input),
    countries: input.countries ?? null,
    from: instant(input.from),
    until: instant(input.until),
  };
}

export function instant(date: Date | null | undefined): string | null {
  return date?.toISOString() ?? null;
}
