import { type FieldPath } from "../../datasources/core/store-request.js";
import { arranged } from "./home-arrangement.js";
import { candidateRows } from "./home-candidates.js";
import { gather, type HomeSources, type HomeViewer, visibleOf } from "./home-material.js";
import { type HomeRowPlan } from "./home-row.js";
import { titleValues } from "./home-value.js";

/**
 * Plans the home page of a profile, or of a visitor. Only what is `personalised` is made from what the profile has watched;
 * its own shelves are there in any case, and what is not for it, which it has said itself, is not suggested in any. The same
 * facts make the same page.
 *
 * Three levels of store calls, however many rows and titles there are: what the rows are made from; the neighbours of the
 * latest watches; which of all candidates the audience may meet. Documents are fetched by whoever shows them.
 */
export async function planHome(
  sources: HomeSources,
  viewer: HomeViewer,
  path: FieldPath,
): Promise<HomeRowPlan[]> {
  const material = await gather(sources, viewer, path);
  const known = await visibleOf(sources, material, path);
  const valueOf = titleValues(material);
  return arranged(candidateRows(material, viewer, known, valueOf), valueOf, material.unsuggested);
}
