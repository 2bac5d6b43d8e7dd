import { titleNotFound } from "../datasources/catalog/title-not-found.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type Context } from "./request/context.js";
import { inputId } from "./request/global-id.js";
import { type TitleValue } from "./title.value.js";
import { loadTitle } from "./titles.js";

/**
 * The title that the viewer wants to do something with.
 *
 * @param id its global id, the input's `title`.
 * @throws Refusal TITLE_NOT_FOUND where there is none, or the viewer may not meet it.
 */
export async function watchedTitle(ctx: Context, id: string, path: FieldPath): Promise<TitleValue> {
  const title = await loadTitle(ctx, inputId(ctx.tenant, "Title", id, "title"), path);
  if (title) return title;
  throw titleNotFound();
}
