import { type Collection, type Db, type Document } from "mongodb";

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
export function readAll<R extends Document>(
  { db, collectionName }: Pick<Collection, "db" | "collectionName">,
  pipelines: readonly Document[][],
  most: number,
  bounds: ReadBounds,
): Promise<R[][]> {
  const branches = pipelines.map((pipeline) => ({ coll: collectionName, pipeline }));
  return readBranches(db, branches, most, bounds);
}

/** A pipeline over a collection. */
export interface Branch {
  coll: string;
  pipeline: Document[];
}

/** Runs pipelines over several collections in one command, as `readAll` does over one. */
export async function readBranches<R extends Document>(
  db: Db,
  branches: readonly Branch[],
  most: number,
  bounds: ReadBounds,
): Promise<R[][]> {
  const numbered = branches.map(({ coll, pipeline }, n) => ({
    coll,
    pipeline: [...pipeline, { $addFields: { n: { $literal: n } } }],
  }));
  const { coll, pipeline } = union(numbered);
  const rows = await db
    .collection(coll)
    .aggregate<R & { n: number }>(pipeline, { ...bounds, batchSize: most + 1 })
    .toArray();
  const byBranch = branches.map((): R[] => []);
  for (const row of rows) byBranch[row.n]?.push(row);
  return byBranch;
}

/** Branches of a union; deeper nesting serves more. */
const BRANCHES = 8;

/** Branches as one. A flat union of many is planned in quadratic time by engines that turn it into SQL, hence the tree. */
function union(branches: readonly Branch[]): Branch {
  const [only] = branches;
  if (only && branches.length === 1) return only;
  const size = Math.ceil(branches.length / BRANCHES);
  const [first, ...others] = chunks(branches, size).map(union);
  if (!first) throw new Error("A union of nothing");
  return { coll: first.coll, pipeline: [...first.pipeline, ...others.map((each) => ({ $unionWith: each }))] };
}
