import { type FieldPath } from "../datasources/core/store-request.js";
import { type Reason } from "../schema/profile.type.js";
import { type Answer } from "./answer.js";
import { type Context } from "./request/context.js";
import { type TitleValue } from "./title.value.js";
import { loadTitle } from "./titles.js";

/** Why a title is suggested, as GraphQL reads it. */
export interface ReasonValue extends Answer<Reason> {
  text: string;
  title: TitleValue | null;
}

/** The reason that names a watched title; in general words where that title may not be shown any more. */
export async function reasonOf(ctx: Context, because: string | null, path: FieldPath): Promise<ReasonValue> {
  const title = because === null ? null : await loadTitle(ctx, because, path);
  return { text: title ? `Because you watched ${title.name}` : "Because of what you have watched", title };
}

/** The reason of a title that a campaign has brought to its place. */
export const SPONSORED_REASON: ReasonValue = { text: "Sponsored", title: null };

/** The reason of a title that many watch, for a profile that is not known well yet. */
export function popularReason(country: string): ReasonValue {
  const name = new Intl.DisplayNames(["en"], { type: "region" }).of(country) ?? country;
  return { text: `Popular in ${name}`, title: null };
}
