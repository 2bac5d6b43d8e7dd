import { type FieldPath } from "../../datasources/core/store-request.js";
import { type HomeRowKind } from "../../datasources/core/vocabulary.js";
import { type Assignment } from "../../datasources/experiments/assignment.js";
import { type Context } from "../request/context.js";
import { beginServing, type Served } from "../served-lists.js";
import { type HomeRowPlan } from "./home-row.js";

/** Notes a page of a row as it was shown. */
export type NoteRow = (page: Pick<Served, "place" | "titles">) => Promise<void>;

/** Rows whose titles are chosen for the profile. */
const FOR_PROFILE: ReadonlySet<HomeRowKind> = new Set(["RECOMMENDED", "BECAUSE_YOU_WATCHED", "GENRE"]);
const nothing: NoteRow = () => Promise.resolve();

/**
 * Begins to make a home page for a profile, of which the rows that are chosen for it are noted. All of them are by the arms
 * that the page is made by: what one shows, those below do not. Titles that are like one are by the live model in any case.
 *
 * @returns what notes each of its rows, in their order.
 */
export function beginHome(
  ctx: Context,
  profile: string,
  { arms, model }: Assignment,
  path: FieldPath,
): (rows: readonly HomeRowPlan[]) => NoteRow[] {
  const note = beginServing(ctx, { profile, context: "HOME", arms, model }, path);
  return (rows) => {
    const isKnown = rows.some(({ kind }) => kind === "RECOMMENDED" || kind === "BECAUSE_YOU_WATCHED");
    return rows.map(({ id, kind }, at) => {
      if (!FOR_PROFILE.has(kind)) return nothing;
      const by = kind === "BECAUSE_YOU_WATCHED" ? null : model;
      const row = { id, place: at + 1 };
      return (page) => note({ ...page, row, model: by, learned: isKnown });
    });
  };
}
