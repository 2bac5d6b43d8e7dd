import { type Collection, type Document } from "mongodb";

import { chunks } from "../../core/chunks.js";
import { type ReadBounds } from "../../engines/mongodb/store.mongodb.js";
import { type Page } from "../../core/page.js";
import { instantText } from "../../projection/check/canonical.js";
import { real, type TitleRecord } from "./catalog-record.mongodb.js";
import { type TitleOrder } from "../catalog.js";

/** What a list is ordered by, before the id that breaks ties. */
interface OrderField {
  field: "sortName" | "releaseYear" | "popularity" | "addedAt";
  /** A position's value as the field holds it. */
  toValue: (value: string | number) => string | number;
}

export const ORDER_FIELDS: Record<TitleOrder["field"], OrderField> = {
  NAME: { field: "sortName", toValue: String },
  RELEASE_YEAR: { field: "releaseYear", toValue: Number },
  POPULARITY: { field: "popularity", toValue: (value) => real(Number(value)) },
  ADDED_AT: { field: "addedAt", toValue: (value) => instantText(String(value)) },
};

/** One page to read from a collection. */
export interface PageRead {
  filter: Document;
  sort: Record<string, 1 | -1>;
  /** Rows at most. */
  limit: number;
  projection: Document;
  /**
   * Whether the filter leaves so few titles that they are to be found first and sorted then. The projection, which must
   * keep what is sorted by, stands in between: DocumentDB would else take the index of the order and pass every title.
   */
  narrow: boolean;
}

/** Fields that a list is ordered by, the value before what breaks ties. */
export interface Keyset {
  value: string;
  id: string;
  direction: TitleOrder["direction"];
  toValue: (value: string | number) => string | number;
}

/** The part of a list that a page may come from, as conditions. */
export function keysetWithin({ after, before }: Page, { value, id, direction, toValue }: Keyset): Document[] {
  const behind = direction === "ASC" ? "$gt" : "$lt";
  const ahead = direction === "ASC" ? "$lt" : "$gt";
  return (
    [
      [after, behind],
      [before, ahead],
    ] as const
  ).flatMap(([position, side]) => {
    if (!position) return [];
    const at = toValue(position.value);
    return [
      // Follows from the next one; an index is entered by it.
      { [value]: { [`${side}e`]: at } },
      { $or: [{ [value]: { [side]: at } }, { [value]: { $eq: at }, [id]: { [side]: position.id } }] },
    ];
  });
}

/** The order in which a page is read: backwards where it is the list's end that is wanted. */
export function keysetSort({ fromEnd }: Page, { value, id, direction }: Keyset): Record<string, 1 | -1> {
  const step = (direction === "ASC") === fromEnd ? -1 : 1;
  return { [value]: step, [id]: step };
}

/**
 * Reads pages of titles in one command.
 *
 * @returns the rows of each read, in its order.
 */
export async function readPages<R extends Document>(
  titles: Collection<TitleRecord>,
  reads: readonly PageRead[],
  bounds: ReadBounds,
): Promise<R[][]> {
  const [only] = reads;
  if (only && reads.length === 1 && !only.narrow) {
    const { filter, sort, limit, projection } = only;
    const options = { ...bounds, sort, limit, projection, batchSize: limit + 1 };
    return [await titles.find<R>(filter, options).toArray()];
  }
  const pipelines = reads.map(({ filter, sort, limit, projection, narrow }) =>
    narrow
      ? [{ $match: filter }, { $project: projection }, { $sort: sort }, { $limit: limit }]
      : [{ $match: filter }, { $sort: sort }, { $limit: limit }, { $project: projection }],
  );
  const most = reads.reduce((sum, { limit }) => sum + limit, 0);
  return readAll<R>(titles, pipelines, most, bounds);
}

/**
 * Runs pipelines over a collection in one command.
 *
 * @param most rows that come at most, all together: the reply is to hold them without a second command.
 * @returns the rows of each pipeline, in its order.
 */
export async function readAll<R extends Document>(
  collection: Pick<Collection, "aggregate" | "collectionName">,
  pipelines: readonly Document[][],
  most: number,
  bounds: ReadBounds,
): Promise<R[][]> {
  const numbered = pipelines.map((pipeline, n) => [...pipeline, { $addFields: { n: { $literal: n } } }]);
  const rows = await collection
    .aggregate<R & { n: number }>(union(collection.collectionName, numbered), {
      ...bounds,
      batchSize: most + 1,
    })
    .toArray();
  const byPipeline = pipelines.map((): R[] => []);
  for (const row of rows) byPipeline[row.n]?.push(row);
  return byPipeline;
}

/** Branches of a union; deeper nesting serves more. */
const BRANCHES = 8;

/** Pipelines as one. A flat union of many is planned in quadratic time by engines that turn it into SQL, hence the tree. */
function union(coll: string, pipelines: readonly Document[][]): Document[] {
  if (pipelines.length === 1) return pipelines[0] ?? [];
  const size = Math.ceil(pipelines.length / BRANCHES);
  const [first = [], ...others] = chunks(pipelines, size).map((branch) => union(coll, branch));
  return [...first, ...others.map((pipeline) => ({ $unionWith: { coll, pipeline } }))];
}
