import { createHash } from "node:crypto";

import { LOOKED_AT } from "../packages/click-model/index.js";
import { teamDraft } from "../packages/interleaving/index.js";
import { searchKey } from "../packages/search-text/index.js";
import { type PageOf } from "../datasources/core/page.js";
import { type FieldPath } from "../datasources/core/store-request.js";
import { type ShownTitles } from "../datasources/search-log/search-log.js";
import { learnedOrder, type Learned, type Placed } from "../datasources/search/learned-order.js";
import { type Steering } from "../datasources/search/steering.js";
import { type SearchEdge } from "../schema/search.type.js";
import { type EdgeExtra, type EdgeSource } from "./connection.js";
import { type Context } from "./request/context.js";
import { isNoted } from "./search-log.js";
import { type TitleValue } from "./title.value.js";

type Hit = EdgeSource<TitleValue, EdgeExtra<SearchEdge>>;

/** A page of hits as it is shown. */
interface Ordered {
  page: PageOf<Hit>;
  shown: ShownTitles;
}

/** An order of hits, as their places before; `teams` where two were mixed. */
interface Order {
  places: readonly number[];
  teams: string;
}

/**
 * The first page of a search in the order that was learned for its text, where there is one: the same hits, whichever engine
 * found them. What tells where the page stands, and the scores, stay with the places, so that reading on goes on from the
 * last of them as it would have.
 */
export async function inLearnedOrder(
  ctx: Context,
  text: string,
  { titles, learned }: Steering,
  page: PageOf<Hit>,
  path: FieldPath,
): Promise<Ordered> {
  const steered = new Set(titles.map(({ id }) => id));
  const key = searchKey(text);
  const hits = page.rows.map(({ node, position }) => ({
    id: node.id,
    score: position.value as number,
    fixed: steered.has(node.id) || isCalled(node, key),
  }));
  const { places, teams } = learned ? await orderFor(ctx, key, hits, learned, path) : asTheyCame(hits);
  const rows = places.map((from, at) => inPlaceOf(page.rows[at]!, page.rows[from]!));
  const ids = rows.slice(0, LOOKED_AT).map(({ node }) => node.id);
  return { page: { ...page, rows }, shown: { ids, teams: teams.slice(0, LOOKED_AT) } };
}

const asTheyCame = (hits: readonly Placed[]): Order => ({ places: hits.map((_, at) => at), teams: "" });

/** Where it is tried, both orders are mixed for whoever's searches are noted; all others are shown the plain one. */
async function orderFor(
  ctx: Context,
  key: string,
  hits: readonly Placed[],
  { trial, factors }: Learned,
  path: FieldPath,
): Promise<Order> {
  const plain = asTheyCame(hits);
  const places = learnedOrder(hits, factors);
  if (places.every((from, at) => from === at)) return plain;
  if (!trial) return { places, teams: "" };
  const viewer = await ctx.viewer(path).catch(() => null);
  if (!viewer || !isNoted(viewer)) return plain;
  return mixed(places, plain.places, coinsOf(`${viewer.profile.id} ${key}`));
}

/** What stands at the same place in both speaks for neither. */
function mixed(learned: readonly number[], plain: readonly number[], coin: () => boolean): Order {
  const drafted = teamDraft(learned, plain, coin);
  const letters = drafted.map(({ item, team }) => {
    if (learned.indexOf(item) === plain.indexOf(item)) return "-";
    return team === "A" ? "L" : "P";
  });
  return { places: drafted.map(({ item }) => item), teams: letters.join("") };
}

/** The same of a day for whoever asks the same: what is asked again is not mixed anew. */
function coinsOf(who: string): () => boolean {
  const day = new Date().toISOString().slice(0, 10);
  const bytes = createHash("sha256").update(`${who} ${day}`).digest();
  let tossed = 0;
  return () => {
    const at = tossed++ % (8 * bytes.length);
    return ((bytes[at >> 3]! >> (at & 7)) & 1) === 1;
  };
}

/** Whether a title is called what was searched for, as search takes it. */
function isCalled({ name, alternativeNames }: TitleValue, key: string): boolean {
  return [name, ...alternativeNames].some((each) => searchKey(each) === key);
}

/** A hit where another stood. */
function inPlaceOf({ position, extra: { score } }: Hit, { node, extra }: Hit): Hit {
  return { position, node, extra: { ...extra, score } };
}
