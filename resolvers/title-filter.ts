import { spellingsOf } from "../packages/names/index.js";
import { type TitleFilter as CatalogFilter } from "../datasources/catalog/title-filter.js";
import { MATURITY_AGES } from "../datasources/core/title.document.js";
import { ATTRIBUTES, type AttributePart } from "../datasources/core/title-fields.js";
import { type FieldFilters, type TitleFilter } from "../schema/title.input.js";
import { type Context } from "./request/context.js";
import { entityId } from "../datasources/catalog/entity-id.js";
import { badInput } from "./request/errors.js";
import { localId, parseGlobalId, type NodeType } from "./request/global-id.js";

const MAX_VALUES = 50;

/**
 * The filter that a client asks for, with local ids and ages. Empty lists, ranges without an end and nulls ask for
 * nothing. Lists come out sorted and without repetition, so that one filter is one list of titles to cursors and batches,
 * however it was written.
 *
 * @throws BAD_USER_INPUT or INVALID_ID, naming the part at fault.
 */
export function readFilter(ctx: Context, filter: TitleFilter | null | undefined): CatalogFilter {
  if (!filter) return {};
  const { releaseYear } = filter;
  if (releaseYear?.from != null && releaseYear.to != null && releaseYear.from > releaseYear.to) {
    throw badInput(
      "filter.releaseYear",
      `from ${releaseYear.from} is after to ${releaseYear.to}`,
      "from at or before to",
    );
  }
  return {
    ...fieldLists(filter as TitleFilter & FieldFilters),
    genres: distinct(list("genres", filter.genres)?.flatMap((genre) => genreIds(ctx, genre))),
    releaseYear: years(releaseYear),
    maturityAtMost: filter.maturityAtMost == null ? undefined : MATURITY_AGES[filter.maturityAtMost],
    studio: reference(ctx, "Studio", filter.studio, "filter.studio"),
    person: reference(ctx, "Person", filter.person, "filter.person"),
    tags: list("tags", filter.tags),
    availableIn: filter.availableIn?.toUpperCase(),
  };
}

function fieldLists(filter: FieldFilters): Pick<CatalogFilter, AttributePart> {
  return Object.fromEntries(ATTRIBUTES.map(({ by }) => [by, list(by, filter[by])]));
}

function years(range: TitleFilter["releaseYear"]): CatalogFilter["releaseYear"] {
  const [from, to] = [range?.from ?? undefined, range?.to ?? undefined];
  return from === undefined && to === undefined ? undefined : { from, to };
}

function list(
  field: string,
  values: string[] | null | undefined,
  read = (value: string) => value,
): string[] | undefined {
  if (!values?.length) return undefined;
  if (values.length > MAX_VALUES) {
    throw badInput(`filter.${field}`, `${values.length} values`, `at most ${MAX_VALUES} values`);
  }
  return [...new Set(values.map(read))].sort();
}

/** A genre by its id, or by its name, whose plainer spellings are meant as well. */
function genreIds(ctx: Context, idOrName: string): string[] {
  const isName = parseGlobalId(ctx.tenant, idOrName) === undefined;
  return isName ? spellingsOf(idOrName).map(entityId) : [localId(ctx.tenant, "Genre", idOrName)];
}

function distinct(values: string[] | undefined): string[] | undefined {
  return values && [...new Set(values)].sort();
}

function reference(
  ctx: Context,
  type: NodeType,
  id: string | null | undefined,
  field: string,
): string | undefined {
  return id == null ? undefined : localId(ctx.tenant, type, id, field);
}
