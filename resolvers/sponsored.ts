import { MAX_SPONSORED } from "../datasources/campaigns/campaigns.js";
import { type Candidate } from "./recommendations.js";

/** One place in so many is a campaign's, and never the first of them. */
const EVERY = 5;

/**
 * Titles of campaigns among others: the strongest at the fifth place, the next at the tenth, and so on up to the sixtieth. What
 * stands that high by itself stays there, and is not sponsored. So whatever campaigns there are, the first place and four of
 * five are what suits.
 *
 * @param titles local ids, the strongest first: those that may be suggested to the profile.
 */
export function withSponsored(entries: readonly Candidate[], titles: readonly string[]): Candidate[] {
  const list = [...entries];
  let place = EVERY - 1;
  for (const titleId of titles) {
    if (place >= EVERY * MAX_SPONSORED) break;
    const at = list.findIndex((each) => each.titleId === titleId);
    if (at >= 0 && at <= place) continue;
    // Behind its end a list would be of campaigns alone.
    if (place > list.length) break;
    const [own = popular(titleId)] = at >= 0 ? list.splice(at, 1) : [];
    list.splice(place, 0, { ...own, sponsored: true, team: undefined });
    place += EVERY;
  }
  return repositioned(list);
}

function popular(titleId: string): Candidate {
  return { titleId, position: { value: 0, id: titleId }, score: 0, because: null, model: "POPULAR" };
}

/**
 * Positions fall along the list, as cursors need them: each at the value of what stands at its place. A campaign's has another
 * id than the title itself has, behind all: where it has ended or begun since, the list goes on from where it stood, and not
 * from where the title stands by itself.
 */
function repositioned(list: readonly Candidate[]): Candidate[] {
  let least = Infinity;
  return list.map((each) => {
    if (each.sponsored) return { ...each, position: { value: least, id: `\uFFFF${each.titleId}` } };
    least = Number(each.position.value);
    return each;
  });
}
