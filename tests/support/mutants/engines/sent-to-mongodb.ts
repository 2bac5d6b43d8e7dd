import { createRequire } from "node:module";

import { type Document } from "mongodb";

/*
 * Mutants of what is sent to MongoDB, whatever it was made by: in each kind of command, by what it does and the fields that
 * it chooses documents by, each condition that names a tenant.
 */

/** Kinds of conditions that were sent since it was emptied: `find titles by _id revision: _id`. */
export const sentConditions = new Set<string>();

/** Chooses documents: `q` of an update, `filter` of a find, each `$match` of a pipeline. */
type Filter = Document;

const { Connection } = createRequire(import.meta.url)("mongodb/lib/cmap/connection.js") as {
  Connection: { prototype: { command: Send } };
};
type Send = (this: unknown, namespace: unknown, command: Document, ...others: unknown[]) => unknown;
const send = Connection.prototype.command;
Connection.prototype.command = function (namespace, command, ...others) {
  return send.call(this, namespace, withoutConditions(command), ...others);
};

/** What chooses documents in the commands that do. */
interface Command {
  find?: string;
  filter: Filter;
  aggregate?: string;
  pipeline: Document[];
  update?: string;
  updates: Statements;
  delete?: string;
  deletes: Statements;
}
/** A list, or what the driver has made of one for sending. */
type Statements = Statement[] | { documents: Statement[] };
interface Statement {
  q: Filter;
}

function withoutConditions(command: Document): Document {
  const { find, filter, aggregate, pipeline, update, updates, delete: removed, deletes } = command as Command;
  if (find !== undefined) return { ...command, filter: without(`find ${find}`, filter) };
  if (aggregate !== undefined) return { ...command, pipeline: pipelineWithout(String(aggregate), pipeline) };
  if (update !== undefined) return { ...command, updates: eachWithout(`update ${update}`, updates) };
  if (removed !== undefined) return { ...command, deletes: eachWithout(`delete ${removed}`, deletes) };
  return command;
}

function eachWithout(what: string, all: Statements): Statement[] {
  return (Array.isArray(all) ? all : all.documents).map((each) => ({ ...each, q: without(what, each.q) }));
}

function pipelineWithout(of: string, stages: readonly Document[]): Document[] {
  return stages.map((stage) => {
    const { $match: match, $unionWith: other } = stage as { $match?: Filter; $unionWith?: Union };
    if (match) return { $match: without(`aggregate ${of}`, match) };
    if (!other) return stage;
    return { $unionWith: { ...other, pipeline: pipelineWithout(other.coll, other.pipeline) } };
  });
}
interface Union {
  coll: string;
  pipeline: Document[];
}

/** The filter without the condition that is switched on. */
function without(what: string, filter: Filter): Filter {
  const kind = `${what} by ${[...new Set(fieldsOf(filter))].join(" ")}`;
  const taken = (place: string) => {
    const id = `${kind}: ${place}`;
    sentConditions.add(id);
    return globalThis.marqueeMutants.on(id);
  };
  const visit = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(visit);
    if (typeof part !== "object" || part === null || Object.getPrototypeOf(part) !== Object.prototype)
      return part;
    return Object.fromEntries(
      Object.entries(part).flatMap(([field, value]) => {
        if (field === "tenant" && taken(field)) return [];
        if (field === "_id" && namesTenant(value) && taken(field)) return [["$or", ofAnybody(value)]];
        return [[field, /^\$(and|or)$/.test(field) ? visit(value) : (value as unknown)]];
      }),
    );
  };
  return visit(filter) as Filter;
}

function fieldsOf(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(fieldsOf);
  if (typeof part !== "object" || part === null) return [];
  return Object.entries(part).flatMap(([field, value]) =>
    /^\$(and|or)$/.test(field) ? fieldsOf(value) : field.startsWith("$") ? [] : [field],
  );
}

const KEY = /^\d+:/;

function keysOf(value: unknown): unknown[] {
  return typeof value === "string" ? [value] : ((value as { $in?: unknown[] } | null)?.$in ?? []);
}

function namesTenant(value: unknown): boolean {
  return keysOf(value).some((key) => typeof key === "string" && KEY.test(key));
}

/** Documents whose keys go on like these behind the number of a tenant. */
function ofAnybody(value: unknown): Filter[] {
  return keysOf(value).map((key) => ({ _id: { $regex: `${String(key).replace(KEY, "^[0-9]+:")}$` } }));
}
